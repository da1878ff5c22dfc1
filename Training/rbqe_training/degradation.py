"""JPEG degradation by libjpeg-turbo (through Pillow) and colour conversion.

Planes are float32 [3, H, W]: Y, Cb, Cr, full range (JPEG/BT.601), divided by 255, chroma at luma size.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter

from .coefficients import blocks_of, plane_of
from .data import CropSource

_TO_YCC = np.array(
    [
        [0.299, 0.587, 0.114],
        [-0.168735892, -0.331264108, 0.5],
        [0.5, -0.418687589, -0.081312411],
    ],
    dtype=np.float32,
)
_TO_RGB = np.array([[1.0, 0.0, 1.402], [1.0, -0.344136286, -0.714136286], [1.0, 1.772, 0.0]], dtype=np.float32)
NEUTRAL = np.float32(128 / 255)
_OFFSET = np.array([0, NEUTRAL, NEUTRAL], dtype=np.float32)[:, None, None]
SUBSAMPLING = {"444": 0, "422": 1, "420": 2}


def rgb_to_planes(rgb: np.ndarray) -> np.ndarray:
    """uint8 [H, W, 3] to planes, not rounded."""
    return np.einsum("ij,hwj->ihw", _TO_YCC, rgb.astype(np.float32) / 255, optimize=True) + _OFFSET


def planes_to_rgb(planes: np.ndarray) -> np.ndarray:
    """Planes to uint8 [H, W, 3], clipped and rounded."""
    rgb = np.einsum("ij,jhw->hwi", _TO_RGB, planes - _OFFSET, optimize=True)
    return to_levels(rgb)


def grey_to_planes(grey: np.ndarray) -> np.ndarray:
    """uint8 [H, W] to planes with neutral chroma."""
    planes = np.full((3, *grey.shape), NEUTRAL, dtype=np.float32)
    planes[0] = grey.astype(np.float32) / 255
    return planes


def to_levels(values: np.ndarray) -> np.ndarray:
    """[0, 1] to uint8, clipped and rounded."""
    return np.clip(np.round(values * 255), 0, 255).astype(np.uint8)


def to_pixels(planes: np.ndarray, dimensions: int) -> np.ndarray:
    """Planes to uint8 [H, W] (2 dimensions) or [H, W, 3]."""
    return to_levels(planes[0]) if dimensions == 2 else planes_to_rgb(planes)


def to_grey(rgb: np.ndarray) -> np.ndarray:
    """uint8 [H, W, 3] to full-range BT.601 luma, uint8 [H, W]."""
    return np.asarray(Image.fromarray(rgb).convert("L"))


def compress(pixels: np.ndarray, quality: int, sampling: str = "420", tables: list[list[int]] | None = None) -> bytes:
    """JPEG bytes of uint8 [H, W, 3] (colour, with this chroma sampling) or [H, W] (grey).

    tables: quantisation tables (luma, chroma) instead of those of `quality`.
    """
    buffer = io.BytesIO()
    options: dict = {"subsampling": SUBSAMPLING[sampling]} if pixels.ndim == 3 else {}
    options |= {"quality": quality} if tables is None else {"qtables": tables}
    Image.fromarray(pixels).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def unusual_tables(rng: np.random.Generator, quality: int) -> list[list[int]]:
    """Quantisation tables about as coarse as those of `quality`, of another shape: flatter or steeper, uneven."""
    scale = 50 / quality if quality < 50 else 2 - quality / 50
    slope, evenness = rng.uniform(-0.5, 0.5), rng.uniform(0, 0.15)
    tables = []
    for base, growth in ((14.0, 0.24), (20.0, 0.3)):
        y, x = np.mgrid[:8, :8]
        steps = base * np.exp((growth + 0.2 * slope) * (x + y) / 1.6) * np.exp(rng.normal(0, evenness, (8, 8)))
        tables.append(np.clip(np.round(steps * max(scale, 0.01)), 1, 255).astype(int).ravel().tolist())
    return tables


def decode(data: bytes, as_rgb: bool = False) -> np.ndarray:
    """JPEG bytes to planes as libjpeg decodes them (fancy chroma upsampling).

    `as_rgb`: by way of 8-bit RGB, as in a JPEG that was saved again as PNG.
    """
    image = Image.open(io.BytesIO(data))
    if image.mode == "L":
        return grey_to_planes(np.asarray(image))
    if as_rgb:
        return rgb_to_planes(np.asarray(image.convert("RGB")))
    image.draft("YCbCr", image.size)
    planes = np.asarray(image).transpose(2, 0, 1)
    return planes.astype(np.float32) / 255


@functools.cache
def tables_of(quality: int) -> tuple[np.ndarray, np.ndarray]:
    """The quantisation tables, luma and chroma, [8, 8], that libjpeg writes at a quality."""
    image = Image.open(io.BytesIO(compress(np.zeros((8, 8, 3), np.uint8), quality)))
    # libjpeg reuses one table where both are alike.
    luma, chroma = image.quantization[0], image.quantization[max(image.quantization)]
    return np.reshape(luma, (8, 8)), np.reshape(chroma, (8, 8))


@functools.cache
def standard_tables() -> np.ndarray:
    """[100, 2, 64]: luma and chroma of the qualities 100 ... 1."""
    return np.array([[table.ravel() for table in tables_of(quality)] for quality in range(100, 0, -1)], dtype=float)


def estimated_quality(tables: Sequence[np.ndarray | list[int]]) -> int:
    """The quality that the program tells of a file with a luma table, or a luma and a chroma table (`JPEGQuality`)."""
    standard = standard_tables()[:, : len(tables)]
    steps = np.array([np.ravel(table) for table in tables], dtype=float)
    return 100 - int((np.abs(steps - standard) / standard).sum(axis=(1, 2)).argmin())


def through_coefficients(samples: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Integer levels [H, W], whole blocks, to levels decoded from quantised coefficients without rounding."""
    steps = table.astype(np.float32)
    return np.clip(plane_of(np.round(blocks_of(samples.astype(np.float32)) / steps) * steps), 0, 255)


