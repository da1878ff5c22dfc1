"""What all scenes share: noise, painting, and the way from linear light to 8 bit."""

import numpy as np


def spectral(rng, height, width, beta, lowest=0.0):
    """Gaussian field whose power falls as 1 / f^beta, periodic, mean 0, deviation 1; f below `lowest` cycles is cut."""
    fy = np.fft.fftfreq(height)[:, None] * max(height, width)
    fx = np.fft.fftfreq(width)[None, :] * max(height, width)
    f = np.hypot(fy, fx)
    f[0, 0] = np.inf
    gain = np.where(f < lowest, 0, f ** (-beta / 2))
    field = np.fft.ifft2(np.fft.fft2(rng.standard_normal((height, width))) * gain).real
    return ((field - field.mean()) / field.std()).astype(np.float32)


def lookup(field, y, x):
    """Bilinear sample of a periodic field at any coordinates."""
    h, w = field.shape[:2]
    y0, x0 = np.floor(y), np.floor(x)
    fy, fx = (y - y0).astype(np.float32), (x - x0).astype(np.float32)
    y0, x0 = y0.astype(np.int64) % h, x0.astype(np.int64) % w
    y1, x1 = (y0 + 1) % h, (x0 + 1) % w
    if field.ndim == 3:
        fy, fx = fy[..., None], fx[..., None]
    top = field[y0, x0] * (1 - fx) + field[y0, x1] * fx
    return top * (1 - fy) + (field[y1, x0] * (1 - fx) + field[y1, x1] * fx) * fy


def smooth(a, b, x):
    """0 below a, 1 above b, an S between; a > b turns it round."""
    t = np.clip((x - a) / (b - a), 0, 1)
    return t * t * (3 - 2 * t)


def mix(a, b, t):
    """a where t is 0, b where it is 1; a mask of one channel serves three."""
    a, b, t = np.asarray(a, np.float32), np.asarray(b, np.float32), np.asarray(t, np.float32)
    if t.ndim and t.shape[-1] not in (1, 3) and 3 in (a.shape[-1:] + b.shape[-1:]):
        t = t[..., None]
    return a + (b - a) * t


def rgb(code):
    """Linear light of an sRGB colour like "c08040"."""
    v = np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)]) / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4).astype(np.float32)


def blur(image, sigma):
    """Gaussian, borders replicated."""
    if sigma <= 0:
        return image
    r = max(1, int(np.ceil(3 * sigma)))
    k = np.exp(-(np.arange(-r, r + 1) ** 2) / (2 * sigma * sigma)).astype(np.float32)
    k /= k.sum()
    for axis in (0, 1):
        n = image.shape[axis]
        pad = [(0, 0)] * image.ndim
        pad[axis] = (r, r)
        p = np.pad(image, pad, mode="edge")
        image = sum(w * np.take(p, range(i, i + n), axis=axis) for i, w in enumerate(k))
    return image


def shrink(image, k):
    """Means of k x k samples."""
    h, w = image.shape[0] // k, image.shape[1] // k
    return image[: h * k, : w * k].reshape(h, k, w, k, *image.shape[2:]).mean(axis=(1, 3))


def encode_srgb(linear):
    """The sRGB curve on 0 ... 1."""
    v = np.clip(linear, 0, 1)
    return np.where(v <= 0.0031308, 12.92 * v, 1.055 * v ** (1 / 2.4) - 0.055)


def film(linear):
    """A soft shoulder and toe, so that highlights roll off as in a photograph (after Narkowicz's fit of ACES)."""
    x = np.maximum(linear, 0)
    return x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14)


def develop(linear, rng, factor=1, exposure=1.0, noise=0.006, lens=0.45, curve=True):
    """A photograph, 0 ... 1 in sRGB, of linear light rendered `factor` times too large.

    `lens` is the blur in pixels of the result, `noise` the deviation of the sensor's noise at white, in linear light.
    """
    image = shrink(blur(linear, lens * factor), factor) * exposure
    shot = np.sqrt(np.clip(image, 0, None) * 0.9 + 0.02)
    # Demosaicing leaves noise that is a little soft and correlated between the channels.
    grain = rng.standard_normal(image.shape) + 0.7 * rng.standard_normal(image.shape[:2] + (1,) * (image.ndim - 2))
    image = image + noise * shot * blur(grain.astype(np.float32), 0.5) * 1.4
    return encode_srgb(film(image) if curve else image)


def to_levels(image, bits=8):
    """Whole levels; `image` runs from 0 to 1."""
    top = 2**bits - 1
    return np.clip(np.round(image * top), 0, top).astype(np.uint8 if bits == 8 else np.uint16)


def paint(canvas, patch, alpha, y, x):
    """Lays a patch with opacity over the canvas, its corner at (y, x); what sticks out is cut off."""
    h, w = alpha.shape
    top, left = max(y, 0), max(x, 0)
    bottom, right = min(y + h, canvas.shape[0]), min(x + w, canvas.shape[1])
    if top >= bottom or left >= right:
        return
    part = (slice(top - y, bottom - y), slice(left - x, right - x))
    a = alpha[part][..., None]
    target = canvas[top:bottom, left:right]
    colour = patch[part] if np.ndim(patch) == 3 else patch
    target += (colour - target) * a
