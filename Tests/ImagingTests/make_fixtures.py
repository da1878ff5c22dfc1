#!/usr/bin/env python3
"""Makes the files in Fixtures: small pictures of every kind, and what must come out of decoding them.

NAME.jpg or NAME.png is a file; NAME.raw holds its samples, interleaved, alpha last, 16 bits in little-endian order.
`pictures.tsv` lists name, file, width, height, colour model, bits and alpha of each. JPEG samples are those that Pillow
decodes; PNG files are written here chunk by chunk, so that their samples are known beforehand. `metadata.*` carry the
contents of `profile.icc`, `exif.tiff` and `packet.xmp`, put there by Pillow.

Needs Pillow, numpy, and cjpeg and jpegtran of libjpeg-turbo.
"""

import io
import pathlib
import struct
import subprocess
import zlib

import numpy as np
from PIL import Image, ImageCms

HERE = pathlib.Path(__file__).parent / "Fixtures"
WIDTH, HEIGHT = 37, 27
LISTING = []


def scene(width=WIDTH, height=HEIGHT):
    """Colour with gradients, an edge and some texture, as float 0...1, [height, width, 3]."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    red = 0.5 + 0.5 * np.sin(x / 5) * np.cos(y / 7)
    green = x / max(width - 1, 1)
    blue = np.where((x - width / 2) ** 2 + (y - height / 2) ** 2 < (height / 3) ** 2, 0.9, 0.2)
    texture = 0.1 * np.random.default_rng(7).standard_normal((height, width))
    return np.clip(np.stack([red + texture, green, blue - texture], -1), 0, 1)


RGB = np.round(scene() * 255).astype(np.uint8)
GRAY = RGB[..., 0]
ALPHA = np.round(scene()[..., 2] * 255).astype(np.uint8)


def add(name, extension, data, samples, model, bits=8, alpha=False):
    (HERE / f"{name}.{extension}").write_bytes(data)
    height, width = samples.shape[:2]
    (HERE / f"{name}.raw").write_bytes(samples.astype("<u2" if bits == 16 else "u1").tobytes())
    LISTING.append("\t".join(map(str, [name, f"{name}.{extension}", width, height, model, bits, int(alpha)])))


# JPEG


def cjpeg(*options, samples=RGB):
    head = b"P5" if samples.ndim == 2 else b"P6"
    height, width = samples.shape[:2]
    pnm = b"%s %d %d 255\n" % (head, width, height) + samples.tobytes()
    return subprocess.run(["cjpeg", "-quality", "80", *options], input=pnm, stdout=subprocess.PIPE, check=True).stdout


def stored_samples(data, model):
    image = Image.open(io.BytesIO(data))
    if model == "ycbcr":
        image.draft("YCbCr", image.size)
        assert image.mode == "YCbCr"
    samples = np.asarray(image)
    return samples


def add_jpeg(name, data, model="ycbcr"):
    add(name, "jpg", data, stored_samples(data, model), model)


def segments(data):
    """(marker, start, end) of everything before the first scan's data."""
    position = 2
    while True:
        marker = data[position + 1]
        (length,) = struct.unpack(">H", data[position + 2 : position + 4])
        yield marker, position, position + 2 + length
        position += 2 + length
        if marker == 0xDA:
            return


def patched(data, marker, offset, value):
    """The file with one byte of a segment's content changed."""
    for found, start, _ in segments(data):
        if found == marker:
            at = start + 4 + offset
            return data[:at] + bytes([value]) + data[at + 1 :]
    raise ValueError("no such segment")


def without(data, marker):
    for found, start, end in segments(data):
        if found == marker:
            return data[:start] + data[end:]
    raise ValueError("no such segment")


def renamed(data, marker, new):
    for found, start, _ in segments(data):
        if found == marker:
            return data[: start + 1] + bytes([new]) + data[start + 2 :]
    raise ValueError("no such segment")


def jpegs():
    for name, factors in [("444", "1x1"), ("422", "2x1"), ("420", "2x2"), ("440", "1x2"), ("411", "4x1")]:
        add_jpeg(f"ycbcr-{name}", cjpeg("-sample", factors))
        add_jpeg(f"ycbcr-{name}-progressive", cjpeg("-sample", factors, "-progressive"))
    add_jpeg("ycbcr-420-restart", cjpeg("-restart", "1B"))
    add_jpeg("ycbcr-420-arithmetic", cjpeg("-arithmetic"))
    add_jpeg("ycbcr-420-arithmetic-progressive", cjpeg("-arithmetic", "-progressive"))
    scans = HERE / "scans"
    scans.write_text("0;\n1;\n2;\n")
    add_jpeg("ycbcr-420-scans", cjpeg("-scans", str(scans)))
    scans.unlink()
    add_jpeg("gray", cjpeg(samples=GRAY), "gray")
    add_jpeg("gray-progressive", cjpeg("-progressive", samples=GRAY), "gray")
    add_jpeg("rgb", cjpeg("-rgb"), "rgb")
    for side in [1, 7, 8, 9, 16, 17]:
        add_jpeg(f"ycbcr-side-{side}", cjpeg(samples=np.ascontiguousarray(RGB[:side, :side])))
    four_components()
    refused_jpegs()