def doubled(levels: np.ndarray, axis: int) -> np.ndarray:
    """Twice the samples along an axis by libjpeg's triangle filter ("fancy upsampling"), in floating point."""
    levels = np.moveaxis(levels, axis, -1)
    before = np.concatenate([levels[..., :1], levels[..., :-1]], -1)
    after = np.concatenate([levels[..., 1:], levels[..., -1:]], -1)
    both = np.stack([0.75 * levels + 0.25 * before, 0.75 * levels + 0.25 * after], -1)
    return np.moveaxis(both.reshape(*levels.shape[:-1], -1), -1, axis)


def decoded_as_floats(
    pixels: np.ndarray, quality: int, sampling: str = "420", tables: list[list[int]] | None = None
) -> np.ndarray:
    """Planes of a JPEG file of uint8 [H, W, 3] or [H, W], whole 16x16 units, decoded as the product does it: not
    rounded, samples held to their range and colours to the gamut of RGB. Where `compress` rounds a coefficient that
    lies in the middle the other way, they differ."""
    luma_table, chroma_table = tables_of(quality) if tables is None else (np.reshape(t, (8, 8)) for t in tables)
    if pixels.ndim == 2:
        return grey_to_planes(through_coefficients(pixels, luma_table))
    levels = np.round(rgb_to_planes(pixels) * 255)
    planes = [through_coefficients(levels[0], luma_table)]
    for plane in levels[1:]:
        if sampling != "444":
            plane = (plane[:, ::2] + plane[:, 1::2]) / 2
        if sampling == "420":
            plane = (plane[::2] + plane[1::2]) / 2
        if sampling != "444":  # libjpeg takes turns in rounding down and up
            odd = np.arange(plane.shape[1]) % 2
            plane = np.floor(plane + (0.5 * odd if sampling == "422" else 0.25 + 0.25 * odd))
        plane = through_coefficients(plane, chroma_table)
        if sampling == "420":
            plane = doubled(plane, 0)
        planes.append(doubled(plane, 1) if sampling != "444" else plane)
    ycc = np.stack(planes).astype(np.float32) / 255
    rgb = np.clip(np.einsum("ij,jhw->ihw", _TO_RGB, ycc - _OFFSET, optimize=True), 0, 1)
    return np.einsum("ij,jhw->ihw", _TO_YCC, rgb, optimize=True) + _OFFSET


def with_grain(rng: np.random.Generator, rgb: np.ndarray) -> np.ndarray:
    """A pristine crop as a grainier camera or a sharper scan would have given it, uint8 [H, W, 3].

    Grain of 0.7 to 10 levels, white or soft as that of film, mostly of the luma, as strong everywhere or less in the
    dark and the light; half of the time the picture is sharpened before or after.
    """
    sharpening = rng.random()
    radius, amount = float(rng.uniform(0.5, 1.5)), int(rng.integers(40, 180))

    def sharpened(pixels: np.ndarray) -> np.ndarray:
        return np.asarray(Image.fromarray(pixels).filter(ImageFilter.UnsharpMask(radius, amount, 0)))

    if sharpening < 0.25:
        rgb = sharpened(rgb)
    noise = rng.normal(0, 1, (3, *rgb.shape[:2])).astype(np.float32)
    if rng.random() < 0.5:
        softness = np.float32(rng.uniform(0.1, 1))
        for axis in (1, 2):
            noise = noise + softness * (np.roll(noise, 1, axis) + np.roll(noise, -1, axis))
        noise /= noise.std()
    noise[1:] *= rng.uniform(0, 0.7)
    strength = 0.7 * (10 / 0.7) ** rng.random() / 255
    planes = rgb_to_planes(rgb)
    if rng.random() < 0.5:
        light = np.clip(planes[0], 0, 1)
        strength = strength * (0.25 + 3 * light * (1 - light))
    grainy = planes_to_rgb(planes + noise * strength)
    return sharpened(grainy) if 0.25 <= sharpening < 0.5 else grainy


