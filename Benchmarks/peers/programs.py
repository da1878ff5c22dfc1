"""Times whole programs on JPEG files, and what they gain: rbqe at its exits, and jpeg-quantsmooth where it is
installed.

    programs.py PICTURE [--qualities 10,30,50,80] [--sizes 512x512,1920x1080] [--rounds 5] [--rbqe FILE]

The picture, lossless, is resized and compressed (4:2:0, libjpeg-turbo's own tables); every program makes a file of
that file with one thread, in turn. Prints a Markdown table: medians of seconds, and PSNR of RGB less that of the input.
"""

from __future__ import annotations

import argparse
import math
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from compare import HERE, processor


def programs(rbqe: Path) -> dict[str, tuple[list[str], str]]:
    """The command of each program, and the name of what it makes."""
    enhance = [str(rbqe), "enhance", "{input}", "-o", "{output}", "--threads", "1", "--existing", "overwrite", "-q"]
    found = {f"rbqe --exit {name}": ([*enhance, "--exit", name], "out.png") for name in ("auto", "1", "last")}
    if shutil.which("jpegqs"):
        for quality in (3, 6):
            command = ["jpegqs", "-t", "1", "-i", "0", "-q", str(quality), "{input}", "{output}"]
            found[f"jpegqs -q {quality}"] = (command, "out.jpg")
    return found


def psnr(path: Path, reference: np.ndarray) -> float:
    with Image.open(path) as image:
        difference = np.asarray(image.convert("RGB"), np.float64) - reference
    return 10 * math.log10(255**2 / max(np.mean(difference**2), 1e-9))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--qualities", default="10,30,50,80")
    parser.add_argument("--sizes", default="512x512,1920x1080")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rbqe", type=Path, default=HERE.parent.parent / ".build/release/rbqe")
    arguments = parser.parse_args()
    print(f"{processor()}, one thread\n\n| size | quality | program | s | dB |\n|---|---|---|---|---|")
    for size in arguments.sizes.split(","):
        with Image.open(arguments.picture) as image:
            original = image.convert("RGB").resize([int(v) for v in size.split("x")], Image.Resampling.LANCZOS)
        reference = np.asarray(original, np.float64)
        for quality in arguments.qualities.split(","):
            with tempfile.TemporaryDirectory() as name:
                source = Path(name) / "in.jpg"
                original.save(source, quality=int(quality), subsampling=2)
                times: dict[str, list[float]] = {}
                gains: dict[str, float] = {}
                for _ in range(arguments.rounds):
                    for program, (command, output) in programs(arguments.rbqe).items():
                        target = Path(name) / output
                        line = [part.format(input=source, output=target) for part in command]
                        start = time.perf_counter()
                        subprocess.run(line, check=True, capture_output=True)
                        times.setdefault(program, []).append(time.perf_counter() - start)
                        gains[program] = psnr(target, reference) - psnr(source, reference)
            for program, seconds in times.items():
                print(
                    f"| {size} | {quality} | {program} | {statistics.median(seconds):.2f} | {gains[program]:+.2f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
