"""Line art in colour: a hiking map with contour lines, a river, paths, a grid and lettering."""

import numpy as np
from common import encode_srgb, lookup, mix, rgb, shrink, smooth, spectral
from strokefont import Pen

FACTOR = 4


def contours(height, step, thick):
    """Coverage of the lines where the height is a multiple of `step`, `thick` samples wide everywhere."""
    gy, gx = np.gradient(height)
    slope = np.hypot(gy, gx)
    off = np.abs(np.mod(height / step + 0.5, 1) - 0.5) * step
    return np.clip(thick / 2 - off / np.maximum(slope, 1e-5) + 0.5, 0, 1) * (slope > 1e-4)


def render(width=384, height=256, seed=2):
    rng = np.random.default_rng(seed)
    h, w = height * FACTOR, width * FACTOR
    y, x = np.mgrid[0:h, 0:w].astype(np.float32) / FACTOR
    land = (
        420
        + 130 * lookup(spectral(rng, 512, 512, 4.2), y * 0.9, x * 0.9)
        + 7 * lookup(spectral(rng, 512, 512, 3.4), y, x)
    )
    land += 210 * np.exp(-(((x - 270) / 75) ** 2) - ((y - 95) / 60) ** 2)
    bed = 205 + 24 * np.sin(x / 47) - 0.12 * x + 7 * np.sin(x / 13)
    land -= 120 * np.exp(-(((y - bed) / 26) ** 2))
    forest = smooth(0.1, 0.5, lookup(spectral(rng, 512, 512, 3.2), y * 1.5, x * 1.5)) > 0.5
    image = mix(np.tile(rgb("f7f3e4"), (h, w, 1)), rgb("cfe3bb"), forest.astype(np.float32))
    gy, gx = np.gradient(land)
    relief = np.clip(0.5 + 0.16 * FACTOR * (gx + gy), 0, 1)
    image = image * (1.06 - 0.26 * smooth(0.35, 1.0, relief))[..., None]
    image = mix(image, rgb("b98a55"), 0.85 * contours(land, 20, 0.75 * FACTOR))
    image = mix(image, rgb("94602c"), contours(land, 100, 1.5 * FACTOR))
    image = shrink(image, FACTOR)
    shore, river, path, road, grid, dark, blue = (Pen(height, width, FACTOR) for _ in range(7))
    xs = np.arange(-4, width + 5, 1.5)
    course = np.stack([xs, 205 + 24 * np.sin(xs / 47) - 0.12 * xs + 7 * np.sin(xs / 13)], -1)
    shore.line(course, 6.2)
    river.line(course, 4.4)
    for k in range(1, 6):
        grid.line([(64 * k, 0), (64 * k, height)], 0.6)
        grid.line([(0, 64 * k), (width, 64 * k)], 0.6)
    t = np.linspace(0, 1, 90)
    track = np.stack([20 + 245 * t + 9 * np.sin(17 * t), 30 + 55 * t + 17 * np.sin(9 * t)], -1)
    for k in range(0, 88, 3):
        path.line(track[k : k + 2], 1.5)
    way = np.stack([40 + 330 * t, 244 - 42 * np.sin(2.6 * t) - 30 * t], -1)
    road.line(way, 3.6)
    dark.line([(262, 99), (270, 86), (278, 99), (262, 99)], 1.2)
    dark.text("Mount Early 812", 284, 97, 7)
    dark.text("Exit Pass", 112, 42, 6.4)
    dark.text("Lower Blockford", 96, 250, 7.4, 1.1)
    for _ in range(26):
        bx, by = 60 + rng.normal(48, 22), 230 + rng.normal(2, 6)
        dark.line([(bx, by), (bx + rng.uniform(1.5, 4), by + rng.uniform(-0.5, 0.5))], 2.4)
    for k, label in enumerate(("46", "47", "48", "49", "50")):
        blue.text(label, 64 * k + 67, 9, 5.4, 0.8)
    blue.text("River Chroma", 196, 177, 6.6, 1.0, slant=0.22, turn=-0.06)
    for pen, colour in ((grid, "6f8fc0"), (shore, "2c6ea8"), (river, "9ccbe8"), (path, "b03030"), (road, "8a6a2a")):
        image = mix(image, rgb(colour), pen.coverage())
    inner = Pen(height, width, FACTOR)
    inner.line(way, 2.0)
    image = mix(image, rgb("f6d35a"), inner.coverage())
    image = mix(image, rgb("2a5ea0"), blue.coverage())
    return encode_srgb(mix(image, rgb("241c14"), dark.coverage()))
