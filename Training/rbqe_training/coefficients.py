"""What a JPEG file's coefficients say of a result, as the program holds results to them (docs/jpeg.md)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

# The frequencies whose mean step says how coarse a table is.
LOWEST = np.add.outer(np.arange(8), np.arange(8)) <= 3
# Spans of errors count for so many times what an interval reaches, at least and at most, and what lies farther from it
# than so much of a span as if it lay there.
NARROWEST, WIDEST, NEARLY = 1e-4, 1e3, 0.95

DCT = np.float32([[math.sqrt((1 if k == 0 else 2) / 8) * math.cos((2 * n + 1) * k * math.pi / 16) for n in range(8)]
                  for k in range(8)])  # fmt: skip


@dataclass
class ErrorLaw:
    """How far a coefficient of the result may lie from the original's: levels of an orthonormal coefficient."""

    scale: float
    step_exponent: float  # of the mean of the lowest steps
    activity_exponent: float  # of one more than the coefficients other than 0 in the block, the first not counted

    def spans(self, values: np.ndarray, table: np.ndarray) -> np.ndarray:
        """[..., 1, 1] of blocks [..., 8, 8]."""
        active = (values != 0).sum((-2, -1)) - (values[..., 0, 0] != 0)
        scale = self.scale * table[LOWEST].mean() ** self.step_exponent
        return (scale * (1.0 + active) ** self.activity_exponent)[..., None, None]


def expected(away: np.ndarray, reach: np.ndarray, span: np.ndarray) -> np.ndarray:
    """Where a coefficient is expected that a result puts `away` from the middle of its interval, which has `reach` on
    each side: any value in there was as likely, and errors have a parabola's density over `span` on each side."""
    x, h = away / reach, np.clip(span / reach, NARROWEST, WIDEST)
    x = x.clip(-1 - NEARLY * h, 1 + NEARLY * h)
    a, b = np.maximum((x - 1) / h, -1), np.minimum((x + 1) / h, 1)
    return reach * (x - h * (a + b) / 2 * (2 - a * a - b * b) / 2 / (1 - (a * a + a * b + b * b) / 3)).clip(-1, 1)


def blocks_of(plane: np.ndarray) -> np.ndarray:
    """Orthonormal coefficients [H/8, W/8, 8, 8] of levels [H, W], whole blocks, less the middle."""
    height, width = plane.shape
    return DCT @ (plane.reshape(height // 8, 8, width // 8, 8).transpose(0, 2, 1, 3) - 128) @ DCT.T


def plane_of(blocks: np.ndarray) -> np.ndarray:
    """Levels of coefficients, the way back."""
    down, across = blocks.shape[:2]
    return (DCT.T @ blocks @ DCT + 128).transpose(0, 2, 1, 3).reshape(8 * down, 8 * across)


def held(luma: np.ndarray, decoded: np.ndarray, table: np.ndarray, law: ErrorLaw) -> np.ndarray:
    """Luma [H, W] in 0...1, whole blocks, held to the file that was decoded to `decoded` with the steps `table`.

    The file's coefficients are found by transforming what was decoded. Rounded to 8 bits and with steps of 1, one of
    twelve comes out wrong.
    """
    values = np.round(blocks_of(decoded * 255) / table)
    away = blocks_of(luma * 255) - values * table
    return (plane_of(values * table + expected(away, table / 2, law.spans(values, table))) / 255).astype(np.float32)
