"""Reference images: the list, loading into memory, and random pristine crops."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

LOSSLESS = frozenset({".webp", ".png"})
PHOTOGRAPHS = LOSSLESS | {".jpg", ".jpeg"}


def list_images(folder: Path | str, extensions: frozenset[str] = LOSSLESS) -> list[Path]:
    """Every image below a folder, sorted by path."""
    return sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in extensions)


def load_rgb(path: Path | str) -> np.ndarray:
    """One image as uint8 [H, W, 3]."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@dataclass
class CropSource:
    """Random pristine crops from images held in memory.

    An image is drawn with probability proportional to the square root of its area, so that a few
    large photographs do not crowd out the many small pictures.
    """

    images: list[np.ndarray]  # uint8 [H, W, 3]
    downscale_share: float = 0.4  # crops that are shrunk from a larger region
    max_downscale: float = 2.5

    def __post_init__(self) -> None:
        weights = np.sqrt([im.shape[0] * im.shape[1] for im in self.images])
        self._cumulative = np.cumsum(weights) / weights.sum()

    @classmethod
    def from_folders(cls, folders: list[Path], **options: float) -> CropSource:
        paths = [p for folder in folders for p in list_images(folder)]
        if not paths:
            raise FileNotFoundError(f"no WebP or PNG images in {[str(f) for f in folders]}")
        return cls([load_rgb(p) for p in paths], **options)

    def crop(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """A square crop, uint8 [size, size, 3], flipped and rotated at random."""
        index = min(int(np.searchsorted(self._cumulative, rng.random())), len(self.images) - 1)
        image = self.images[index]
        largest = min(image.shape[:2]) / size
        factor = 1.0
        if rng.random() < self.downscale_share:
            factor = rng.uniform(1.0, max(1.0, min(largest, self.max_downscale)))
        side = min(round(size * factor), *image.shape[:2])
        top = int(rng.integers(image.shape[0] - side + 1))
        left = int(rng.integers(image.shape[1] - side + 1))
        region = image[top : top + side, left : left + side]
        if side != size:
            region = np.asarray(Image.fromarray(region).resize((size, size), Image.Resampling.LANCZOS))
        region = np.rot90(region, k=int(rng.integers(4)))
        return np.ascontiguousarray(region[:, ::-1] if rng.random() < 0.5 else region)
