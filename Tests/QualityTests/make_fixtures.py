#!/usr/bin/env python3
"""Makes the golden set of the assessor's tests: small images and the scores they must get.

The scores come from this file alone: a plain float64 transcription of the formulas (RBQE, Xing et al., ECCV 2020,
arXiv 2006.16581, its quality assessment module; the moments after Mukundan, Ong and Lee 2001), block by block, with
none of the shortcuts that the Swift code takes. Needs numpy.

    python3 make_fixtures.py            writes Fixtures/*.pgm and Fixtures/assessor.json beside this file
"""

import json
import pathlib

import numpy as np

FIXTURES = pathlib.Path(__file__).resolve().parent / "Fixtures"


def basis(n):
    """Rows are the orthonormal discrete Tchebichef polynomials of degree 0 ... n - 1 on n points."""
    x = np.arange(n)
    t = [np.ones(n), (1 - n + 2 * x) / n]
    for p in range(2, n):
        t.append(((2 * p - 1) * t[1] * t[p - 1] - (p - 1) * (1 - (p - 1) ** 2 / n**2) * t[p - 2]) / p)
    rho = [n * np.prod([1 - i**2 / n**2 for i in range(1, p + 1)]) / (2 * p + 1) for p in range(n)]
    return np.array([t[p] / np.sqrt(rho[p]) for p in range(n)])


def moments(block, t):
    """Moments of a block that is scaled to unit energy and then freed of its mean."""
    energy = np.sqrt(np.sum(block**2))
    unit = block / energy
    return t @ (unit - unit.mean()) @ t.T


def blurred(block):
    """3x3 Gaussian, sigma 5, zeros around the block."""
    d = np.arange(-1, 2)
    kernel = np.exp(-(d[:, None] ** 2 + d[None, :] ** 2) / (2 * 5.0**2))
    kernel /= kernel.sum()
    n = len(block)
    padded = np.pad(block, 1)
    return sum(kernel[i, j] * padded[i : i + n, j : j + n] for i in range(3) for j in range(3))


def block_score(block, t):
    """Class ("smooth" or "textured") and score of one block of samples 0 ... 1."""
    c = 1e-5
    if not block.any():
        return "smooth", 1.0
    m = moments(block, t)
    if np.sum(m**2) - m[0, 0] ** 2 > 0.004:
        other = moments(blurred(block), t)
        return "textured", 1 - np.mean((2 * m * other + c) / (m**2 + other**2 + c))
    e = np.abs(m).sum() - np.abs(m[0, 0]) + c
    v = min(np.abs(m[-1, :]).sum() / e, 0.05)
    h = min(np.abs(m[:, -1]).sum() / e, 0.05)
    return "smooth", np.log(1 - (v + h) / 2) / np.log(1 - 0.05)


def assess(levels, variant, n):
    """Score, class means, share of textured blocks and the counts for an 8-bit image."""
    t = basis(n)
    height, width = levels.shape
    rows, columns = max(height // n - 1, 0), max(width // n - 1, 0)
    scores = {"smooth": [], "textured": []}
    omitted = 0
    for i in range(rows):
        for j in range(columns):
            y, x = n // 2 + i * n, n // 2 + j * n
            block = levels[y : y + n, x : x + n].astype(np.float64) / 255
            if variant == "evidence" and block.min() == block.max():
                omitted += 1
                continue
            name, score = block_score(block, t)
            scores[name].append(score)
    smooth, textured = (float(np.mean(scores[k])) if scores[k] else 1.0 for k in ("smooth", "textured"))
    total = rows * columns
    return {
        "score": max(smooth, 0.0) ** 0.9 * textured**0.1,
        "smoothMean": smooth,
        "texturedMean": textured,
        "texturedShare": len(scores["textured"]) / total if total else 0.0,
        "smoothBlocks": len(scores["smooth"]),
        "texturedBlocks": len(scores["textured"]),
        "omittedBlocks": omitted,
    }


def dct_coded(image, step):
    """What coarse quantisation in 8x8 DCT blocks leaves of an image: a grid like JPEG's, without a codec."""
    k = np.arange(8)
    d = (
        np.cos((2 * k[None, :] + 1) * k[:, None] * np.pi / 16)
        * np.where(k == 0, 0.5, np.sqrt(0.5))[:, None]
        / np.sqrt(2)
    )
    out = image.astype(np.float64).copy()
    weight = step * (1 + 0.5 * (k[:, None] + k[None, :]))
    for y in range(0, image.shape[0] - 7, 8):
        for x in range(0, image.shape[1] - 7, 8):
            c = d @ (out[y : y + 8, x : x + 8] - 128) @ d.T
            out[y : y + 8, x : x + 8] = d.T @ (np.round(c / weight) * weight) @ d + 128
    return np.clip(np.round(out), 0, 255).astype(np.uint8)


def images():
    """The set: every class of block, odd sizes, and sizes around one block."""
    random = np.random.default_rng(20200806)
    y, x = np.mgrid[0:72, 0:96]
    scene = 128 + 40 * np.sin(x / 21 + np.sin(y / 29)) * np.cos(y / 25) + 0.3 * x
    scene += np.where((x - 60) ** 2 + (y - 30) ** 2 < 300, 55, 0) + np.where(
        (x < 36) & ((x // 3 + y // 5) % 4 == 0), 30, 0
    )
    scene += random.normal(0, 1.6, scene.shape)
    scene = np.clip(np.round(scene), 0, 255).astype(np.uint8)
    page = np.full((48, 80), 255, np.uint8)
    for row in range(6, 40, 9):
        page[row : row + 6, 8:70] = np.where(random.random((6, 62)) < 0.3, 20, 255)
    step = np.full((40, 40), 200, np.uint8)
    step[:, 20:] = 201
    return {
        "scene-96x72": scene,
        "scene-coarse-96x72": dct_coded(scene, 24),
        "scene-coarser-96x72": dct_coded(scene, 70),
        "scene-crop-61x45": scene[:45, :61],
        "noise-53x37": random.integers(0, 256, (37, 53), dtype=np.uint8),
        "grain-53x37": random.integers(126, 130, (37, 53), dtype=np.uint8),
        "dim-40x40": random.integers(0, 3, (40, 40), dtype=np.uint8),
        "ramp-96x40": np.tile(np.arange(40, 136), (40, 1)).astype(np.uint8),
        "step-40x40": step,
        "flat-40x32": np.full((32, 40), 100, np.uint8),
        "white-24x24": np.full((24, 24), 255, np.uint8),
        "black-40x32": np.zeros((32, 40), np.uint8),
        "page-80x48": page,
        "one-block-16x16": scene[20:36, 50:66],
        "below-15x15": scene[:15, :15],
        "below-15x40": scene[:40, :15],
        "small-8x8": scene[:8, :8],
        "tiny-7x3": scene[:3, :7],
        "tiny-1x1": scene[:1, :1],
    }


def main():
    FIXTURES.mkdir(exist_ok=True)
    table = []
    for name, levels in images().items():
        header = f"P5\n{levels.shape[1]} {levels.shape[0]}\n255\n".encode()
        (FIXTURES / f"{name}.pgm").write_bytes(header + np.ascontiguousarray(levels).tobytes())
        for variant in ("paper", "evidence"):
            for n in (8, 4):
                table.append({"image": name, "variant": variant, "block": n, "expected": assess(levels, variant, n)})
    (FIXTURES / "assessor.json").write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