def with_soft_chroma(rng: np.random.Generator, rgb: np.ndarray) -> np.ndarray:
    """A pristine crop with the chroma of cameras and scanners, uint8 [H, W, 3].

    A sensor sees one colour at each pixel, and scans of film kept chroma at half the size, so their chroma is softer
    than their luma; pictures that were scaled down have lost that. Softened by a Gaussian of 0.5 to 1.6 pixels.
    """
    sigma = rng.uniform(0.5, 1.6)
    taps = np.exp(-np.square(np.arange(-5, 6) / sigma) / 2).astype(np.float32)
    taps /= taps.sum()
    planes = rgb_to_planes(rgb)
    for axis in (1, 2):
        padding = [(0, 0), (0, 0), (0, 0)]
        padding[axis] = (5, 5)
        padded = np.pad(planes[1:], padding, mode="edge")
        length = planes.shape[axis]
        planes[1:] = sum(tap * padded.take(range(k, k + length), axis) for k, tap in enumerate(taps))
    return planes_to_rgb(planes)


@dataclass
class File:
    """What a JPEG file tells of itself."""

    quality: int  # of its tables
    luma_table: np.ndarray | None  # [8, 8]; None where an earlier compression makes its intervals worthless


class Sample(NamedTuple):
    """A training crop, and what became of it."""

    degraded: np.ndarray  # planes [3, S, S]
    target: np.ndarray
    told: File | None  # what the file tells; None where it is no JPEG
    quality: int | None  # of its only or its first compression; None: it was never compressed


