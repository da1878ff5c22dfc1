"""A town across the water at dusk: a clear sky without any edge, a moon, lit windows and their long reflections."""

import numpy as np
from common import blur, develop, lookup, mix, rgb, smooth, spectral


def town(rng, h, w, shore, factor):
    """Opacity of the houses and the light of their windows."""
    wall = np.zeros((h, w), np.float32)
    light = np.zeros((h, w, 3), np.float32)
    for depth in range(3):
        x = -20 * factor
        while x < w:
            wide = int(rng.uniform(9, 26) * factor)
            tall = int(rng.gamma(3.2, (7.5, 6, 4.5)[depth]) * factor) + 5 * factor
            top = shore - tall
            left, right = max(x, 0), max(min(x + wide, w), 0)
            wall[top:shore, left:right] = 0.84 + 0.07 * depth
            light[top:shore, left:right] = 0
            if rng.uniform() < 0.3:
                wall[top - int(rng.uniform(3, 12) * factor) : top, left + wide // 2 : left + wide // 2 + factor] = (
                    0.84 + 0.07 * depth
                )
            step = int(3.2 * factor)
            for wy in range(top + 2 * factor, shore - 2 * factor, step):
                for wx in range(x + 2 * factor, x + wide - 2 * factor, step):
                    if rng.uniform() < 0.2 and wx >= 0:
                        colour = rgb(rng.choice(["ffc36b", "ffd998", "ffe9c4", "ffb050", "cfe4ff"]))
                        light[wy : wy + int(1.7 * factor), wx : wx + int(1.4 * factor)] = colour * rng.uniform(
                            0.25, 1.5
                        )
            x += wide + int(rng.uniform(-3, 4) * factor)
    for _ in range(34):
        lx, ly = int(rng.uniform(0, w)), shore - int(rng.uniform(1.5, 4) * factor)
        light[ly : ly + factor, lx : lx + factor] = (
            rgb(rng.choice(["ffd080", "ffb860", "fff0d0", "ff6a50", "80ffc0"])) * 16
        )
    return wall, light


def linear(width=384, height=256, seed=8, factor=4):
    rng = np.random.default_rng(seed)
    h, w = height * factor, width * factor
    shore = int(0.66 * h)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    up = np.clip((shore - y) / shore, 0, 1)
    image = mix(rgb("ff9a4a") * 0.95, rgb("c87866") * 0.62, smooth(0.0, 0.26, up))
    image = mix(image, rgb("5a6490") * 0.5, smooth(0.12, 0.62, up))
    image = mix(image, rgb("16284a") * 0.6, smooth(0.45, 1.1, up))
    image = image * (0.72 + 0.5 * np.exp(-(((x / w - 0.30) / 0.42) ** 2)))[..., None]
    field = spectral(rng, 512, 512, 3.4)
    streak = lookup(field, y / factor * 2.6, x / factor * 0.5) + 0.3 * lookup(field, y / factor * 7, x / factor * 1.6)
    image = mix(
        image,
        image * 0.72 + rgb("ff8a66") * 0.16 * (1 - up[..., None]),
        smooth(0.5, 2.2, streak) * smooth(0.02, 0.2, up) * smooth(0.7, 0.35, up) * 0.8,
    )
    moon_x, moon_y, r = 0.74 * w, 0.19 * h, 9.5 * factor
    d = np.hypot(x - moon_x, y - moon_y)
    crater = lookup(field, (y - moon_y) / factor * 5, (x - moon_x) / factor * 5)
    image = image + rgb("ffe8c8") * (0.10 * np.exp(-((d / (34 * factor)) ** 1.3)))[..., None]
    image = mix(
        image,
        rgb("fff4dc") * 1.25 * (1 - 0.13 * smooth(0, 1.5, crater))[..., None],
        smooth(r + factor * 0.6, r - factor * 0.6, d),
    )
    wall, light = town(rng, h, w, shore, factor)
    image = mix(image, rgb("1c2030") * 0.7, wall) + light
    halo = sum(blur(light, s * factor) * g for s, g in ((1.2, 0.35), (6, 0.3)))
    image = image + halo
    waves = lookup(spectral(rng, 512, 512, 1.6), 36000 / (np.maximum(y - shore, 0) + 26 * factor), x / factor * 0.55)
    below = np.clip((y - shore) / (h - shore), 0, 1)
    source = np.clip(2 * shore - y - waves * (0.5 + 5.5 * below) * factor, 0, shore - 1)
    tall = image.copy()
    tall[:shore] = sum(np.roll(image[:shore], int(k * factor * 2.2), 0) for k in range(-4, 5)) / 9
    mirror = lookup(
        mix(image, tall, smooth(0.0, 0.25, below)), source, np.clip(x + waves * below * 1.6 * factor, 0, w - 1)
    )
    image = np.where((y >= shore)[..., None], mirror * (0.72 - 0.30 * below)[..., None] + rgb("0c1630") * 0.10, image)
    return image, rng, factor


def render(**options):
    image, rng, factor = linear(**options)
    return develop(image, rng, factor, exposure=0.95, noise=0.0025)
