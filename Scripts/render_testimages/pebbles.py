"""Pebbles on a beach: domes of many sizes in one height map, veins and speckles, shadows cast by a low sun."""

import numpy as np
from common import blur, develop, lookup, mix, rgb, smooth, spectral

STONES = ["8a8378", "6f6a66", "a59a88", "5b5f66", "b8ad9c", "7d6a58", "94866f", "4b4a4c", "c9c2b4", "865a48", "6a7472"]


def field(rng, h, w, factor):
    """Heights, the number of the stone at every place, and coordinates on that stone."""
    fine = spectral(rng, 512, 512, 2.0)
    height = np.full((h, w), -6.0 * factor, np.float32) + 1.2 * factor * lookup(
        fine, *np.mgrid[0:h, 0:w] / factor * 1.0
    )
    stone = np.full((h, w), -1, np.int32)
    local = np.zeros((h, w, 2), np.float32)
    count = 2000
    for k in range(count):
        r = np.clip(4.2 * (1 + rng.pareto(1.75)), 4, 40) * factor
        long, turn = rng.uniform(1.0, 1.55), rng.uniform(0, np.pi)
        cy, cx = rng.uniform(-0.1, 1.1) * h, rng.uniform(-0.1, 1.1) * w
        n = int(r * 1.7)
        y0, y1, x0, x1 = max(int(cy) - n, 0), min(int(cy) + n, h), max(int(cx) - n, 0), min(int(cx) + n, w)
        if y0 >= y1 or x0 >= x1:
            continue
        y, x = np.mgrid[y0:y1, x0:x1].astype(np.float32)
        dy, dx = y - cy, x - cx
        u, v = (
            (dx * np.cos(turn) + dy * np.sin(turn)) / (r * long),
            (-dx * np.sin(turn) + dy * np.cos(turn)) / (r / long**0.4),
        )
        wobble = 1 + 0.07 * lookup(fine, v * 7 + 31 * k, u * 7 + 17 * k)
        power = rng.uniform(2.1, 2.9)
        d = (np.abs(u) ** power + np.abs(v) ** power) * wobble
        dome = np.clip(1 - d, 0, None) ** 0.5 * r * rng.uniform(0.42, 0.62)
        level = dome + rng.normal(-0.10, 0.22) * r + rng.uniform(-0.1, 0.1) * (dx + dy)
        wins = (d < 1) & (level > height[y0:y1, x0:x1])
        height[y0:y1, x0:x1][wins] = level[wins]
        stone[y0:y1, x0:x1][wins] = k
        local[y0:y1, x0:x1][wins] = np.stack([u, v], -1)[wins] * r / factor
    return height, stone, local, count


def colours(rng, stone, local, count, y, x):
    base = np.stack([rgb(STONES[i]) for i in rng.integers(0, len(STONES), count)] + [rgb("8f7d62")])
    base *= rng.uniform(0.7, 1.2, (count + 1, 1)).astype(np.float32)
    kind, shift = rng.integers(0, 4, count + 1), rng.uniform(0, 512, count + 1)
    soft, fine = spectral(rng, 512, 512, 2.6), spectral(rng, 512, 512, 0.7)
    u, v, s = local[..., 0], local[..., 1], shift[stone]
    blotch, grain = lookup(soft, v * 2.2 + s, u * 2.2), lookup(fine, v * 2.2 + s, u * 2.2)
    colour = base[stone] * (1 + 0.13 * blotch + 0.10 * grain)[..., None]
    speckled, banded, veined = (kind[stone] == i for i in (1, 2, 3))
    colour = np.where((speckled & (grain > 0.9))[..., None], colour * 0.45, colour)
    colour = np.where((speckled & (grain < -1.2))[..., None], colour * 1.5 + 0.05, colour)
    bands = smooth(-0.2, 0.9, np.sin(u * 0.55 + 1.6 * blotch))
    colour = np.where(banded[..., None], mix(colour, colour * 0.62, bands), colour)
    vein = smooth(0.10, 0.03, np.abs(blotch + 0.02 * u)) * veined
    colour = mix(colour, rgb("e6e0d2"), vein * 0.8)
    return np.where(
        (stone < 0)[..., None], colour * (0.8 + 0.4 * lookup(fine, y * 0.8, x * 0.8))[..., None], colour
    ), grain


def render(width=384, height=256, seed=29, factor=3):
    rng = np.random.default_rng(seed)
    h, w = height * factor, width * factor
    z, stone, local, count = field(rng, h, w, factor)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    colour, grain = colours(rng, stone, local, count, y, x)
    z = blur(z, 0.5 * factor) + 0.022 * factor * grain
    sun = np.array([-0.62, -0.42, 0.66])
    gy, gx = np.gradient(z)
    norm = np.sqrt(gx * gx + gy * gy + 1)
    direct = np.clip((-gx * sun[0] - gy * sun[1] + sun[2]) / norm, 0, None)
    lit = np.ones_like(z)
    rise = sun[2] / np.hypot(sun[0], sun[1])
    for step in range(1, 64):
        length = step * 0.9 * factor
        dy, dx = int(round(-sun[1] / 0.749 * length)), int(round(-sun[0] / 0.749 * length))
        # What lies towards the sun and is higher than the ray that leaves here.
        above = np.roll(z, (dy, dx), (0, 1)) - z - rise * length
        lit = np.minimum(lit, 1 - smooth(-0.03 * length, 0.06 * length + 1, above))
    hollow = sum(np.clip((blur(z, r * factor) - z) / (r * factor), 0, None) for r in (2, 6, 14))
    ambient = 0.9 / (1 + 1.6 * hollow)
    half = np.array([-0.31, -0.21, 0.92])
    gloss = np.clip((-gx * half[0] - gy * half[1] + half[2]) / norm / np.linalg.norm(half), 0, 1) ** 38
    light = (direct * lit)[..., None] * rgb("fff0d8") * 1.75 + ambient[..., None] * rgb("a9bfdc") * 0.42
    image = colour * light + (gloss * lit * ambient * 0.16 * (stone >= 0))[..., None]
    return develop(image, rng, factor, exposure=0.85, noise=0.008)