def four_components():
    cmyk = np.dstack([RGB, 255 - GRAY])
    buffer = io.BytesIO()
    Image.fromarray(cmyk, "CMYK").save(buffer, "JPEG", quality=85)
    adobe = buffer.getvalue()
    # Pillow undoes Adobe's inversion; what is stored is the complement.
    stored = 255 - stored_samples(adobe, "cmyk")
    add("cmyk-adobe", "jpg", adobe, stored, "cmyk")
    add("ycck-adobe", "jpg", patched(adobe, 0xEE, 11, 2), stored, "cmyk")
    add("cmyk-plain", "jpg", without(adobe, 0xEE), stored, "cmyk")


def refused_jpegs():
    small = cjpeg(samples=np.ascontiguousarray(RGB[:8, :8]))
    (HERE / "refused-12-bit.jpg").write_bytes(patched(small, 0xC0, 0, 12))
    (HERE / "refused-lossless.jpg").write_bytes(renamed(small, 0xC0, 0xC3))
    (HERE / "refused-hierarchical.jpg").write_bytes(renamed(small, 0xC0, 0xC5))
    (HERE / "refused-jpeg-ls.jpg").write_bytes(renamed(small, 0xC0, 0xF7))
    (HERE / "refused-two-components.jpg").write_bytes(patched(small, 0xC0, 5, 2))
    (HERE / "refused-later-height.jpg").write_bytes(patched(patched(small, 0xC0, 1, 0), 0xC0, 2, 0))


# PNG


