"""A lake below mountains: fractal terrain, forest, snow, haze, clouds and a mirror image with ripples."""

import numpy as np
from common import blur, develop, lookup, mix, paint, rgb, smooth, spectral

SIZE = 1024
SUN = np.array([-0.62, 0.42, -0.30], np.float32)


def gradient_noise(rng, cells, size):
    """Perlin's noise on a periodic square: `cells` lattice cells along `size` samples."""
    angle = rng.uniform(0, 2 * np.pi, (cells, cells)).astype(np.float32)
    gy, gx = np.sin(angle), np.cos(angle)
    c = np.arange(size, dtype=np.float32) * cells / size
    y, x = np.meshgrid(c, c, indexing="ij")
    iy, ix = y.astype(int), x.astype(int)
    fy, fx = y - iy, x - ix
    sy, sx = (f * f * f * (f * (f * 6 - 15) + 10) for f in (fy, fx))

    def corner(dy, dx):
        j, i = (iy + dy) % cells, (ix + dx) % cells
        return gy[j, i] * (fy - dy) + gx[j, i] * (fx - dx)

    top = corner(0, 0) + (corner(0, 1) - corner(0, 0)) * sx
    return top + (corner(1, 0) + (corner(1, 1) - corner(1, 0)) * sx - top) * sy


def terrain(rng):
    """Heights in cells: ridges far off, a basin with a lake near the viewer; and where forest grows."""
    height = np.zeros((SIZE, SIZE), np.float32)
    weight, gain, cells = np.ones_like(height), 1.0, 4
    while cells <= 512:
        noise = gradient_noise(rng, cells, SIZE)
        ridge = 1 - 1.5 * np.sqrt(noise * noise + 0.004)
        height += ridge * weight * gain
        weight = np.clip(0.25 + ridge * 0.9, 0, 1)
        gain, cells = gain * 0.47, cells * 2
    z, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    off = x - SIZE / 2 - 40 * np.sin(z / 110)
    valley = smooth(30, 330, np.hypot(off, (z - 170) * 0.62) - 55)
    far = smooth(120, 620, z)
    height = (height - 1.05) * (22 + 185 * far) * (0.10 + 0.90 * valley) + 26 * valley - 9 * (1 - valley)
    slope = np.hypot(*np.gradient(height))
    trees = (
        smooth(1.3, 0.8, slope) * smooth(1.0, 4, height) * smooth(86, 52, height + 10 * spectral(rng, SIZE, SIZE, 2.5))
    )
    trees *= smooth(-0.9, -0.1, spectral(rng, SIZE, SIZE, 2.2))
    spikes = np.abs(spectral(rng, SIZE, SIZE, 0.3))
    return height + trees * (1.2 + 1.7 * spikes), trees


def shadows(height):
    """1 in the sun, 0 in the shade, soft between: a march from every cell towards the sun."""
    lit = np.ones_like(height)
    flat = np.hypot(SUN[0], SUN[2])
    rise = SUN[1] / flat
    for step in range(1, 150):
        length = step * 1.6
        dz, dx = int(round(-SUN[2] / flat * length)), int(round(-SUN[0] / flat * length))
        above = np.roll(height, (dz, dx), (0, 1)) - height - rise * length
        lit = np.minimum(lit, 1 - smooth(-0.02 * length, 0.05 * length, above))
    return lit


def march(height, columns, rows, horizon, focal, eye):
    """Distance and sideways position of what every pixel sees; inf in the sky."""
    steps = 12 * 1.0027 ** np.arange(1650, dtype=np.float32)
    side = (np.arange(columns, dtype=np.float32) - columns / 2) / focal
    world_x = SIZE / 2 + side[None] * steps[:, None]
    h = np.maximum(lookup(height, np.broadcast_to(steps[:, None], world_x.shape), world_x), 0)
    rise = np.maximum.accumulate((h - eye) / steps[:, None] * focal, axis=0)
    wanted = horizon - np.arange(rows, dtype=np.float32)
    distance = np.full((rows, columns), np.inf, np.float32)
    for c in range(columns):
        k = np.searchsorted(rise[:, c], wanted)
        seen = (k > 0) & (k < len(steps))
        j = k[seen]
        low, high = rise[j - 1, c], rise[j, c]
        part = np.clip((wanted[seen] - low) / np.maximum(high - low, 1e-6), 0, 1)
        distance[seen, c] = steps[j - 1] + (steps[j] - steps[j - 1]) * part
    return distance, side


