#!/usr/bin/env python3
"""Compares the records of `rbqe evaluate` with figures made without it, by Pillow and scikit-image.

Compresses every reference by Pillow as the evaluation does (luma as a grey image, or RGB with 4:2:0), enhances the
files by `rbqe enhance --exit K --format png` at every exit, and measures PSNR and SSIM by scikit-image. Ends with
status 1 if some PSNR differs by more than 0.001 dB, or some SSIM by more than 0.0001. Needs numpy, Pillow and
scikit-image.

    rbqe evaluate --reference LIVE1 --qualities 10 --records live1.jsonl
    Scripts/check_evaluation.py live1.jsonl LIVE1 --rbqe .build/release/rbqe
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity


def load(path: Path, mode: str) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert(mode))


def figures(reference: np.ndarray, picture: np.ndarray) -> tuple[float, float]:
    psnr = peak_signal_noise_ratio(reference, picture, data_range=255)
    ssim = structural_similarity(
        reference,
        picture,
        channel_axis=2 if reference.ndim == 3 else None,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=255,
    )
    return psnr, ssim


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path)
    parser.add_argument("references", type=Path, help="the directory that was evaluated")
    parser.add_argument("--rbqe", default="rbqe", help="the program")
    arguments = parser.parse_args()

    lines = [json.loads(line) for line in arguments.records.read_text().splitlines()]
    records = [r for r in lines if r["kind"] == "evaluation" and r["status"] == "measured" and "quality" in r]
    if not records:
        sys.exit(f"{arguments.records}: no pictures compressed in memory")
    largest = {"psnr": 0.0, "ssim": 0.0}
    with tempfile.TemporaryDirectory(prefix="check-evaluation-") as scratch:
        for quality, channel in sorted({(r["quality"], r["channel"]) for r in records}):
            group = [r for r in records if r["quality"] == quality and r["channel"] == channel]
            mode = "L" if channel == "luma" else "RGB"
            degraded = Path(scratch, f"q{quality}-{channel}")
            for record in group:
                target = degraded / Path(record["path"]).with_suffix(".jpg")
                target.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(load(arguments.references / record["path"], mode)).save(
                    target, quality=quality, subsampling="4:2:0"
                )
            for exit_number in range(group[0]["exits"] + 1):
                out = Path(scratch, f"q{quality}-{channel}-exit-{exit_number}")
                subprocess.run(
                    [arguments.rbqe, "enhance", degraded, "-o", out, "--format", "png", "--exit", str(exit_number)],
                    check=True,
                )
                for record in group:
                    reference = load(arguments.references / record["path"], mode)
                    psnr, ssim = figures(reference, load(out / Path(record["path"]).with_suffix(".png"), mode))
                    for name, value in (("psnr", psnr), ("ssim", ssim)):
                        difference = abs(value - record[name][exit_number])
                        largest[name] = max(largest[name], difference)
    print(
        f"{len(records)} records, every exit: largest difference {largest['psnr']:.2e} dB PSNR, "
        f"{largest['ssim']:.2e} SSIM"
    )
    sys.exit(1 if largest["psnr"] > 1e-3 or largest["ssim"] > 1e-4 else 0)


if __name__ == "__main__":
    main()
