"""Renders all test images of the repository: `python3 Scripts/render_testimages`. Needs numpy and Pillow."""

import argparse
import concurrent.futures
import importlib
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import dusk  # noqa: E402
import encode  # noqa: E402
import leaves  # noqa: E402
from common import develop, to_levels  # noqa: E402
from PIL import Image  # noqa: E402

SCENES = ["leaves", "stilllife", "mountains", "flower", "pebbles", "deadleaves", "page", "map", "dusk"]


def render(scene, out):
    levels = to_levels(importlib.import_module(scene).render())
    Image.fromarray(levels).save(out / "reference" / f"{scene}.png", optimize=True)
    return scene


def derive(out):
    """Everything that is made of the references, and the PNGs that are no reference."""
    for scene, quality, kind, options in encode.JPEGS:
        image = Image.open(out / "reference" / f"{scene}.png")
        encode.save_jpeg(
            out / "jpeg" / encode.jpeg_name(scene, quality, kind, options), image, quality, kind, **options
        )
    photo = Image.open(out / "reference" / "stilllife.png")
    encode.save_photo(out / "jpeg" / "stilllife-q30-420-rotated-exif-icc-xmp.jpg", photo)
    colour, alpha = leaves.single()
    encode.save_alpha(out / "png" / "leaf-q20-alpha.png", to_levels(colour), to_levels(alpha))
    light, rng, factor = dusk.linear(width=240, height=160)
    encode.save_png16(
        out / "png" / "dusk-16bit.png", to_levels(develop(light, rng, factor, exposure=0.95, noise=0.0004), 16)
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", nargs="*", help="only these references; the JPEGs are always made anew")
    parser.add_argument("--out", type=pathlib.Path, default=HERE.parents[1] / "testimages")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    unknown = set(options.scenes) - set(SCENES)
    if unknown:
        parser.error(f"no such scene: {', '.join(sorted(unknown))}; there are {', '.join(SCENES)}")
    for folder in ("reference", "jpeg", "png"):
        (options.out / folder).mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        for done in [pool.submit(render, scene, options.out) for scene in options.scenes or SCENES]:
            print(done.result(), flush=True)
    derive(options.out)


if __name__ == "__main__":
    main()