def sky(rng, rows, columns, horizon):
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    up = np.clip((horizon - y) / rows, 0.002, None)
    colour = mix(rgb("f0dcc0"), rgb("6f9fd4"), smooth(0.0, 0.30, up))
    colour = mix(colour, rgb("2f66b0"), smooth(0.2, 0.75, up))
    field = spectral(rng, 512, 512, 3.0)
    v, u = 22 / (up + 0.10), (x / columns - 0.5) * 60 / (up + 0.10) * 0.7
    cloud = lookup(field, v * 1.1, u) + 0.35 * lookup(field, v * 5, u * 5)
    bright = lookup(field, v * 1.1 + 4, u + 6)
    density = smooth(0.25, 1.7, cloud) * smooth(0.03, 0.16, up) * 0.9
    white = mix(rgb("b8bccb"), rgb("fff8ee") * 1.15, smooth(-0.5, 1.0, cloud - 0.6 * bright + 0.3))
    glow = np.exp(-(((x / columns - 0.16) / 0.35) ** 2) - (up / 0.22) ** 2)
    return mix(colour, white, density) + glow[..., None] * rgb("ffd9a0") * 0.45


def ground(rng, height, trees, lit, z, x, distance):
    """Colour of the terrain at map positions."""
    gz, gx = np.gradient(height)
    fine = spectral(rng, 1024, 1024, 1.4)
    h = lookup(height, z, x)
    rough = lookup(fine, z * 5, x * 5)
    close = np.clip(140 / distance, 0.15, 1)
    nz, nx = -lookup(gz, z, x) - 0.5 * close * rough, -lookup(gx, z, x) + 0.5 * close * lookup(fine, z * 5 + 300, x * 5)
    norm = np.sqrt(nz * nz + nx * nx + 1)
    slope = np.hypot(lookup(gz, z, x), lookup(gx, z, x))
    sun = SUN / np.linalg.norm(SUN)
    direct = np.clip((nx * sun[0] + sun[1] + nz * sun[2]) / norm, 0, None) * lookup(lit, z, x)
    big = lookup(fine, z * 0.4, x * 0.4)
    rock = mix(rgb("6e655c"), rgb("97866f"), smooth(-1, 1.4, 0.5 * np.sin(h * 0.3 + 4 * big) + 0.9 * rough))
    grass = mix(rgb("6a7a34"), rgb("98913f"), smooth(-1.2, 1.2, big + 0.4 * rough))
    wood = mix(rgb("16260f"), rgb("40591f"), smooth(-1.0, 1.8, rough + 0.8 * lookup(fine, z * 11, x * 11)))
    colour = mix(grass, rock, smooth(0.55, 1.0, slope + 0.1 * rough + 0.004 * h))
    colour = mix(colour, wood, lookup(trees, z, x))
    colour = mix(colour, rgb("c0ac84") * 0.8, smooth(2.0, 0.6, h))
    snow = smooth(78, 108, h + 9 * big - 14 * (slope - 0.9))
    colour = mix(colour, rgb("f4f7ff"), snow)
    light = direct[..., None] * rgb("ffe9c8") * 2.2 + rgb("9dbbe6") * (0.34 + 0.22 / norm[..., None])
    return colour * light


