#!/usr/bin/env python3
"""Makes JPEG files of quality 96 and what Pillow (libjpeg-turbo) decodes them to, and pictures of quality 5 with little
colour, for the tests of found compressions.

Needs Pillow.

    python3 make_found_fixtures.py            writes Fixtures/found/ beside this file
"""

import io
import pathlib

from PIL import Image, ImageDraw

HERE = pathlib.Path(__file__).resolve().parent
SAMPLINGS = {"420": "4:2:0", "422": "4:2:2", "444": "4:4:4"}


def main() -> None:
    folder = HERE / "Fixtures" / "found"
    folder.mkdir(exist_ok=True)
    picture = Image.open(HERE.parents[1] / "testimages" / "reference" / "pebbles.png").convert("RGB")
    picture = picture.crop((40, 24, 40 + 256, 24 + 176))
    for name, sampling in SAMPLINGS.items():
        picture.save(folder / f"{name}.jpg", quality=96, subsampling=sampling)
        with Image.open(folder / f"{name}.jpg") as decoded:
            decoded.convert("RGB").save(folder / f"{name}.png", optimize=True)
    # A few saturated spots: chroma has few values other than 0.
    for name, hues in {"coarse-a": ("#c02020",), "coarse-b": ("#c02020", "#2040c0", "#e0c010")}.items():
        spotted = picture.convert("L").convert("RGB")
        draw = ImageDraw.Draw(spotted)
        for number, hue in enumerate(4 * hues):
            x, y = 37 * number % 230, 53 * number % 150
            draw.ellipse((x, y, x + 20, y + 16), fill=hue)
        buffer = io.BytesIO()
        spotted.save(buffer, "JPEG", quality=5, subsampling="4:2:0")
        Image.open(buffer).convert("RGB").save(folder / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
