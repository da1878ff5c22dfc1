"""Autumn leaves on the ground: the dead leaves model with leaves that have veins, blotches, bends and shadows."""

import numpy as np
from common import blur, develop, lookup, mix, paint, rgb, smooth, spectral

PALETTE = ["6e3420", "94502c", "b27a44", "c49a4e", "85764a", "62683c", "7b8248", "553c2a", "a0604a", "ccb070", "8a6a4a"]

SECTOR = 2 * np.pi / 5  # a maple leaf has five lobes


def outline(kind, angle, r, n):
    """Signed distance-like value, positive inside, of a unit leaf along +x from -1 to 1, and its vein pattern."""
    x, y = r * np.cos(angle), r * np.sin(angle)
    if kind == "maple":
        # Lobes as a polar curve, with teeth.
        point = 1 - np.abs(angle - np.round(angle / SECTOR) * SECTOR) / (SECTOR / 2)
        lobes = 0.40 + 0.58 * point**1.25 + 0.07 * np.abs(np.mod(point * 3.2, 1) - 0.5) - 0.25 * (np.cos(angle) < -0.8)
        inside = lobes * 0.95 - r
        nearest = np.round(angle / SECTOR) * SECTOR
        along = r * np.cos(angle - nearest)
        off = np.abs(r * np.sin(angle - nearest))
        veins = np.exp(-((off / (0.012 + 0.012 * (1 - r))) ** 2))
        side = np.exp(-(((np.mod(along - off * 0.9, 0.16) - 0.08) / 0.012) ** 2)) * 0.5
        return inside, np.maximum(veins, side), 0.35 * np.cos(5 * angle)
    u = (x + 1) / 2
    width = {"oval": 0.42, "slim": 0.22}[kind] * np.sin(np.pi * np.clip(u, 0, 1) ** 0.8) ** 0.9
    teeth = 0.018 * np.abs(np.mod(u * n, 1) - 0.5)
    inside = np.where((u > 0) & (u < 1), width + teeth - np.abs(y), -1)
    rib = np.exp(-((y / (0.010 + 0.018 * (1 - u))) ** 2))
    side = np.exp(-(((np.mod(x - np.abs(y) * 1.1, 0.15) - 0.075) / 0.011) ** 2)) * 0.55
    return inside, np.maximum(rib, side), -np.abs(y) / 0.4


def leaf(rng, size, texture, kind=None, colour=None):
    """Linear colour and opacity of one leaf in a square of `size`, lit from the upper left."""
    kind = kind or rng.choice(["oval", "oval", "slim", "maple", "maple"])
    turn, bend = rng.uniform(0, 2 * np.pi), rng.uniform(-0.35, 0.35)
    c = np.linspace(-1.06, 1.06, size, dtype=np.float32)
    py, px = np.meshgrid(c, c, indexing="ij")
    x = px * np.cos(turn) + py * np.sin(turn)
    y = -px * np.sin(turn) + py * np.cos(turn)
    y = y - bend * (x * x - 0.3)
    oy, ox = rng.uniform(0, texture.shape[0], 2)
    rough = lookup(texture, py * 46 + oy, px * 46 + ox)
    fuzz = lookup(texture, py * 190 + ox, px * 190 + oy)
    wobble = 0.035 * rough
    inside, veins, fold = outline(kind, np.arctan2(y, x), np.hypot(x, y) * (1 + wobble), rng.integers(14, 30))
    alpha = np.clip(inside * size / 2.12 + 0.5, 0, 1)
    stem = np.exp(-((y / 0.018) ** 2)) * (x < (-0.1 if kind == "maple" else -0.85)) * (x > -1.04)
    alpha = np.maximum(alpha, np.clip(stem * 2 - 0.6, 0, 1))
    base, second = (rgb(PALETTE[i]) for i in rng.choice(len(PALETTE), 2, replace=False))
    if colour is not None:
        base, second = rgb(colour[0]), rgb(colour[1])
    blotch = lookup(texture, py * 30 + ox, px * 30 + oy) + 0.25 * fuzz
    spots = smooth(1.6, 2.3, lookup(texture, py * 240 + oy, px * 240 + ox)) * 0.6
    shade = mix(base, second, smooth(0.2, 2.4, blotch + 0.9 * (1 - 5 * np.clip(inside, 0, 0.2))))
    shade = mix(shade, base * 0.25, spots)
    shade = mix(shade, shade * 1.25 + 0.05, veins * 0.85)
    # The surface bends about its ribs and curls at random; light from above left.
    height = 0.10 * fold + 0.042 * rough + bend * x * 0.5 + 0.014 * veins + 0.0009 * fuzz
    gy, gx = np.gradient(height, 2.12 / size)
    light = (0.55 + 0.45 * (-gx - gy) * 0.8 + 0.3) / np.sqrt(1 + 0.5 * (gx * gx + gy * gy))
    light = np.clip(light, 0.18, 1.7) * rng.uniform(0.75, 1.25)
    gloss = np.clip(light - 1.05, 0, 1) ** 2 * 0.25
    return (shade * light[..., None] + gloss[..., None]).astype(np.float32), alpha.astype(np.float32)


