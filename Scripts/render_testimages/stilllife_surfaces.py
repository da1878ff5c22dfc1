"""What the things on the table are made of: normals, colours and gloss."""

import numpy as np
from common import lookup, mix, rgb, smooth, spectral
from stilllife_shapes import BOOK, BOOK_ID, CUP, CUP_ID, ROUND, TABLE, WALL, from_book, normalised, to_book


class Surfaces:
    def __init__(self, rng):
        self.soft, self.fine = spectral(rng, 512, 512, 2.6), spectral(rng, 512, 512, 1.2)
        self.pores = spectral(rng, 512, 512, 1.0, lowest=40)

    def bump(self, n, p, u, v, scale, depth):
        a, b = lookup(self.pores, v * scale, u * scale), lookup(self.pores, v * scale + 200, u * scale + 90)
        side = normalised(np.cross(n, np.float32([0.3, 1, 0.2])))
        return normalised(n + depth * (a[..., None] * side + b[..., None] * np.cross(n, side)))

    def at(self, p, what):
        """Normal, colour and share of mirror-like reflection at points of the surfaces."""
        n = np.zeros_like(p)
        n[..., 1] = 1
        colour = np.full_like(p, 0.5)
        mirror = np.full(p.shape[:-1], 0.0, np.float32)
        m = what == TABLE
        if m.any():
            colour[m], mirror[m] = self.wood(p[m]), 0.05
        m = what == WALL
        if m.any():
            q = p[m]
            n[m] = [0, 0, -1]
            stain = lookup(self.soft, q[:, 1] * 40, q[:, 0] * 40) + 0.4 * lookup(self.fine, q[:, 1] * 90, q[:, 0] * 90)
            colour[m] = mix(rgb("5f7276"), rgb("8a9a96"), smooth(-2, 2, stain)[:, None])
        m = what == CUP_ID
        if m.any():
            q = p[m] - CUP[0]
            n[m] = normalised(q * [1, 0, 1])
            n[m] = np.where(
                (np.abs(q[:, 1] - 0.8) < 2e-3)[:, None] & (np.hypot(q[:, 0], q[:, 2]) < 0.478)[:, None],
                np.float32([0, 1, 0]),
                n[m],
            )
            angle = np.arctan2(q[:, 2], q[:, 0])
            wave = q[:, 1] - 0.52 - 0.07 * np.sin(8 * angle)
            stripe = (
                smooth(0.055, 0.045, np.abs(wave))
                + smooth(0.02, 0.015, np.abs(q[:, 1] - 0.80))
                + smooth(0.02, 0.015, np.abs(q[:, 1] - 0.22))
            )
            colour[m] = mix(rgb("ece6d8"), rgb("1f4f96"), np.clip(stripe, 0, 1)[:, None])
            colour[m] = np.where(n[m][:, 1:2] > 0.5, rgb("2a1408") * np.ones((len(q), 1)), colour[m])
            mirror[m] = 0.06
        m = what == BOOK_ID
        if m.any():
            n[m], colour[m] = self.book(to_book(p[m] - BOOK[0]))
            mirror[m] = 0.02
        for i, (kind, centre, radii) in enumerate(ROUND):
            m = what == i
            if m.any():
                n[m], colour[m], mirror[m] = self.fruit(kind, p[m], np.float32(centre), np.float32(radii))
        return n, colour, mirror

    def wood(self, p):
        x, z = p[:, 0], p[:, 2]
        plank = np.floor((z + 10) / 1.15)
        shift = np.mod(plank * 137.3, 97)
        warp = lookup(self.soft, z * 16 + shift, x * 3.2 + shift * 3)
        rings = np.sin((np.mod(z, 1.15) * 9 + 2.3 * warp + 0.15 * x) * 2.6 + shift)
        grain = lookup(self.fine, z * 210, x * 11 + shift)
        colour = mix(rgb("6a3f20"), rgb("b07a44"), smooth(-1.3, 1.4, rings * 0.7 + 0.55 * grain)[:, None])
        colour = colour * (0.88 + 0.24 * np.mod(plank * 0.37, 1))[:, None]
        gap = smooth(0.018, 0.006, np.abs(np.mod(z + 10, 1.15) - 0.575) * -1 + 0.575)
        return mix(colour, rgb("1a0d06"), gap[:, None])

    def book(self, q):
        share = np.abs(q) / BOOK[1]
        axis = share.argmax(-1)
        n = np.zeros_like(q)
        n[np.arange(len(q)), axis] = np.sign(q[np.arange(len(q)), axis])
        cover = mix(
            rgb("7d1f22"), rgb("962a28"), smooth(-2, 2, lookup(self.fine, q[:, 2] * 160, q[:, 0] * 160))[:, None]
        )
        edge = np.minimum((1 - share[:, 0]) * BOOK[1][0], (1 - share[:, 2]) * BOOK[1][2])
        gold = (axis == 1) & (np.abs(edge - 0.12) < 0.012)
        colour = np.where(gold[:, None], rgb("d8b25a"), cover)
        leaves = lookup(self.fine, q[:, 1] * 900, q[:, 0] * 6 + q[:, 2] * 6)
        pages = mix(rgb("b8a888"), rgb("efe4cb"), smooth(-1.5, 1.2, leaves)[:, None])
        inner = (axis != 1) & (share[:, 1] < 0.86) & ~((axis == 0) & (q[:, 0] < 0))
        return from_book(n), np.where(inner[:, None], pages, colour)

    def fruit(self, kind, p, centre, radii):
        q = (p - centre) / radii
        n = normalised(q / radii)
        u, v = np.arctan2(q[:, 2], q[:, 0]) * 40, q[:, 1] * 40
        soft = lookup(self.soft, v * 2, u * 2 + centre[0] * 99)
        if kind == "orange":
            return (
                self.bump(n, p, u, v, 3.2, 0.10),
                mix(rgb("d9690a"), rgb("ee8d1a"), smooth(-2, 2, soft)[:, None]),
                0.05,
            )
        if kind == "lemon":
            u, v = np.arctan2(q[:, 2], q[:, 1]) * 40, q[:, 0] * 40
            return (
                self.bump(n, p, u, v, 2.6, 0.09),
                mix(rgb("d8b016"), rgb("f0d242"), smooth(-2, 2, soft)[:, None]),
                0.05,
            )
        if kind == "apple":
            streak = lookup(self.fine, v * 0.5, u * 3.0) * 0.6 + soft * 0.7 - 1.4 * q[:, 0] + 0.5 * q[:, 1]
            colour = mix(rgb("b8b03c"), rgb("9e1a1c"), smooth(-1.3, 0.7, streak)[:, None])
            dots = smooth(1.9, 2.3, lookup(self.pores, v * 2.2, u * 2.2))
            colour = mix(colour, rgb("e6d28c"), dots[:, None] * 0.6)
            hollow = smooth(0.22, 0.0, np.hypot(q[:, 0], q[:, 2])) * (q[:, 1] > 0)
            return n, mix(colour, rgb("3a2c10"), hollow[:, None] * 0.9), 0.05
        if kind == "steel":
            return n, np.full_like(p, 0.02), 0.86
        bloom = smooth(-1.2, 1.6, soft + q[:, 1])
        return n, mix(rgb("2b0f2e"), rgb("6d5a86"), bloom[:, None] * 0.55), 0.05
