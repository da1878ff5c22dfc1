"""The things on the table, and where rays meet them."""

import numpy as np

# Ellipsoids: name, centre, radii.
ROUND = [
    ("orange", (-1.30, 0.56, 0.25), (0.56, 0.56, 0.56)),
    ("orange", (-0.42, 0.54, 1.05), (0.54, 0.54, 0.54)),
    ("lemon", (-0.62, 0.37, -0.85), (0.52, 0.37, 0.37)),
    ("steel", (0.42, 0.50, -0.35), (0.50, 0.50, 0.50)),
    ("apple", (1.28, 0.95, 0.62), (0.50, 0.45, 0.50)),
]
GRAPES = [
    (-0.02, 0.17, -1.45),
    (0.30, 0.17, -1.62),
    (0.26, 0.17, -1.28),
    (0.60, 0.17, -1.42),
    (0.92, 0.17, -1.30),
    (0.58, 0.17, -1.10),
    (0.14, 0.43, -1.47),
    (0.44, 0.44, -1.37),
    (0.74, 0.42, -1.25),
]
ROUND += [("grape", c, (0.175, 0.175, 0.175)) for c in GRAPES]
CUP = (np.array([2.15, 0.0, -0.35], np.float32), 0.48, 1.02)
BOOK = (np.array([1.25, 0.25, 0.65], np.float32), np.array([0.95, 0.25, 0.68], np.float32), 0.42)
TABLE, WALL, CUP_ID, BOOK_ID = 100, 101, 102, 103


def normalised(v):
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def hit_ellipsoid(o, d, centre, radii):
    o, d = (o - centre) / radii, d / radii
    a, b, c = (d * d).sum(-1), (o * d).sum(-1), (o * o).sum(-1) - 1
    disc = b * b - a * c
    root = np.sqrt(np.maximum(disc, 0))
    near, far = (-b - root) / a, (-b + root) / a
    t = np.where(near > 1e-3, near, far)
    return np.where((disc > 0) & (t > 1e-3), t, np.inf)


def hit_cup(o, d):
    """An open cylinder with a wall of no thickness, and its floor a little up."""
    base, r, h = CUP
    ox, oz = o[..., 0] - base[0], o[..., 2] - base[2]
    a = d[..., 0] ** 2 + d[..., 2] ** 2
    b, c = ox * d[..., 0] + oz * d[..., 2], ox * ox + oz * oz - r * r
    disc = b * b - a * c
    root = np.sqrt(np.maximum(disc, 0))
    best = np.full(o.shape[:-1], np.inf, np.float32)
    for t in ((-b + root) / np.maximum(a, 1e-9), (-b - root) / np.maximum(a, 1e-9)):
        y = o[..., 1] + t * d[..., 1]
        best = np.where((disc > 0) & (t > 1e-3) & (y > 0) & (y < h), np.minimum(t, best), best)
    t = (0.8 - o[..., 1]) / np.where(np.abs(d[..., 1]) < 1e-6, 1e-6, d[..., 1])
    rr = (ox + t * d[..., 0]) ** 2 + (oz + t * d[..., 2]) ** 2
    return np.where((t > 1e-3) & (rr < r * r), np.minimum(t, best), best)


def to_book(v):
    c, s = np.cos(BOOK[2]), np.sin(BOOK[2])
    return np.stack([c * v[..., 0] + s * v[..., 2], v[..., 1], -s * v[..., 0] + c * v[..., 2]], -1)


def from_book(v):
    c, s = np.cos(BOOK[2]), np.sin(BOOK[2])
    return np.stack([c * v[..., 0] - s * v[..., 2], v[..., 1], s * v[..., 0] + c * v[..., 2]], -1)


def hit_book(o, d):
    o, d = to_book(o - BOOK[0]), to_book(d)
    d = np.where(np.abs(d) < 1e-6, 1e-6, d)
    one, two = (-BOOK[1] - o) / d, (BOOK[1] - o) / d
    near, far = np.minimum(one, two).max(-1), np.maximum(one, two).min(-1)
    return np.where((near < far) & (near > 1e-3), near, np.inf)


def trace(o, d):
    """Distance to the first surface and which it is."""
    best = np.full(o.shape[:-1], np.inf, np.float32)
    what = np.full(o.shape[:-1], -1)

    def take(t, name):
        nonlocal best, what
        closer = t < best
        best, what = np.where(closer, t, best), np.where(closer, name, what)

    for i, (_, centre, radii) in enumerate(ROUND):
        take(hit_ellipsoid(o, d, np.float32(centre), np.float32(radii)), i)
    take(hit_cup(o, d), CUP_ID)
    take(hit_book(o, d), BOOK_ID)
    down = -o[..., 1] / np.where(np.abs(d[..., 1]) < 1e-6, 1e-6, d[..., 1])
    z = o[..., 2] + down * d[..., 2]
    take(np.where((down > 1e-3) & (z < 3.2), down, np.inf), TABLE)
    back = (3.2 - o[..., 2]) / np.where(np.abs(d[..., 2]) < 1e-6, 1e-6, d[..., 2])
    take(np.where(back > 1e-3, back, np.inf), WALL)
    return best, what