def chunk(name, content):
    body = name.encode() + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def packed_rows(samples, bits):
    """Rows of [height, width, channels] with filter bytes; filters take turns, so that all five are met."""
    if samples.size == 0:
        return b""
    out, previous = b"", None
    step = max(1, samples.shape[2] * bits // 8)
    for index, row in enumerate(samples):
        flat = row.reshape(-1)
        if bits == 16:
            line = flat.astype(">u2").tobytes()
        elif bits == 8:
            line = flat.astype("u1").tobytes()
        else:
            digits = np.unpackbits(flat.astype("u1")[:, None], axis=1)[:, 8 - bits :].reshape(-1)
            line = np.packbits(digits).tobytes()
        out += filtered(index % 5, line, previous or bytes(len(line)), step)
        previous = line
    return out


def filtered(kind, line, above, step):
    result = bytearray([kind])
    for at, value in enumerate(line):
        left = line[at - step] if at >= step else 0
        corner = above[at - step] if at >= step else 0
        guess = [0, left, above[at], (left + above[at]) // 2, paeth(left, above[at], corner)][kind]
        result.append((value - guess) & 255)
    return bytes(result)


def paeth(left, above, corner):
    estimate = left + above - corner
    distances = [abs(estimate - left), abs(estimate - above), abs(estimate - corner)]
    return [left, above, corner][distances.index(min(distances))]


ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def png(samples, color_type, bits, interlaced=False, before=b"", after=b""):
    samples = samples.reshape(*samples.shape[:2], -1)
    height, width = samples.shape[:2]
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    data = b"".join(packed_rows(samples[top::down, left::across], bits) for top, left, down, across in passes)
    header = struct.pack(">IIBBBBB", width, height, bits, color_type, 0, 0, int(interlaced))
    stream = zlib.compress(data, 9)
    half = len(stream) // 2
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk("IHDR", header)
        + before
        + chunk("IDAT", stream[:half])
        + chunk("IDAT", stream[half:])
        + after
        + chunk("IEND", b"")
    )


def pngs():
    wide = np.round(scene() * 65535).astype(np.uint16)
    for bits in [1, 2, 4]:
        levels = GRAY >> (8 - bits)
        shown = levels * (255 // (2**bits - 1))
        add(f"png-gray-{bits}", "png", png(levels, 0, bits), shown, "gray")
        add(f"png-gray-{bits}-interlaced", "png", png(levels, 0, bits, True), shown, "gray")
    key = int(GRAY[5, 5] >> 4)
    levels = GRAY >> 4
    keyed = np.dstack([levels * 17, np.where(levels == key, 0, 255)])
    add(
        "png-gray-4-key", "png", png(levels, 0, 4, before=chunk("tRNS", struct.pack(">H", key))), keyed, "gray", 8, True
    )
    for interlaced in [False, True]:
        end = "-interlaced" if interlaced else ""
        wide_alpha = wide[..., 2]
        add(f"png-gray-8{end}", "png", png(GRAY, 0, 8, interlaced), GRAY, "gray")
        add(f"png-gray-16{end}", "png", png(wide[..., 1], 0, 16, interlaced), wide[..., 1], "gray", 16)
        both = np.dstack([GRAY, ALPHA])
        add(f"png-gray-alpha-8{end}", "png", png(both, 4, 8, interlaced), both, "gray", 8, True)
        both = np.dstack([wide[..., 0], wide_alpha])
        add(f"png-gray-alpha-16{end}", "png", png(both, 4, 16, interlaced), both, "gray", 16, True)
        add(f"png-rgb-8{end}", "png", png(RGB, 2, 8, interlaced), RGB, "rgb")
        add(f"png-rgb-16{end}", "png", png(wide, 2, 16, interlaced), wide, "rgb", 16)
        both = np.dstack([RGB, ALPHA])
        add(f"png-rgba-8{end}", "png", png(both, 6, 8, interlaced), both, "rgb", 8, True)
        both = np.dstack([wide, wide_alpha])
        add(f"png-rgba-16{end}", "png", png(both, 6, 16, interlaced), both, "rgb", 16, True)
    wide_key = wide[3, 3]
    hidden = np.all(wide == wide_key, axis=-1)
    both = np.dstack([wide, np.where(hidden, 0, 65535)])
    before = chunk("tRNS", struct.pack(">HHH", *map(int, wide_key)))
    add("png-rgb-16-key", "png", png(wide, 2, 16, before=before), both, "rgb", 16, True)
    palettes()
    refused_pngs()


def palettes():
    for bits in [1, 2, 4, 8]:
        colors = np.random.default_rng(bits).integers(0, 256, (2**bits, 3), dtype=np.uint8)
        indices = GRAY >> (8 - bits)
        plte = chunk("PLTE", colors.tobytes())
        add(f"png-palette-{bits}", "png", png(indices, 3, bits, before=plte), colors[indices], "rgb")
        opacity = np.full(2**bits, 255, np.uint8)
        opacity[: 2 ** (bits - 1)] = np.arange(2 ** (bits - 1))
        trns = chunk("tRNS", opacity[: 2 ** (bits - 1)].tobytes())
        shown = np.dstack([colors[indices], opacity[indices]])
        data = png(indices, 3, bits, bits == 4, before=plte + trns)
        add(f"png-palette-{bits}-alpha", "png", data, shown, "rgb", 8, True)


def refused_pngs():
    small = RGB[:8, :8]
    animation = chunk("acTL", struct.pack(">II", 2, 0))
    (HERE / "refused-animation.png").write_bytes(png(small, 2, 8, before=animation))


# Metadata


def metadata():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "A maker"
    exif[0x8298] = "Nobody"
    body = exif.tobytes()[6:]
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><!-- a packet --></x:xmpmeta>'
    (HERE / "profile.icc").write_bytes(profile)
    (HERE / "exif.tiff").write_bytes(body)
    (HERE / "packet.xmp").write_bytes(packet)
    image = Image.fromarray(np.ascontiguousarray(RGB[:16, :16]))
    image.save(
        HERE / "metadata.jpg",
        quality=85,
        icc_profile=profile,
        exif=exif,
        xmp=packet,
        comment=b"a comment",
        dpi=(300, 300),
    )
    compressed = chunk("iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(packet))
    before = (
        chunk("iCCP", b"a profile\0\0" + zlib.compress(profile))
        + chunk("pHYs", struct.pack(">IIB", 11811, 11811, 1))
        + chunk("gAMA", struct.pack(">I", 45455))
        + chunk("tEXt", b"Comment\0a comment")
        + chunk("zTXt", b"Title\0\0" + zlib.compress(b"a title"))
        + chunk("sBIT", bytes([5, 6, 5]))
        + chunk("saFe", b"carried")
        + chunk("unSF", b"dropped")
    )
    after = chunk("eXIf", body) + compressed
    (HERE / "metadata.png").write_bytes(png(RGB[:16, :16], 2, 8, before=before, after=after))


def main():
    HERE.mkdir(exist_ok=True)
    jpegs()
    pngs()
    metadata()
    (HERE / "pictures.tsv").write_text("\n".join(LISTING) + "\n")


if __name__ == "__main__":
    main()
