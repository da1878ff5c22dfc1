"""Pictures for calibration, as PNG files: the program reads no WebP.

    python -m rbqe_training.pictures $DATA/validation/CID22 --out pictures
    python -m rbqe_training.pictures $DATA/validation/CID22 --grain --out grainy    # grainier, sharper, smaller
    python -m rbqe_training.pictures $DATA/validation/CID22 --soft-chroma --out soft
    python -m rbqe_training.pictures $DATA/validation/CID22 --busiest 192 --out busy
    python -m rbqe_training.pictures $DATA/validation/CID22 --scaled-from 10,30,70 --out scaled
    python -m rbqe_training.pictures PHOTOGRAPHS --megapixels 2.4 --out large

What makes gates expect too much is texture that looks like the remains of a compression, and few of the pictures have
any; and chroma as soft as cameras and scanners make it, which pictures that were scaled down have no more. Of pictures
that are full of texture, as the busiest parts of others are (--busiest), gates expect little, however ruined they are.
What is made of a picture is a function of its place in the list alone. With --scaled-from each becomes as many pairs as
there are qualities: the picture, scaled (OUT/pristine), and its 4:2:0 file of that quality, decoded and scaled alike
(OUT/degraded). With --megapixels photographs become lossless pictures of that size, whatever they were compressed with:
only those of at least twice as many pixels are taken.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np
from PIL import Image

from .data import LOSSLESS, PHOTOGRAPHS, list_images, load_rgb
from .degradation import compress, with_grain, with_soft_chroma

SMALLEST = 256  # pixels of the shorter side that a picture is scaled down to


def grainy(rgb: np.ndarray, number: int) -> np.ndarray:
    """A picture with grain; two of three are scaled down before, which makes them sharp."""
    rng = np.random.default_rng([17, number])
    if number % 3:
        factor = max(rng.uniform(0.45, 0.8), SMALLEST / min(rgb.shape[:2]))
        size = (round(rgb.shape[1] * factor), round(rgb.shape[0] * factor))
        if factor < 1:
            rgb = np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS))
    return with_grain(rng, rgb)


def busiest(rgb: np.ndarray, side: int) -> np.ndarray | None:
    """The square whose neighbouring pixels differ most, of those that begin at multiples of 8; None of a picture that
    is smaller."""
    if min(rgb.shape[:2]) < side:
        return None
    grey = rgb.astype(np.float64).mean(2)
    differences = np.zeros(tuple(n + 1 for n in grey.shape))
    differences[1:-1, 1:-1] = np.abs(np.diff(grey, axis=0))[:, :-1] + np.abs(np.diff(grey, axis=1))[:-1]
    sums = differences.cumsum(0).cumsum(1)
    inside = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    top, left = (8 * int(place) for place in np.unravel_index(inside[::8, ::8].argmax(), inside[::8, ::8].shape))
    return rgb[top : top + side, left : left + side]


def scaled_after(rgb: np.ndarray, quality: int, number: int) -> tuple[np.ndarray, np.ndarray]:
    """A picture and what a JPEG file makes of it, both scaled: four of five down to half of the side at least."""
    rng = np.random.default_rng([23, number, quality])
    factor = rng.uniform(1.05, 1.4) if rng.random() < 0.2 else rng.uniform(0.5, 0.95)
    kind = Image.Resampling.BICUBIC if rng.random() < 0.5 else Image.Resampling.LANCZOS
    size = (round(rgb.shape[1] * factor), round(rgb.shape[0] * factor))
    decoded = Image.open(io.BytesIO(compress(rgb, quality))).convert("RGB")
    pristine, degraded = (np.asarray(picture.resize(size, kind)) for picture in (Image.fromarray(rgb), decoded))
    return pristine, degraded


def scaled_down(rgb: np.ndarray, pixels: float) -> np.ndarray | None:
    """A picture of so many pixels; None of one that has less than twice as many."""
    height, width = rgb.shape[:2]
    if width * height < 2 * pixels:
        return None
    factor = (pixels / (width * height)) ** 0.5
    size = (round(width * factor), round(height * factor))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS))


def save(picture: np.ndarray, path: Path) -> None:
    Image.fromarray(picture).save(path, compress_level=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="lossless pictures, WebP or PNG; with --megapixels JPEG, too")
    variants = parser.add_mutually_exclusive_group()
    variants.add_argument("--grain", action="store_true")
    variants.add_argument("--soft-chroma", action="store_true")
    variants.add_argument("--busiest", type=int, metavar="SIDE", help="the busiest square, SIDE by SIDE pixels")
    variants.add_argument("--scaled-from", metavar="QUALITIES", help="pairs: scaled after compression at each of these")
    variants.add_argument("--megapixels", type=float, help="scale down larger pictures to this size, leave out others")
    parser.add_argument("--every", type=int, default=1, help="keep one of so many")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    for folder in ("pristine", "degraded") if arguments.scaled_from else (".",):
        (arguments.out / folder).mkdir(parents=True, exist_ok=True)
    qualities = [int(quality) for quality in arguments.scaled_from.split(",")] if arguments.scaled_from else []
    suffixes = PHOTOGRAPHS if arguments.megapixels else LOSSLESS
    for number, path in enumerate(list_images(arguments.folder, suffixes)[:: arguments.every]):
        picture = load_rgb(path)
        if arguments.grain:
            picture = grainy(picture, number)
        elif arguments.soft_chroma:
            picture = with_soft_chroma(np.random.default_rng([19, number]), picture)
        elif arguments.busiest:
            picture = busiest(picture, arguments.busiest)
        elif arguments.megapixels:
            picture = scaled_down(picture, 1e6 * arguments.megapixels)
        if picture is None:
            continue
        for quality in qualities:
            for folder, scaled in zip(("pristine", "degraded"), scaled_after(picture, quality, number)):
                save(scaled, arguments.out / folder / f"{path.stem}-{quality}.png")
        if not qualities:
            save(picture, arguments.out / f"{path.stem}.png")


if __name__ == "__main__":
    main()
