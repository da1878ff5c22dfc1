"""A small vector stroke font of our own: capitals, small letters, digits and punctuation.

Strokes are polylines, parted by "|"; a point is two characters: x from a to i, then y from 0 (the line of the capitals)
over 6 (the base line) to 8 (below it), or a capital for one of the heights of `BETWEEN`.
"""

import numpy as np
from common import shrink

GLYPHS = {
    "A": "a6 d0 g6|b4 f4",
    "B": "a6 a0 d0 f1 f2 d3 a3|d3 g4 g5 d6 a6",
    "C": "g1 e0 c0 a2 a4 c6 e6 g5",
    "D": "a6 a0 d0 g2 g4 d6 a6",
    "E": "f0 a0 a6 f6|a3 e3",
    "F": "f0 a0 a6|a3 e3",
    "G": "g1 e0 c0 a2 a4 c6 e6 g5 g3 e3",
    "H": "a0 a6|g0 g6|a3 g3",
    "I": "b0 b6",
    "J": "e0 e5 d6 b6 a5",
    "K": "a0 a6|f0 a4|c3 f6",
    "L": "a0 a6 f6",
    "M": "a6 a0 d4 g0 g6",
    "N": "a6 a0 g6 g0",
    "O": "c0 e0 g2 g4 e6 c6 a4 a2 c0",
    "P": "a6 a0 d0 f1 f2 d3 a3",
    "Q": "c0 e0 g2 g4 e6 c6 a4 a2 c0|e4 g6",
    "R": "a6 a0 d0 f1 f2 d3 a3|c3 f6",
    "S": "f1 d0 b0 a1 a2 f4 f5 d6 b6 a5",
    "T": "a0 g0|d0 d6",
    "U": "a0 a4 c6 e6 g4 g0",
    "V": "a0 d6 g0",
    "W": "a0 b6 e1 h6 i0",
    "X": "a0 f6|f0 a6",
    "Y": "a0 d3 g0|d3 d6",
    "Z": "a0 f0 a6 f6",
    "a": "b2 d2 e3 e6|e4 b4 a5 b6 d6 e5",
    "b": "a0 a6|a3 c2 e3 e5 c6 a5",
    "c": "e3 c2 a3 a5 c6 e5",
    "d": "e0 e6|e3 c2 a3 a5 c6 e5",
    "e": "a4 e4 e3 c2 a3 a5 c6 e5",
    "f": "d0 c0 b1 b6|a2 d2",
    "g": "e2 e7 c8 a7|e3 c2 a3 a5 c6 e5",
    "h": "a0 a6|a3 c2 e3 e6",
    "i": "a2 a6|aA aB",
    "j": "b2 b7 a8|bA bB",
    "k": "a0 a6|e2 a4|c3 e6",
    "l": "a0 a5 b6",
    "m": "a2 a6|a3 b2 d2 d6|d3 f2 g3 g6",
    "n": "a2 a6|a3 c2 e3 e6",
    "o": "c2 a3 a5 c6 e5 e3 c2",
    "p": "a2 a8|a3 c2 e3 e5 c6 a5",
    "q": "e2 e8|e3 c2 a3 a5 c6 e5",
    "r": "a2 a6|a3 b2 d2",
    "s": "d3 b2 a3 d5 c6 a5",
    "t": "b0 b5 c6 d6|a2 d2",
    "u": "a2 a5 c6 e5|e2 e6",
    "v": "a2 c6 e2",
    "w": "a2 b6 d3 f6 g2",
    "x": "a2 d6|d2 a6",
    "y": "a2 c6|e2 b8 a8",
    "z": "a2 d2 a6 d6",
    "0": "c0 e1 e5 c6 a5 a1 c0",
    "1": "a1 c0 c6",
    "2": "a1 b0 d0 e1 e2 a6 e6",
    "3": "a0 e0 c2 e4 e5 d6 b6 a5",
    "4": "d6 d0 a4 f4",
    "5": "e0 a0 a2 d2 e3 e5 d6 b6 a5",
    "6": "d0 b1 a3 a5 c6 e5 e4 c3 a4",
    "7": "a0 e0 b6",
    "8": "c0 e1 e2 a4 a5 c6 e5 e4 a2 a1 c0",
    "9": "e2 c3 a2 a1 c0 e1 e3 d5 b6",
    ".": "a5 a6",
    ",": "b5 a7",
    "-": "a3 d3",
    ":": "a2 aC|a5 a6",
    "'": "a0 a1",
    "/": "a7 d0",
    "%": "a6 f0|a0 b0 b1 a1 a0|e5 f5 f6 e6 e5",
    "(": "b0 a2 a5 b7",
    ")": "a0 b2 b5 a7",
    "+": "c1 c5|a3 e3",
    "=": "a2 d2|a4 d4",
    "&": "f6 b2 b1 c0 d1 d2 a4 a5 b6 d6 f4",
}
BETWEEN = {"A": 0.5, "B": 0.9, "C": 2.6}


