"""The no-reference score of an image by Tchebichef moments, as the product computes it. 1 is best."""

from __future__ import annotations

import functools

import numpy as np

TEXTURED = 0.004  # a block with more moment energy than this beside M[0, 0] is textured
C = 1e-5
SMOOTH_LIMIT = 0.05
SMOOTH_POWER, TEXTURED_POWER = 0.9, 0.1


@functools.cache
def tchebichef(size: int) -> np.ndarray:
    """The orthonormal discrete Tchebichef basis, float64 [order, sample]."""
    x = np.arange(size, dtype=np.float64)
    rows = [np.ones(size), (1 - size + 2 * x) / size]
    for p in range(2, size):
        rows.append(((2 * p - 1) * rows[1] * rows[p - 1] - (p - 1) * (1 - (p - 1) ** 2 / size**2) * rows[p - 2]) / p)
    norms = [size * np.prod([1 - i**2 / size**2 for i in range(1, p + 1)]) / (2 * p + 1) for p in range(size)]
    return np.stack(rows) / np.sqrt(norms)[:, None]


def _blocks(luma: np.ndarray, size: int) -> np.ndarray:
    """uint8 [H, W] to the blocks that straddle the codec's grid, float64 [n, size, size] in [0, 1]."""
    rows, columns = (max(0, extent // size - 1) for extent in luma.shape)
    start = size // 2
    area = luma[start : start + rows * size, start : start + columns * size].astype(np.float64) / 255
    return area.reshape(rows, size, columns, size).swapaxes(1, 2).reshape(-1, size, size)


def _blur(blocks: np.ndarray) -> np.ndarray:
    """3x3 Gaussian, sigma 5, zero padding at the border of every block."""
    kernel = np.exp(-np.array([1.0, 0.0, 1.0]) / (2 * 5.0**2))
    kernel /= kernel.sum()
    for axis in (1, 2):
        pad = [(0, 0)] * 3
        pad[axis] = (1, 1)
        padded = np.moveaxis(np.pad(blocks, pad), axis, 0)
        blurred = kernel[0] * padded[:-2] + kernel[1] * padded[1:-1] + kernel[2] * padded[2:]
        blocks = np.moveaxis(blurred, 0, axis)
    return blocks


def _moments(blocks: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Moments of blocks scaled to norm 1, then to mean 0; an all-zero block has none."""
    norms = np.sqrt(np.sum(np.square(blocks), axis=(1, 2), keepdims=True))
    scaled = np.divide(blocks, norms, out=np.zeros_like(blocks), where=norms > 0)
    return basis @ (scaled - scaled.mean(axis=(1, 2), keepdims=True)) @ basis.T


def score_parts(luma: np.ndarray, variant: str = "evidence", size: int = 8) -> tuple[float, float, float, float]:
    """uint8 [H, W] to (score, mean over smooth blocks, mean over textured blocks, textured share of all blocks).

    Variant `paper` counts constant blocks as smooth (all-zero blocks score 1, the others 0); `evidence` leaves
    them out of both classes. A class without blocks counts as 1.
    """
    basis = tchebichef(size)
    blocks = _blocks(luma, size)
    total = len(blocks)
    if variant == "evidence":
        blocks = blocks[blocks.max(axis=(1, 2)) != blocks.min(axis=(1, 2))] if total else blocks
    elif variant != "paper":
        raise ValueError(f"unknown variant {variant!r}: evidence or paper")
    moments = _moments(blocks, basis)
    is_textured = np.sum(np.square(moments), axis=(1, 2)) - moments[:, 0, 0] ** 2 > TEXTURED

    sharp = moments[is_textured]
    soft = _moments(_blur(blocks[is_textured]), basis)
    similarity = (2 * sharp * soft + C) / (np.square(sharp) + np.square(soft) + C)
    textured = 1 - similarity.mean(axis=(1, 2))

    magnitude = np.abs(moments[~is_textured])
    energy = magnitude.sum(axis=(1, 2)) - magnitude[:, 0, 0] + C
    vertical = np.minimum(magnitude[:, -1, :].sum(axis=1) / energy, SMOOTH_LIMIT)
    horizontal = np.minimum(magnitude[:, :, -1].sum(axis=1) / energy, SMOOTH_LIMIT)
    smooth = np.log(1 - (vertical + horizontal) / 2) / np.log(1 - SMOOTH_LIMIT)
    smooth[~blocks[~is_textured].any(axis=(1, 2))] = 1.0
    smooth_mean = float(smooth.mean()) if len(smooth) else 1.0
    textured_mean = float(textured.mean()) if len(textured) else 1.0
    score = smooth_mean**SMOOTH_POWER * textured_mean**TEXTURED_POWER
    return score, smooth_mean, textured_mean, len(sharp) / total if total else 0.0


def score(luma: np.ndarray, variant: str = "evidence", size: int = 8) -> float:
    """The score Q of a uint8 [H, W] luma plane."""
    return score_parts(luma, variant, size)[0]
