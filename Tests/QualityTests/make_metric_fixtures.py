#!/usr/bin/env python3
"""Makes the golden set of the full-reference metrics' tests: pictures, and the figures they must get.

Pictures are cut from testimages/reference and compressed by Pillow. PSNR and SSIM come from scikit-image; PSNR-B and
MS-SSIM from plain float64 transcriptions of the published formulas (Yim and Bovik 2011; Wang, Simoncelli and Bovik
2003) in this file. Needs numpy, scipy, scikit-image and Pillow.

    python3 make_metric_fixtures.py     writes Fixtures/metrics/ beside this file
"""

import io
import json
import pathlib

import numpy as np
from PIL import Image
from scipy.ndimage import correlate1d
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = HERE / "Fixtures" / "metrics"
REFERENCES = HERE.parent.parent / "testimages" / "reference"


def blocking(image):
    """The blocking effect factor of one channel: Yim and Bovik 2011, equations 9 to 13, seams counted."""
    height, width = image.shape
    x = image.astype(np.float64)
    on, off = [], []
    for column in range(width - 1):
        (on if (column + 1) % 8 == 0 else off).append((x[:, column] - x[:, column + 1]) ** 2)
    for row in range(height - 1):
        (on if (row + 1) % 8 == 0 else off).append((x[row] - x[row + 1]) ** 2)
    if not on or not off:
        return 0.0
    on, off = np.concatenate(on).mean(), np.concatenate(off).mean()
    return np.log2(8) / np.log2(min(height, width)) * (on - off) if on > off else 0.0


def psnr_b(reference, image):
    error = np.mean((reference.astype(np.float64) - image.astype(np.float64)) ** 2)
    total = error + np.mean([blocking(image[..., c]) for c in range(image.shape[2])])
    return 10 * np.log10(255**2 / total) if total > 0 else None


def factors(a, b):
    """Mean similarity and mean contrast-structure factor where the window fits."""
    k = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    k /= k.sum()

    def blur(x):
        return correlate1d(correlate1d(x, k, 0), k, 1)[5:-5, 5:-5]

    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    ma, mb = blur(a), blur(b)
    cs = (2 * (blur(a * b) - ma * mb) + c2) / (blur(a * a) - ma**2 + blur(b * b) - mb**2 + c2)
    return (cs * (2 * ma * mb + c1) / (ma**2 + mb**2 + c1)).mean(), cs.mean()


def ms_ssim(a, b):
    if min(a.shape) < 161:
        return None
    a, b = a.astype(np.float64), b.astype(np.float64)
    result = 1.0
    for index, exponent in enumerate([0.0448, 0.2856, 0.3001, 0.2363, 0.1333]):
        if index:
            pad = [(0, a.shape[0] % 2), (0, a.shape[1] % 2)]
            a, b = (np.pad(x, pad, mode="edge") for x in (a, b))
            a, b = (x.reshape(x.shape[0] // 2, 2, x.shape[1] // 2, 2).mean((1, 3)) for x in (a, b))
        similarity, cs = factors(a, b)
        result *= max(0.0, similarity if index == 4 else cs) ** exponent
    return result


def figures(reference, image):
    reference, image = np.atleast_3d(reference), np.atleast_3d(image)
    same = np.array_equal(reference, image)
    small = min(reference.shape[:2]) < 11
    scales = [ms_ssim(reference[..., c], image[..., c]) for c in range(image.shape[2])]
    return {
        "psnr": None if same else float(peak_signal_noise_ratio(reference, image, data_range=255)),
        "psnrB": psnr_b(reference, image),
        "ssim": None
        if small
        else float(
            structural_similarity(
                reference,
                image,
                channel_axis=2,
                gaussian_weights=True,
                sigma=1.5,
                use_sample_covariance=False,
                data_range=255,
            )
        ),
        "msSSIM": None if None in scales else float(np.mean(scales)),
    }


def compressed(image, quality):
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return Image.open(io.BytesIO(stream.getvalue())).convert(image.mode)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    cases = []

    def add(name, reference, image):
        for part, picture in (("reference", reference), ("image", image)):
            picture.save(FOLDER / f"{name}-{part}.png", optimize=True)
        cases.append({"name": name, **figures(np.asarray(reference), np.asarray(image))})

    def cut(scene, mode, box):
        return Image.open(REFERENCES / f"{scene}.png").convert(mode).crop(box)

    for scene, mode, box, quality in [
        ("leaves", "L", (40, 30, 240, 210), 10),
        ("mountains", "L", (0, 100, 171, 265), 40),
        ("flower", "RGB", (60, 60, 228, 225), 20),
        ("page", "L", (10, 10, 107, 71), 15),
        ("dusk", "RGB", (30, 200, 43, 211), 30),
        ("stilllife", "L", (100, 100, 107, 140), 5),
    ]:
        reference = cut(scene, mode, box)
        add(f"{scene}-{mode.lower()}-q{quality}", reference, compressed(reference, quality))
    flat = Image.new("L", (40, 24), 90)
    add("flat-shifted", flat, Image.new("L", (40, 24), 97))
    same = cut("map", "L", (0, 0, 64, 48))
    add("identical", same, same)
    noise = np.random.default_rng(1).integers(0, 256, (2, 166, 170), dtype=np.uint8)
    add("unrelated", Image.fromarray(noise[0]), Image.fromarray(noise[1]))
    add(
        "negative",
        cut("leaves", "L", (0, 0, 180, 170)),
        Image.fromarray(255 - np.asarray(cut("leaves", "L", (0, 0, 180, 170)))),
    )
    (FOLDER / "metrics.json").write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main()