def strokes(character):
    """Polylines of a character, six units from base line to capital line, and how far on the next one starts."""
    lines = [
        np.array([[(ord(p[0]) - 97) * 0.62, BETWEEN[p[1]] if p[1] in BETWEEN else float(p[1])] for p in part.split()])
        for part in GLYPHS.get(character, "").split("|")
        if part
    ]
    right = max((line[:, 0].max() for line in lines), default=1.2)
    return lines, right + 1.45


def width_of(text, size):
    """Width in pixels of a line whose capitals are `size` pixels high."""
    return sum(strokes(c)[1] for c in text) * size / 6


class Pen:
    """Draws thick polylines on a canvas that is `factor` times too large; coordinates are final pixels."""

    def __init__(self, height, width, factor=4):
        self.factor = factor
        self.mask = np.zeros((height * factor, width * factor), np.float32)

    def line(self, points, thick):
        """Joins the points, (x, y), with round ends and joints."""
        f, r = self.factor, thick * self.factor / 2
        points = np.asarray(points, np.float64) * f
        for (x0, y0), (x1, y1) in zip(points[:-1], points[1:]):
            left, right = int(min(x0, x1) - r - 2), int(max(x0, x1) + r + 3)
            top, bottom = int(min(y0, y1) - r - 2), int(max(y0, y1) + r + 3)
            left, top = max(left, 0), max(top, 0)
            right, bottom = min(right, self.mask.shape[1]), min(bottom, self.mask.shape[0])
            if left >= right or top >= bottom:
                continue
            y, x = np.mgrid[top:bottom, left:right]
            x, y = x + 0.5, y + 0.5
            dx, dy = x1 - x0, y1 - y0
            t = np.clip(((x - x0) * dx + (y - y0) * dy) / max(dx * dx + dy * dy, 1e-9), 0, 1)
            distance = np.hypot(x - x0 - t * dx, y - y0 - t * dy)
            part = self.mask[top:bottom, left:right]
            np.maximum(part, np.clip(r - distance + 0.5, 0, 1), out=part)

    def text(self, text, x, y, size, thick=None, slant=0.0, turn=0.0):
        """Writes a line, its base line starting at (x, y), capitals `size` high; returns where it ends."""
        thick, unit = thick or max(size * 0.13, 0.9), size / 6
        c, s = np.cos(turn), np.sin(turn)
        start = 0.0
        for character in text:
            lines, advance = strokes(character)
            for line in lines:
                px = (start + line[:, 0] + slant * (6 - line[:, 1])) * unit
                py = (line[:, 1] - 6) * unit
                self.line(np.stack([x + px * c - py * s, y + px * s + py * c], -1), thick)
            start += advance
        return x + start * unit

    def coverage(self):
        """Share of each final pixel under ink."""
        return shrink(self.mask, self.factor)
