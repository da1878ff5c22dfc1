"""A daisy before a garden out of focus: soft gradients, fine detail in its middle, highlights as discs."""

import numpy as np
from common import blur, develop, lookup, mix, paint, rgb, smooth, spectral


def background(rng, h, w, factor):
    """Greens without any sharp edge, and points of light that the lens turns into discs."""
    low = blur(spectral(rng, h, w, 3.2), 10 * factor)
    y = np.linspace(0, 1, h, dtype=np.float32)[:, None]
    image = mix(rgb("1c3312"), rgb("5c7f34"), smooth(-1.5, 1.8, low - 1.1 * y + 0.5))
    image = mix(image, rgb("a9b06a") * 1.1, smooth(0.9, 2.3, low + 0.9 * (1 - y) - 0.3) * 0.6)
    for _ in range(64):
        r = rng.uniform(9, 27) * factor
        n = int(2 * r + 8)
        c = np.arange(n) - n / 2
        d = np.hypot(c[:, None], c[None, :])
        # Discs are a little brighter at the rim, as many lenses draw them.
        disc = smooth(r + 1.5 * factor, r - 1.5 * factor, d) * (0.75 + 0.35 * (d / r) ** 4)
        colour = rgb(rng.choice(["d9e08a", "f4efc4", "9fc25a", "fff6dc", "e8c86a", "7fae4a"]))
        strength = rng.uniform(0.05, 0.34) * rng.uniform(0.4, 1)
        cy, cx = int(rng.normal(0.30, 0.28) * h), int(rng.uniform(-0.05, 1.05) * w)
        paint(image, colour * 1.3, np.clip(disc * strength, 0, 1).astype(np.float32), cy - n // 2, cx - n // 2)
    return blur(image, 1.2 * factor)


def petal(u, v, texture, tint):
    """Colour of a petal from (0, 0) to (1, 0), and how far inside its outline a point is."""
    width = 0.135 * np.clip(u, 0, 1) ** 0.45 * np.clip(1 - np.clip(u, 0, 1) ** 9, 0, 1) ** 0.5
    notch = 0.025 * np.exp(-((v / 0.02) ** 2)) + 0.012 * np.sin(v * 90)
    inside = np.minimum(width - np.abs(v), 1 - notch - u)
    inside = np.where(u > 0.02, inside, -1)
    s = v / np.maximum(width, 1e-3)
    streak = lookup(texture, v * 900, u * 22)
    groove = 0.16 * np.cos(s * 7.5) + 0.09 * streak
    light = 0.80 + 0.16 * s + groove * 0.55 - 0.22 * smooth(0.35, 0.0, u) - 0.16 * np.abs(s) ** 3
    colour = mix(rgb("f6f0f2"), rgb(tint), smooth(0.25, 1.1, u + 0.10 * streak)) * light[..., None]
    colour = mix(colour, colour * rgb("d8d08c") * 1.2, smooth(0.42, 0.10, u) * 0.75)
    return colour, inside


def flower(rng, size, texture, tint, squeeze, factor):
    """Linear colour and opacity of a whole flower in a square patch."""
    c = (np.arange(size, dtype=np.float32) - size / 2) / (size / 2) * 1.08
    py, px = np.meshgrid(c / squeeze, c, indexing="ij")
    canvas = np.zeros((size, size, 3), np.float32)
    opacity = np.zeros((size, size), np.float32)
    scale = size / 2.16
    petals = [(layer, i) for layer in (0, 1, 2) for i in rng.permutation(17)]
    for layer, i in petals:
        angle = 2 * np.pi * (i + 0.37 * layer + rng.uniform(-0.16, 0.16)) / 17
        length = (1.0, 0.94, 0.84)[layer] * rng.uniform(0.93, 1.04)
        x = px * np.cos(angle) + py * np.sin(angle)
        y = -px * np.sin(angle) + py * np.cos(angle) + rng.uniform(-0.10, 0.10) * x * x
        colour, inside = petal(x / length, y / length, texture, tint)
        alpha = np.clip(inside * scale + 0.5, 0, 1)
        facing = 0.80 + 0.24 * np.cos(angle + 2.2) + rng.uniform(-0.08, 0.05)
        shadow = np.roll(blur(alpha, 2.2 * factor), (2 * factor, 2 * factor), (0, 1)) * 0.42
        canvas *= (1 - shadow * opacity)[..., None]
        canvas += (colour * facing - canvas) * alpha[..., None]
        opacity = np.maximum(opacity, alpha)
    r = np.hypot(px, py)
    canvas *= (1 - 0.55 * smooth(0.42, 0.22, r))[..., None]
    return middle(rng, canvas, opacity, px, py, squeeze)


def middle(rng, canvas, opacity, px, py, squeeze):
    """Hundreds of florets on a golden-angle spiral, each a small dome that hides those behind it."""
    top = np.full(px.shape, -1.0, np.float32)
    normal = np.zeros(px.shape + (2,), np.float32)
    colour = np.zeros_like(canvas)
    count, radius = 420, 0.285
    pixel = abs(float(px[0, 1] - px[0, 0]))
    for k in range(count):
        share = np.sqrt((k + 0.5) / count)
        a = k * 2.399963 + rng.normal(0, 0.02)
        fx, fy = radius * share * np.cos(a), radius * share * np.sin(a)
        dome = 0.10 * np.sqrt(max(1 - share**2 * 0.9, 0))
        size = 0.0125 + 0.008 * share * rng.uniform(0.9, 1.1)
        fy -= dome * 0.55
        j, i = int(round((fy - float(py[0, 0])) * squeeze / pixel)), int(round((fx - float(px[0, 0])) / pixel))
        n = int(size / pixel) + 3
        part = (slice(max(j - n, 0), j + n), slice(max(i - n, 0), i + n))
        dx, dy = (px[part] - fx) / size, (py[part] - fy) / size
        d2 = dx * dx + dy * dy
        z = dome + size * np.sqrt(np.clip(1 - d2, 0, None)) + fy * 0.6
        wins = (d2 < 1) & (z > top[part])
        top[part] = np.where(wins, z, top[part])
        normal[part] = np.where(wins[..., None], np.stack([dx, dy], -1), normal[part])
        tint = mix(rgb("b87812"), rgb("f2c21e"), smooth(0.25, 0.9, np.float32(share + rng.normal(0, 0.10))))
        tint = mix(tint, rgb("6f7a1a"), smooth(0.35, 0.0, np.float32(share)) * 0.7)
        colour[part] = np.where(wins[..., None], tint, colour[part])
    covered = (top > -1).astype(np.float32)
    nz = np.sqrt(np.clip(1 - (normal**2).sum(-1), 0.02, 1))
    light = np.clip(-0.5 * normal[..., 0] - 0.6 * normal[..., 1] + 0.62 * nz, 0.10, None)
    disc = smooth(0.30, 0.28, np.hypot(px, py + 0.03))
    canvas = mix(canvas, rgb("4a2f08"), disc * 0.85)
    canvas = mix(canvas, colour * (light * 1.25)[..., None] + 0.25 * np.clip(light - 0.85, 0, 1)[..., None], covered)
    return canvas, np.maximum(opacity, covered)


def render(width=480, height=320, seed=17, factor=3):
    rng = np.random.default_rng(seed)
    texture = spectral(rng, 512, 512, 1.8)
    h, w = height * factor, width * factor
    image = background(rng, h, w, factor)
    far, far_alpha = flower(rng, int(150 * factor), texture, "f0b8cc", 0.7, factor)
    soft = 7 * factor
    pad = 3 * soft
    far_alpha = blur(np.pad(far_alpha, pad), soft)
    far = blur(np.pad(far, ((pad, pad), (pad, pad), (0, 0))), soft) / np.maximum(far_alpha, 0.02)[..., None]
    paint(image, far, far_alpha, int(0.02 * h) - pad, int(0.70 * w) - pad)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    bend = 0.40 * w + 0.06 * w * ((y - 0.5 * h) / h) ** 2
    off = (x - bend) / (5.0 * factor)
    stem = (
        mix(rgb("3a5a1c"), rgb("7da043"), smooth(0.9, -0.7, off))
        * (0.55 + 0.45 * np.sqrt(np.clip(1 - off * off, 0, 1)))[..., None]
    )
    image = mix(image, stem, np.clip((1 - np.abs(off)) * 4 * factor, 0, 1) * (y > 0.5 * h))
    size = int(276 * factor)
    near, alpha = flower(rng, size, texture, "dd7fb0", 0.86, factor)
    paint(image, near, alpha, int(0.49 * h) - size // 2, int(0.40 * w) - size // 2)
    return develop(image, rng, factor, exposure=0.95, noise=0.005)