@dataclass
class Degradation:
    """What happens to a training crop: shares of the kinds of files there are."""

    grain_share: float = 0.0  # of the pristine crops: grainier, or sharper
    soft_chroma_share: float = 0.0  # of those in colour: chroma as cameras and scanners make it
    none_share: float = 0.05
    quality_bands: tuple[tuple[int, int, float], ...] = ((1, 4, 0.02), (5, 60, 0.6), (61, 100, 0.38))
    grey_share: float = 0.3
    sampling_shares: tuple[tuple[str, float], ...] = (("420", 0.65), ("444", 0.28), ("422", 0.07))
    as_rgb_share: float = 0.15
    float_share: float = 0.0  # of the others: decoded without rounding
    shifted_share: float = 0.12
    unusual_table_share: float = 0.0  # of the compressed ones, for these four
    twice_share: float = 0.0  # compressed before, more strongly, on the same grid or a shifted one
    rescaled_share: float = 0.0  # decoded, then resized by up to a sixth
    margin: int = 16  # a crop is compressed with this many pixels more, then cut
    rescaled_margin: int | None = None  # the same of those that are resized; the larger, the more they may be shrunk

    def check_size(self, size: int) -> None:
        """Raises ValueError where crops of `size` pixels a side, with their margins, aren't whole blocks of 16."""
        for margin in (self.margin, self.rescaled_margin or self.margin):
            if (size + margin) % 16:
                raise ValueError(
                    f"crops of {size} pixels with a margin of {margin} aren't whole blocks: "
                    "choose sizes whose sum is a multiple of 16"
                )

    def draw_quality(self, rng: np.random.Generator) -> int | None:
        """A JPEG quality, or None for an image that was never compressed."""
        if rng.random() < self.none_share:
            return None
        shares = np.array([band[2] for band in self.quality_bands])
        low, high, _ = self.quality_bands[rng.choice(len(shares), p=shares / shares.sum())]
        return int(rng.integers(low, high + 1))

    def draw(self, rng: np.random.Generator, source: CropSource, size: int) -> Sample:
        """A crop of `size` pixels a side, degraded."""
        kind = self
        if self.rescaled_margin is not None:
            # Only these come from larger regions: those of small pictures could hardly be shrunk before.
            is_rescaled = rng.random() < self.rescaled_share
            margin = self.rescaled_margin if is_rescaled else self.margin
            kind = replace(self, rescaled_share=float(is_rescaled), margin=margin)
        return kind.sample(rng, source.crop(rng, size + kind.margin))

    def pair(self, rng: np.random.Generator, rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(input, target) planes of a pristine uint8 [S, S, 3] crop, smaller than it by `margin`."""
        sample = self.sample(rng, rgb)
        return sample.degraded, sample.target

    def sample(self, rng: np.random.Generator, rgb: np.ndarray) -> Sample:
        """The same, with what is known of it."""
        size = rgb.shape[0] - self.margin
        if self.grain_share and rng.random() < self.grain_share:
            rgb = with_grain(rng, rgb)
        if rng.random() < self.grey_share:
            pristine = to_grey(rgb)
            target = grey_to_planes(pristine)
        else:
            if self.soft_chroma_share and rng.random() < self.soft_chroma_share:
                rgb = with_soft_chroma(rng, rgb)
            pristine = rgb
            target = rgb_to_planes(rgb)
        quality = self.draw_quality(rng)
        told = None
        if quality is None:
            degraded = target
        elif rng.random() < self.rescaled_share:
            return Sample(*self._rescaled_pair(rng, pristine, target, quality), None, quality)
        else:
            if rng.random() < self.twice_share:
                degraded, told = self._compressed_twice(rng, pristine, quality)
            else:
                degraded, told = self._compressed(rng, pristine, quality)
        if rng.random() < self.shifted_share:
            told = None
            top, left = (int(v) for v in rng.integers(self.margin + 1, size=2))
        else:  # aligned with the grid of 16x16 units of a 4:2:0 file
            top, left = (int(v) // 16 * 16 for v in rng.integers(self.margin + 1, size=2))
        window = np.s_[:, top : top + size, left : left + size]
        return Sample(degraded[window], target[window], told, quality)

    def _compressed(self, rng: np.random.Generator, pixels: np.ndarray, quality: int) -> tuple[np.ndarray, File | None]:
        """Planes, and what their file tells; None if they came by way of RGB, as from a PNG."""
        tables = unusual_tables(rng, quality) if rng.random() < self.unusual_table_share else None
        sampling = self._draw_sampling(rng)
        as_rgb = rng.random() < self.as_rgb_share
        planes = 1 if pixels.ndim == 2 else 2
        luma_table = tables_of(quality)[0] if tables is None else np.reshape(tables[0], (8, 8))
        told = None if as_rgb else File(quality if tables is None else estimated_quality(tables[:planes]), luma_table)
        if self.float_share and not as_rgb and rng.random() < self.float_share:
            return decoded_as_floats(pixels, quality, sampling, tables), told
        return decode(compress(pixels, quality, sampling, tables), as_rgb), told

    def _compressed_twice(
        self, rng: np.random.Generator, pixels: np.ndarray, quality: int
    ) -> tuple[np.ndarray, File | None]:
        """First at `quality`, then at one that is mostly higher; the first grid is shifted in half of the cases."""
        once = to_pixels(self._compressed(rng, pixels, quality)[0], pixels.ndim)
        if rng.random() < 0.5:
            dy, dx = (int(v) for v in rng.integers(8, size=2))
            borders = [(dy, 16 - dy), (dx, 16 - dx)] + [(0, 0)] * (pixels.ndim - 2)  # to whole units of 4:2:0 files
            moved = np.pad(pixels, borders, mode="edge")
            decoded = to_pixels(self._compressed(rng, moved, quality)[0], pixels.ndim)
            once = decoded[dy : dy + pixels.shape[0], dx : dx + pixels.shape[1]]
        second = int(rng.integers(max(70, min(quality, 94)), 99))
        degraded, told = self._compressed(rng, once, second)
        return degraded, told and replace(told, luma_table=None)

    def _rescaled_pair(
        self, rng: np.random.Generator, pristine: np.ndarray, target: np.ndarray, quality: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Both resized from the same window, so that the compressed grid no longer has 8 pixels."""
        size = pristine.shape[0] - self.margin
        side = int(rng.integers(round(size * 6 / 7), size + self.margin + 1))
        top, left = (int(v) for v in rng.integers(pristine.shape[0] - side + 1, size=2))
        kind = Image.Resampling.BICUBIC if rng.random() < 0.5 else Image.Resampling.LANCZOS

        def resized(planes: np.ndarray) -> np.ndarray:
            window = planes[:, top : top + side, left : left + side]
            return np.stack([np.asarray(Image.fromarray(p).resize((size, size), kind)) for p in window])

        degraded = np.clip(resized(self._compressed(rng, pristine, quality)[0]), 0, 1)
        return np.round(degraded * 255) / np.float32(255), resized(target)

    def _draw_sampling(self, rng: np.random.Generator) -> str:
        names = [name for name, _ in self.sampling_shares]
        shares = np.array([share for _, share in self.sampling_shares])
        return names[rng.choice(len(names), p=shares / shares.sum())]
