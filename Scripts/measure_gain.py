#!/usr/bin/env python3
"""What rbqe gains on a folder of pristine images, measured from outside with Pillow and numpy alone.

Compresses every image with libjpeg-turbo (grey, or colour 4:2:0; quality `none`: not at all), runs `rbqe enhance DIR -o
OUT --exit K --format png` (or jpeg) and prints the mean PSNR in dB before and after: whole images, 8 bit, luma for grey
and RGB for colour; then what the image that fares worst gains, and the PSNR of the result that is farthest from its
input, measured against that input.

    Scripts/measure_gain.py LIVE1_gray --gray --quality 10,20,30,40 --exit 1,last --rbqe .build/release/rbqe
    Scripts/measure_gain.py LIVE1 --quality 85,90,95,98,none --as-png --rbqe .build/release/rbqe
    Scripts/measure_gain.py LIVE1 --quality 10,40,90 --crop 3,5 --exit auto,last --rbqe .build/release/rbqe

With --crop columns and rows are cut off at the left and at the top after a picture was compressed, as by somebody who
saves a part of it as PNG.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

REFERENCES = {".png", ".webp", ".bmp", ".ppm", ".tif", ".tiff"}
PSNR_CAP = 50.0


def load(path: Path, mode: str) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert(mode))


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    """PSNR of uint8 arrays; identical ones count as 50 dB."""
    error = np.mean((a.astype(np.float64) - b.astype(np.float64)) ** 2)
    return PSNR_CAP if error == 0 else min(PSNR_CAP, 10 * np.log10(255**2 / error))


def psnrs(references: list[Path], folder: Path, suffix: str, mode: str, cropped: bool) -> np.ndarray:
    """The PSNR of every reference's namesake in a folder, which may lack columns at the left and rows at the top."""
    values = []
    for path in references:
        pristine, candidate = load(path, mode), load(folder / (path.stem + suffix), mode)
        if cropped:
            pristine = pristine[-candidate.shape[0] :, -candidate.shape[1] :]
        if pristine.shape != candidate.shape:
            sys.exit(f"{path.name}: {candidate.shape} came out of {pristine.shape}")
        values.append(psnr(pristine, candidate))
    return np.array(values)


def compress(
    references: list[Path], folder: Path, quality: int | None, mode: str, as_png: bool, crop: tuple[int, int]
) -> str:
    """Writes the inputs; their suffix. quality: None is without loss. as_png: what a JPEG file decodes to. crop:
    columns and rows to cut off that."""
    folder.mkdir()
    options = {"subsampling": "4:2:0"} if mode == "RGB" else {}
    for path in references:
        image = Image.fromarray(load(path, mode))
        if quality is not None:
            file = io.BytesIO()
            image.save(file, "JPEG", quality=quality, **options)
            if not as_png:
                (folder / f"{path.stem}.jpg").write_bytes(file.getvalue())
                continue
            image = Image.open(file)
        image = image.crop((*crop, image.width, image.height))
        image.save(folder / f"{path.stem}.png", compress_level=1)
    return ".png" if as_png or quality is None else ".jpg"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("references", type=Path, help="folder of lossless images")
    parser.add_argument("--quality", default="10", help="JPEG qualities, or none, separated by commas")
    parser.add_argument("--as-png", action="store_true", help="give rbqe PNG files of what the JPEG files decode to")
    parser.add_argument(
        "--crop", default="0,0", help="columns and rows to cut off at the left and the top; implies --as-png"
    )
    parser.add_argument("--exit", default="last", help="exits (a number, last, auto), separated by commas")
    parser.add_argument("--format", default="png", choices=["png", "jpeg"], help="of what rbqe writes")
    parser.add_argument("--gray", action="store_true", help="luma compressed as a grey image")
    parser.add_argument("--rbqe", default="rbqe", help="the program")
    parser.add_argument("--options", default="", help='more options of rbqe, such as "--jobs 1 --model nested"')
    arguments = parser.parse_args()

    references = sorted(p for p in arguments.references.iterdir() if p.suffix.lower() in REFERENCES)
    if not references:
        sys.exit(f"no lossless images in {arguments.references}")
    mode = "L" if arguments.gray else "RGB"
    columns, rows = map(int, arguments.crop.split(","))
    cropped = columns + rows > 0
    as_png = arguments.as_png or cropped
    print(f"{len(references)} images, {'luma' if arguments.gray else 'RGB, 4:2:0'}, mean PSNR in dB")
    print("| QF | exit | before | after | gain | least gain | least PSNR to the input |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="measure-gain-") as scratch:
        for name in arguments.quality.split(","):
            degraded = Path(scratch, f"q{name}")
            quality = None if name == "none" else int(name)
            suffix = compress(references, degraded, quality, mode, as_png, (columns, rows))
            before = psnrs(references, degraded, suffix, mode, cropped)
            inputs = [degraded / (path.stem + suffix) for path in references]
            for exit_name in arguments.exit.split(","):
                enhanced = Path(scratch, f"q{name}-exit-{exit_name}")
                command = [arguments.rbqe, "enhance", degraded, "-o", enhanced, "--exit", exit_name]
                command += ["--format", arguments.format]
                status = subprocess.run([*command, *arguments.options.split()], stdout=subprocess.DEVNULL).returncode
                if status != 0:
                    sys.exit(f"rbqe ended with status {status}")
                written = {"png": ".png", "jpeg": ".jpg"}[arguments.format]
                after = psnrs(references, enhanced, written, mode, cropped)
                changed = psnrs(inputs, enhanced, written, mode, False)
                print(
                    f"| {name} | {exit_name} | {before.mean():.2f} | {after.mean():.2f} "
                    f"| {(after - before).mean():+.3f} | {(after - before).min():+.2f} | {changed.min():.1f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
