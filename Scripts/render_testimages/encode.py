"""Files from pictures: PNG references, JPEGs of many kinds, and the metadata that some of them carry."""

import io
import struct
import zlib

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

SAMPLING = {"444": 0, "422": 1, "420": 2}

# Made of a reference: scene, quality, sampling or "grey", more of Pillow's options.
JPEGS = [
    ("leaves", 10, "420", {}),
    ("leaves", 40, "420", {}),
    ("stilllife", 10, "420", {}),
    ("stilllife", 20, "444", {}),
    ("mountains", 10, "420", {}),
    ("mountains", 30, "420", {"progressive": True}),
    ("flower", 10, "420", {}),
    ("flower", 25, "422", {}),
    ("flower", 98, "444", {}),
    ("pebbles", 15, "420", {}),
    ("pebbles", 30, "grey", {}),
    ("deadleaves", 10, "grey", {}),
    ("deadleaves", 40, "grey", {"progressive": True}),
    ("page", 10, "420", {}),
    ("page", 30, "444", {}),
    ("map", 20, "444", {}),
    ("dusk", 10, "420", {}),
    ("dusk", 20, "420", {"restart_marker_rows": 2}),
]

XMP = b"""<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Still life with oranges</rdf:li></rdf:Alt></dc:title>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">CC0 1.0</rdf:li></rdf:Alt></dc:rights>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def jpeg_name(scene, quality, kind, options):
    extra = "".join(
        f"-{word}"
        for key, word in (("progressive", "progressive"), ("restart_marker_rows", "restart"))
        if key in options
    )
    return f"{scene}-q{quality}-{kind}{extra}.jpg"


def save_jpeg(path, image, quality, kind, **options):
    if kind == "grey":
        image.convert("L").save(path, "JPEG", quality=quality, optimize=False, **options)
    else:
        image.convert("RGB").save(path, "JPEG", quality=quality, subsampling=SAMPLING[kind], **options)


def display_p3():
    """A small ICC profile (version 4, matrix and curve) for Display P3."""

    def xyz(*v):
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(x * 65536)) for x in v)

    def text(value):
        data = value.encode("utf-16-be")
        return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(data), 28) + data

    # The curve of sRGB: (a x + b)^g from d on, c x below.
    curve = b"para\0\0\0\0" + struct.pack(">HH", 3, 0)
    curve += b"".join(struct.pack(">i", round(x * 65536)) for x in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
    adapt = (1.0478112, 0.0228866, -0.0501270, 0.0295424, 0.9904844, -0.0170491, -0.0092345, 0.0150436, 0.7521316)
    chad = b"sf32\0\0\0\0" + b"".join(struct.pack(">i", round(x * 65536)) for x in adapt)
    tags = {
        b"desc": text("Display P3 test profile"),
        b"cprt": text("CC0"),
        b"wtpt": xyz(0.9642, 1, 0.8249),
        b"chad": chad,
        b"rXYZ": xyz(0.51512, 0.24120, -0.00105),
        b"gXYZ": xyz(0.29198, 0.69225, 0.04189),
        b"bXYZ": xyz(0.15710, 0.06657, 0.78407),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, body, places = struct.pack(">I", len(tags)), b"", {}
    for name, data in tags.items():
        if data not in places:
            places[data] = 128 + 4 + 12 * len(tags) + len(body)
            body += data + b"\0" * (-len(data) % 4)
        table += name + struct.pack(">II", places[data], len(data))
    head = struct.pack(
        ">I4sI4s4s4s6H4s",
        128 + len(table) + len(body),
        b"\0" * 4,
        0x04300000,
        b"mntr",
        b"RGB ",
        b"XYZ ",
        2026,
        1,
        1,
        0,
        0,
        0,
        b"acsp",
    )
    head += b"\0" * 28 + struct.pack(">3i", *(round(x * 65536) for x in (0.9642, 1, 0.8249)))
    return head.ljust(128, b"\0") + table + body


def to_p3(image):
    """The same colours in Display P3's numbers."""
    v = np.asarray(image.convert("RGB"), np.float64) / 255
    linear = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    matrix = np.array([[0.8224621, 0.1775380, 0], [0.0331941, 0.9668058, 0], [0.0170827, 0.0723974, 0.9105199]])
    v = np.clip(linear @ matrix.T, 0, 1)
    v = np.where(v <= 0.0031308, 12.92 * v, 1.055 * v ** (1 / 2.4) - 0.055)
    return Image.fromarray(np.round(v * 255).astype(np.uint8))


def save_photo(path, image):
    """A JPEG as a camera held upright writes it: turned pixels, orientation 6, EXIF, ICC profile and XMP."""
    exif = Image.Exif()
    exif[0x010E], exif[0x010F], exif[0x0110] = "Rendered still life", "Example Optics", "Model Zero"
    exif[0x0112], exif[0x0131], exif[0x0132] = 6, "render_testimages", "2026:01:02 03:04:05"
    detail = exif.get_ifd(0x8769)
    detail[0x9003], detail[0x829A], detail[0x829D] = "2026:01:02 03:04:05", IFDRational(1, 125), IFDRational(28, 10)
    detail[0x8827], detail[0x920A], detail[0xA434] = 400, IFDRational(35, 1), "35 mm f/2.8 of no maker"
    turned = to_p3(image).transpose(Image.Transpose.ROTATE_90)
    save_jpeg(path, turned, 30, "420", exif=exif, icc_profile=display_p3(), xmp=XMP, comment=b"CC0")


def save_png16(path, levels):
    """An RGB PNG with 16 bits a channel, which Pillow does not write."""
    height, width, _ = levels.shape
    rows = levels.astype(">u2").view(np.uint8).reshape(height, width * 6)
    up = np.diff(rows.astype(np.int16), axis=0, prepend=np.zeros((1, width * 6), np.int16)).astype(np.uint8)
    data = np.concatenate([np.full((height, 1), 2, np.uint8), up], axis=1).tobytes()

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"sRGB", b"\0")
        + chunk(b"IDAT", zlib.compress(data, 9))
        + chunk(b"IEND", b"")
    )


def save_alpha(path, colour, alpha):
    """A cut-out whose colour has been through JPEG at quality 20, as found on web pages; the opacity has not."""
    buffer = io.BytesIO()
    Image.fromarray(colour).save(buffer, "JPEG", quality=20)
    image = Image.open(buffer).convert("RGB")
    image.putalpha(Image.fromarray(alpha))
    image.save(path, optimize=True)
