"""The classical dead leaves model in grey: opaque discs with radii after a power law, filled with 1/f texture."""

import numpy as np
from common import lookup, shrink, spectral


def render(width=384, height=256, seed=23, factor=4):
    rng = np.random.default_rng(seed)
    texture = spectral(rng, 512, 512, 2.0)
    fine = spectral(rng, 512, 512, 0.8)
    h, w = height * factor, width * factor
    image = np.full((h, w), 0.5, np.float32)
    empty = np.ones((h, w), bool)
    smallest, largest = 3.0 * factor, 110.0 * factor
    # From the front to the back, only where nothing is yet: the stationary model, without a bias at the border.
    while empty.mean() > 0.002:
        # Radii with density r^-3 between the two bounds.
        u = rng.uniform()
        r = 1 / np.sqrt(1 / smallest**2 - u * (1 / smallest**2 - 1 / largest**2))
        cy, cx = rng.uniform(-r, h + r), rng.uniform(-r, w + r)
        y0, y1 = max(int(cy - r), 0), min(int(cy + r) + 2, h)
        x0, x1 = max(int(cx - r), 0), min(int(cx + r) + 2, w)
        if y0 >= y1 or x0 >= x1 or not empty[y0:y1, x0:x1].any():
            continue
        y, x = np.mgrid[y0:y1, x0:x1].astype(np.float32)
        dy, dx = (y - cy) / r, (x - cx) / r
        inside = (dy * dy + dx * dx < 1) & empty[y0:y1, x0:x1]
        oy, ox = rng.uniform(0, 512, 2)
        grain, zoom = rng.choice([0.0, 0.03, 0.06, 0.1]), rng.uniform(0.2, 0.9) / factor
        fill = rng.beta(1.3, 1.5) + grain * lookup(texture, y * zoom + oy, x * zoom + ox)
        fill += (
            0.5 * grain * lookup(fine, y / factor + ox, x / factor + oy)
            + rng.uniform(-0.09, 0.09) * dy
            + rng.uniform(-0.09, 0.09) * dx
        )
        image[y0:y1, x0:x1][inside] = fill[inside]
        empty[y0:y1, x0:x1] &= ~inside
    image = shrink(image, factor)
    return np.clip(0.04 + 0.9 * image + rng.normal(0, 0.004, image.shape), 0, 1)
