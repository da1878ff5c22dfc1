#!/usr/bin/env python3
"""Makes the files in Fixtures/coefficients: small JPEG files written coefficient by coefficient, and their planes.

NAME.jpg is a baseline file of coefficients that are chosen here, coded with the Huffman tables of ITU-T T.81 annex K.
NAME.planes holds what must come out of it, in float32, plane after plane at full resolution, values of 0...255: the
inverse cosine transform of coefficient times step, held to 0...255, and chroma widened by the triangle filter where it
has half the resolution (repeated where it has less in any direction), all in float64. `files.tsv` lists name, width,
height and the number of planes.

`trellis-flower.jpg` is a part of a photograph, coded as encoders do that weigh bits against errors.

Needs numpy, scipy and Pillow.
"""

import pathlib
import struct

import numpy as np
from PIL import Image
from scipy.fft import dctn, idctn

HERE = pathlib.Path(__file__).parent / "Fixtures" / "coefficients"

LUMA = np.array(
    [
        16,
        11,
        10,
        16,
        24,
        40,
        51,
        61,
        12,
        12,
        14,
        19,
        26,
        58,
        60,
        55,
        14,
        13,
        16,
        24,
        40,
        57,
        69,
        56,
        14,
        17,
        22,
        29,
        51,
        87,
        80,
        62,
        18,
        22,
        37,
        56,
        68,
        109,
        103,
        77,
        24,
        35,
        55,
        64,
        81,
        104,
        113,
        92,
        49,
        64,
        78,
        87,
        103,
        121,
        120,
        101,
        72,
        92,
        95,
        98,
        112,
        100,
        103,
        99,
    ]
).reshape(8, 8)
CHROMA = np.full((8, 8), 99)
CHROMA[:4, :4] = [[17, 18, 24, 47], [18, 21, 26, 66], [24, 26, 56, 99], [47, 66, 99, 99]]
ZIGZAG = sorted(range(64), key=lambda i: (i // 8 + i % 8, (i // 8 if (i // 8 + i % 8) % 2 else i % 8)))

# Annex K.3: how many codes there are of each length, and their symbols.
DC_CODES = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], list(range(12))
AC_CODES = (
    [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
    bytes.fromhex(
        "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738"
        "393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5"
        "a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa"
    ),
)


def codes(table):
    """Symbol to (code, length)."""
    result, code, symbols = {}, 0, iter(table[1])
    for length, count in enumerate(table[0], 1):
        for _ in range(count):
            result[next(symbols)] = (code, length)
            code += 1
        code <<= 1
    return result


class Bits:
    def __init__(self):
        self.text = []

    def add(self, value, length):
        if length:
            self.text.append(format(value, f"0{length}b"))

    def bytes(self):
        text = "".join(self.text)
        text += "1" * (-len(text) % 8)
        data = int(text, 2).to_bytes(len(text) // 8, "big") if text else b""
        return data.replace(b"\xff", b"\xff\x00")


def add_number(bits, value, size):
    bits.add(value if value >= 0 else value + (1 << size) - 1, size)


def add_block(bits, block, previous, dc, ac):
    """One block, coefficients in rows; returns its DC."""
    values = [int(block.flat[place]) for place in ZIGZAG]
    difference = values[0] - previous
    size = abs(difference).bit_length()
    bits.add(*dc[size])
    add_number(bits, difference, size)
    run = 0
    last = max((i for i in range(1, 64) if values[i]), default=0)
    for value in values[1 : last + 1]:
        if value == 0:
            run += 1
            continue
        while run > 15:
            bits.add(*ac[0xF0])
            run -= 16
        size = abs(value).bit_length()
        bits.add(*ac[run << 4 | size])
        add_number(bits, value, size)
        run = 0
    if last < 63:
        bits.add(*ac[0])
    return values[0]


def segment(marker, content):
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def table_segment(slot, table):
    wide = table.max() > 255
    entries = [int(table.flat[place]) for place in ZIGZAG]
    return segment(0xDB, bytes([slot | (wide << 4)]) + struct.pack(">64" + ("H" if wide else "B"), *entries))


def write_jpeg(width, height, planes, factors, tables):
    """planes: for each component its quantised blocks [down, across, 8, 8], whole minimum coded units."""
    wide = max(table.max() for table in tables) > 255
    file = b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    for slot, table in enumerate(tables):
        file += table_segment(slot, table)
    frame = struct.pack(">BHHB", 8, height, width, len(planes))
    for index, (across, down) in enumerate(factors):
        frame += bytes([index + 1, across << 4 | down, min(index, len(tables) - 1)])
    file += segment(0xC1 if wide else 0xC0, frame)
    for kind, table in ((0, DC_CODES), (0x10, AC_CODES)):
        file += segment(0xC4, bytes([kind]) + bytes(table[0]) + bytes(table[1]))
    scan = bytes([len(planes)]) + b"".join(bytes([i + 1, 0]) for i in range(len(planes))) + bytes([0, 63, 0])
    file += segment(0xDA, scan)
    bits, dc, ac = Bits(), codes(DC_CODES), codes(AC_CODES)
    previous = [0] * len(planes)
    units = [(p.shape[0] // d, p.shape[1] // a) for p, (a, d) in zip(planes, factors)]
    assert len(set(units)) == 1
    for unit_y in range(units[0][0]):
        for unit_x in range(units[0][1]):
            for index, (across, down) in enumerate(factors):
                for y in range(down):
                    for x in range(across):
                        block = planes[index][unit_y * down + y, unit_x * across + x]
                        previous[index] = add_block(bits, block, previous[index], dc, ac)
    return file + bits.bytes() + b"\xff\xd9"


def blocks_of(plane):
    down, across = plane.shape[0] // 8, plane.shape[1] // 8
    return plane.reshape(down, 8, across, 8).transpose(0, 2, 1, 3)


def plane_of(blocks):
    down, across = blocks.shape[:2]
    return blocks.transpose(0, 2, 1, 3).reshape(down * 8, across * 8)


def widened(plane, ratio):
    """Samples at multiples of the resolution: a triangle filter for up to 2, repetition for more."""
    for axis, factor in enumerate(reversed(ratio)):
        plane = doubled(plane, axis) if factor == 2 and max(ratio) == 2 else np.repeat(plane, factor, axis)
    return plane


def doubled(plane, axis):
    count = plane.shape[axis]
    before = plane.take(np.maximum(np.arange(count) - 1, 0), axis)
    after = plane.take(np.minimum(np.arange(count) + 1, count - 1), axis)
    pair = np.stack([0.75 * plane + 0.25 * before, 0.75 * plane + 0.25 * after], axis + 1)
    shape = list(plane.shape)
    shape[axis] *= 2
    return pair.reshape(shape)


def reference(width, height, quantised, factors, tables):
    """The planes of a picture, in float64."""
    most = [max(f[axis] for f in factors) for axis in (0, 1)]
    result = []
    for index, (blocks, (across, down)) in enumerate(zip(quantised, factors)):
        steps = tables[min(index, len(tables) - 1)]
        plane = plane_of(idctn(blocks * steps.astype(np.float64), axes=(2, 3), norm="ortho")) + 128
        ratio = (most[0] // across, most[1] // down)
        own = plane[: -(-height // ratio[1]), : -(-width // ratio[0])].clip(0, 255)
        result.append(widened(own, ratio)[:height, :width])
    return np.stack(result)


def scene(width, height, plane):
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    wave = np.sin(x / (5 + plane)) * np.cos(y / (7 - plane)) + np.where((x - 11) ** 2 + (y - 9) ** 2 < 60, 0.9, -0.2)
    noise = np.random.default_rng(plane).standard_normal((height, width))
    return 128 + 110 * wave / (1 + plane) + 9 * noise


def quantised(width, height, factors, tables, rule=np.rint):
    most = [max(f[axis] for f in factors) for axis in (0, 1)]
    units = -(-width // (8 * most[0])), -(-height // (8 * most[1]))
    result = []
    for index, (across, down) in enumerate(factors):
        plane = scene(units[0] * across * 8, units[1] * down * 8, index)
        steps = tables[min(index, len(tables) - 1)]
        result.append(rule(dctn(blocks_of(plane) - 128, axes=(2, 3), norm="ortho") / steps).astype(int))
    return result


def trellis(values):
    """As encoders do that weigh bits against errors: down by one where that costs little, isolated ones to nothing."""
    rounded = np.rint(values)
    doubtful = np.abs(values) < np.abs(rounded) - 0.15
    shrunk = np.where(doubtful, rounded - np.sign(rounded), rounded)
    shrunk[..., 3:, 3:] *= np.abs(shrunk[..., 3:, 3:]) > 1
    return shrunk


def add_picture(name, tables):
    """A part of a photograph, in grey, as an encoder with trellis quantisation would code it."""
    picture = Image.open(HERE.parents[3] / "testimages" / "reference" / "flower.png").convert("L")
    pixels = np.asarray(picture)[64 : 64 + 192, 64 : 64 + 256].astype(np.float64)
    values = trellis(dctn(blocks_of(pixels) - 128, axes=(2, 3), norm="ortho") / tables[0]).astype(int)
    (HERE / f"{name}.jpg").write_bytes(write_jpeg(256, 192, [values], [(1, 1)], tables))


def scaled(table, quality):
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return np.clip((table * scale + 50) // 100, 1, 255)


def main():
    HERE.mkdir(parents=True, exist_ok=True)
    rows = []

    def add(name, width, height, factors, tables, rule=np.rint):
        factors = factors[:1] if len(tables) == 1 else factors
        values = quantised(width, height, factors, tables, rule)
        (HERE / f"{name}.jpg").write_bytes(write_jpeg(width, height, values, factors, tables))
        planes = reference(width, height, values, factors, tables)
        (HERE / f"{name}.planes").write_bytes(planes.astype("<f4").tobytes())
        rows.append(f"{name}\t{width}\t{height}\t{len(factors)}\n")

    usual = [scaled(LUMA, 75), scaled(CHROMA, 75)]
    samplings = {
        "444": [(1, 1)] * 3, "422": [(2, 1), (1, 1), (1, 1)], "420": [(2, 2), (1, 1), (1, 1)],
        "440": [(1, 2), (1, 1), (1, 1)], "411": [(4, 1), (1, 1), (1, 1)], "410": [(4, 2), (1, 1), (1, 1)],
        "mixed": [(2, 2), (1, 2), (2, 1)], "lumaless": [(1, 1), (2, 2), (2, 2)],
    }  # fmt: skip
    for name, factors in samplings.items():
        add(name, 37, 27, factors, usual)
    add("grey", 37, 27, [(1, 1)], usual[:1])
    add("coarse-420", 40, 32, samplings["420"], [scaled(LUMA, 5), scaled(CHROMA, 5)])
    add("wide-steps", 19, 21, samplings["420"], [np.full((8, 8), 300), scaled(CHROMA, 75)])
    for side in (1, 2, 3, 17):
        add(f"side-{side}", side, side, samplings["420"], usual)
    add("trellis-420", 64, 48, samplings["420"], usual, trellis)
    add_picture("trellis-flower", usual[:1])
    (HERE / "files.tsv").write_text("".join(rows))


if __name__ == "__main__":
    main()
