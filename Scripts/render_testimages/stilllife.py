"""Fruit, a cup, a book and a steel ball on a wooden table: traced rays, soft shadows, focus and sensor noise."""

import numpy as np
from common import develop, mix, rgb, smooth
from stilllife_shapes import normalised, trace
from stilllife_surfaces import Surfaces

EYE = np.array([0.35, 2.05, -5.6], np.float32)
AIM = np.array([0.05, 0.52, 0.0], np.float32)
LAMP = np.array([-4.2, 5.2, -2.6], np.float32)


def surround(d):
    """The room that is not modelled: warm, with a window where the lamp is."""
    room = mix(rgb("6b5a4a") * 0.5, rgb("c9c4bc") * 0.7, smooth(-0.3, 0.9, d[..., 1]))
    toward = normalised(LAMP)
    right = normalised(np.cross(toward, [0, 1, 0]))
    up = np.cross(right, toward)
    u, v, w = d @ np.float32(right), d @ np.float32(up), d @ np.float32(toward)
    pane = (w > 0) & (np.abs(u / np.maximum(w, 1e-3)) < 0.30) & (np.abs(v / np.maximum(w, 1e-3)) < 0.36)
    bars = (np.abs(u / np.maximum(w, 1e-3)) < 0.02) | (np.abs(v / np.maximum(w, 1e-3)) < 0.02)
    return np.where((pane & ~bars)[..., None], np.float32([7.5, 7.2, 6.6]), room)


def shade(o, d, surfaces, rng, bounces):
    t, what = trace(o, d)
    light = surround(d)
    m = what >= 0
    if not m.any():
        return light
    p, view = o[m] + t[m][:, None] * d[m], d[m]
    n, colour, mirror = surfaces.at(p, what[m])
    n = np.where(((n * view).sum(-1) > 0)[:, None], -n, n)
    lifted = p + 2e-3 * n
    spot = LAMP + rng.uniform(-1, 1, p.shape).astype(np.float32) * [0.9, 0.9, 0.9]
    beam = spot - p
    far = np.linalg.norm(beam, axis=-1)
    beam = beam / far[:, None]
    facing = np.clip((n * beam).sum(-1), 0, None)
    blocked, _ = trace(lifted, beam.astype(np.float32))
    direct = facing * (blocked >= far) * 62 / (far * far)
    # One ray into the hemisphere: what it meets sends back a little of the room's light in its own colour.
    out = normalised(n + normalised(rng.standard_normal(p.shape).astype(np.float32)) * 0.999)
    reach, other = trace(lifted, out)
    sky = np.minimum(surround(out), 1.2) * 0.95
    near = np.isfinite(reach)
    if near.any():
        q = lifted[near] + reach[near][:, None] * out[near]
        sky[near] = surfaces.at(q, other[near])[1] * smooth(0.0, 2.2, reach[near])[:, None] * 0.62
    result = colour * (direct[:, None] * np.float32([1.0, 0.95, 0.86]) + sky)
    if bounces:
        cosine = np.clip(-(n * view).sum(-1), 0, 1)
        share = np.where(mirror > 0, mirror + (1 - mirror) * (1 - cosine) ** 5 * np.where(mirror > 0.5, 1, 0.5), 0)
        shiny = share > 0.03
        blurred = np.where(mirror[shiny] > 0.5, 0.0, 0.02)[:, None] * rng.standard_normal((shiny.sum(), 3))
        r = normalised(view[shiny] - 2 * (n[shiny] * view[shiny]).sum(-1, keepdims=True) * n[shiny] + blurred).astype(
            np.float32
        )
        seen = np.minimum(shade(lifted[shiny], r, surfaces, rng, bounces - 1), 9)
        result[shiny] = result[shiny] * (1 - share[shiny])[:, None] + seen * share[shiny][:, None]
    light[m] = result
    return light


def render(width=512, height=384, seed=3, passes=48):
    rng = np.random.default_rng(seed)
    surfaces = Surfaces(rng)
    ahead = normalised(AIM - EYE)
    right = normalised(np.cross([0, 1, 0], ahead)).astype(np.float32)
    up = np.cross(ahead, right).astype(np.float32)
    focus = 5.45
    total = np.zeros((height, width, 3), np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    for _ in range(passes):
        u = (x + rng.uniform(0, 1, x.shape) - width / 2) / width * 0.92
        v = -(y + rng.uniform(0, 1, x.shape) - height / 2) / width * 0.92
        d = (ahead + u[..., None] * right + v[..., None] * up).astype(np.float32)
        a, r = rng.uniform(0, 2 * np.pi, x.shape), 0.045 * np.sqrt(rng.uniform(0, 1, x.shape))
        lens = ((r * np.cos(a))[..., None] * right + (r * np.sin(a))[..., None] * up).astype(np.float32)
        o = (EYE + lens).reshape(-1, 3)
        rays = normalised(d * focus - lens).reshape(-1, 3).astype(np.float32)
        total += np.minimum(shade(o, rays, surfaces, rng, 2), 6).reshape(height, width, 3)
    return develop(total / passes, rng, 1, exposure=0.5, noise=0.006, lens=0.35)