def pine(rng, size, texture):
    """Colour and opacity of a tree in a patch of `size` rows: whorls of branches, lit from the left."""
    y, x = np.mgrid[0:size, 0 : size * 5 // 8].astype(np.float32) / size
    x = x - 5 / 16
    shift = rng.uniform(0, 512)
    ragged = lookup(texture, y * 260 + shift, x * 200 + shift) + 0.7 * lookup(texture, y * 800, x * 800 + shift)
    # Branches hang: the whorl that a point belongs to starts higher on the trunk.
    whorl = np.mod((y - 0.75 * np.abs(x)) * 15 + 0.35 * ragged + 0.6 * np.sign(x), 1)
    reach = (0.02 + 0.27 * y**0.9) * (0.55 + 0.45 * whorl)
    inside = np.minimum((reach - np.abs(x) + 0.016 * ragged) * size * 0.5, (0.95 - y) * size)
    trunk = (0.007 + 0.008 * y - np.abs(x)) * size
    alpha = np.clip(np.maximum(inside, trunk), 0, 1) * (y > 0.01)
    light = 0.50 + 0.40 * (1 - whorl) - 1.3 * x / (0.1 + 0.4 * y) * 0.25 + 0.26 * ragged
    colour = mix(rgb("0e1a0c"), rgb("4c6228"), np.clip(light, 0, 1.4))
    return mix(colour, rgb("4a3626") * 0.6, (inside < 0.3).astype(np.float32)), alpha


def foreground(rng, image, factor):
    """A bank with grass in the lower left corner and pines on it."""
    rows, columns = image.shape[:2]
    texture = spectral(rng, 512, 512, 1.5)
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    bank = rows * (0.80 + 0.30 * (x / columns / 0.62) ** 1.7) + 5 * factor * lookup(texture, 0 * x, x / factor * 0.2)
    for place, size in ((0.235, 118), (0.155, 165), (0.02, 150), (0.085, 228)):
        size = int(size * factor)
        colour, alpha = pine(rng, size, texture)
        root = bank[0, int(place * columns)] + 13 * factor
        paint(image, colour, alpha.astype(np.float32), int(root) - size, int(place * columns) - size * 5 // 16)
    blades = lookup(texture, y / factor * 0.25, x / factor * 3.0)
    inside = np.clip((y - bank + 2.2 * factor * blades) / 2, 0, 1)
    deep = smooth(0, 60 * factor, y - bank)
    grass = mix(rgb("7a8238"), rgb("26331a"), np.clip(0.25 + 0.55 * deep - 0.28 * blades, 0, 1))
    paint(image, grass, inside, 0, 0)


def render(width=512, height=384, seed=9, factor=3):
    rng = np.random.default_rng(seed)
    rows, columns = height * factor, width * factor
    horizon, focal, eye = rows * 0.64, columns * 1.15, 9.0
    land, trees = terrain(rng)
    lit = shadows(land)
    distance, side = march(land, columns, rows, horizon, focal, eye)
    image = sky(rng, rows, columns, horizon)
    seen = np.isfinite(distance)
    z = np.where(seen, distance, 100)
    x = SIZE / 2 + side[None] * z
    colour = ground(rng, land, trees, lit, z, x, z)
    haze = 1 - np.exp(-((z / 900) ** 1.25))
    colour = mix(
        colour,
        mix(rgb("e9d6bd"), rgb("8fb0d8"), smooth(0.0, 0.35, np.broadcast_to(np.abs(side[None] + 0.35), z.shape))),
        haze * 0.62,
    )
    image = np.where(seen[..., None], colour, image)
    water = seen & (lookup(land, z, x) <= 0.05)
    # The mirror image, disturbed by waves that shrink with distance.
    waves = spectral(rng, 512, 512, 1.8)
    y, c = np.mgrid[0:rows, 0:columns].astype(np.float32)
    ripple = lookup(waves, z * 9, x * 2.2) * (10 + 220 / z) * factor / 6
    mirrored = np.clip(2 * horizon - y - np.abs(ripple) * 0.9, 0, rows - 1)
    reflection = lookup(blur(image, 0.5 * factor), mirrored, np.clip(c + 0.25 * ripple, 0, columns - 1))
    steep = np.clip(1 - (horizon - y) / -(rows - horizon), 0, 1)
    depth = mix(rgb("123a3e"), rgb("2f6a66"), smooth(0.2, 1, 1 - steep) * 0.5)
    image = np.where(water[..., None], mix(depth, reflection * 0.92, 0.42 + 0.5 * steep), image)
    foreground(rng, image, factor)
    return develop(image, rng, factor, exposure=0.66, noise=0.006)