def render(width=512, height=384, seed=11, factor=3):
    rng = np.random.default_rng(seed)
    texture = spectral(rng, 512, 512, 2.7)
    h, w = height * factor, width * factor
    canvas = np.tile(rgb("2a1c10"), (h, w, 1)) * (0.6 + 0.25 * spectral(rng, h, w, 1.6)[..., None]).clip(0.1)
    count = 620
    for i in range(count):
        # Few large ones, many small: areas follow the power law that makes natural images scale-invariant.
        depth = i / count
        size = int(np.clip(40 * factor * rng.pareto(2.2) + 46 * factor, 46 * factor, 170 * factor))
        cy, cx = int(rng.uniform(-0.1, 1.1) * h), int(rng.uniform(-0.1, 1.1) * w)
        colour, alpha = leaf(rng, size, texture)
        lift = rng.uniform(2, 6) * factor
        shadow = blur(np.pad(alpha, int(lift * 2)), lift * 0.7)
        paint(canvas, np.zeros(3, np.float32), 0.62 * shadow, cy - size // 2 - int(lift), cx - size // 2 - int(lift))
        paint(canvas, colour * (0.35 + 0.75 * depth), alpha, cy - size // 2, cx - size // 2)
    glow = smooth(1.1, 0.1, np.hypot(*np.meshgrid(np.linspace(-0.3, 1, h), np.linspace(-0.3, 1, w), indexing="ij")))
    canvas *= (0.75 + 0.6 * glow)[..., None]
    return develop(canvas, rng, factor, exposure=1.25, noise=0.010)


def single(size=256, seed=5, factor=3):
    """One leaf, 0 ... 1 in sRGB, and its opacity with a soft shadow, for the image with an alpha channel."""
    rng = np.random.default_rng(seed)
    texture = spectral(rng, 512, 512, 2.4)
    n = size * factor
    inner = int(n * 0.9)
    colour, alpha = leaf(rng, inner, texture, "maple", ("b5451c", "d9a032"))
    pad = (n - inner) // 2
    canvas = np.zeros((n, n, 3), np.float32)
    opacity = np.zeros((n, n), np.float32)
    where = slice(pad, pad + inner)
    opacity[where, where] = alpha
    canvas[where, where] = colour
    shadow = np.roll(blur(opacity, 5 * factor), (4 * factor, 4 * factor), (0, 1)) * 0.5
    total = opacity + (1 - opacity) * shadow
    straight = canvas * (opacity / np.maximum(total, 1e-4))[..., None]
    return develop(straight, rng, factor, exposure=1.4, noise=0.006), shrink_alpha(total, factor)


def shrink_alpha(alpha, factor):
    n = alpha.shape[0] // factor
    return alpha[: n * factor, : n * factor].reshape(n, factor, n, factor).mean(axis=(1, 3))
