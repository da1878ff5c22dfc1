"""PSNR of every exit over the images of a folder, at given JPEG qualities."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

from .data import list_images, load_rgb
from .degradation import compress, decode, grey_to_planes, rgb_to_planes, to_grey, to_pixels

PSNR_CAP = 50.0


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    """PSNR in dB of two uint8 arrays, capped at 50 dB."""
    error = np.mean(np.square(a.astype(np.float64) - b.astype(np.float64)))
    return PSNR_CAP if error == 0 else min(PSNR_CAP, 10 * np.log10(255**2 / error))


@torch.inference_mode()
def run_exits(model: nn.Module, planes: np.ndarray) -> list[np.ndarray]:
    """[3, H, W] of any size to the input (exit 0) and every exit's image, padded and cropped as the engine does."""
    _, height, width = planes.shape
    pad = ((0, 0), (0, -height % model.stride), (0, -width % model.stride))
    device = next(model.parameters()).device
    image = torch.from_numpy(np.pad(planes, pad, mode="edge"))[None].to(device)
    outputs = [out[0, :, :height, :width].float().cpu().numpy() for out in model(image)]
    return [planes, *outputs]


def degrade(rgb: np.ndarray, quality: int | None, grey: bool) -> tuple[np.ndarray, np.ndarray]:
    """(reference uint8 pixels, degraded planes). None: not compressed. Colour is 4:2:0."""
    reference = to_grey(rgb) if grey else rgb
    if quality is not None:
        return reference, decode(compress(reference, quality))
    return reference, grey_to_planes(reference) if grey else rgb_to_planes(reference)


def psnr_rows(
    model: nn.Module, images: Iterable[np.ndarray], qualities: Sequence[int | None], grey: bool
) -> Iterator[np.ndarray]:
    """Per image: float64 [qualities, exits + 1], luma PSNR for grey and RGB-PSNR for colour."""
    for rgb in images:
        rows = []
        for quality in qualities:
            reference, planes = degrade(rgb, quality, grey)
            rows.append([psnr(to_pixels(out, reference.ndim), reference) for out in run_exits(model, planes)])
        yield np.array(rows)


def mean_psnr(
    model: nn.Module, images: Iterable[np.ndarray], qualities: Sequence[int | None], grey: bool
) -> np.ndarray:
    """Mean over images: float64 [qualities, exits + 1]; column 0 is the degraded input."""
    return np.mean(list(psnr_rows(model, images, qualities, grey)), axis=0)


def parse_qualities(text: str) -> list[int | None]:
    """`10,20,none` to [10, 20, None]."""
    return [None if item == "none" else int(item) for item in text.split(",")]


def table(means: np.ndarray, qualities: Sequence[int | None]) -> str:
    """The input's PSNR and the gain of every exit, as a Markdown table."""
    exits = means.shape[1] - 1
    lines = ["| QF | input | " + " | ".join(f"exit {k}" for k in range(1, exits + 1)) + " |"]
    lines.append("|" + "---|" * (exits + 2))
    for quality, row in zip(qualities, means):
        gains = " | ".join(f"{value - row[0]:+.3f}" for value in row[1:])
        lines.append(f"| {quality or 'none'} | {row[0]:.2f} | {gains} |")
    return "\n".join(lines)


def main() -> None:
    from .checkpoint import load_ema

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path, help="a checkpoint of train.py")
    parser.add_argument("folder", type=Path, help="reference images, lossless")
    parser.add_argument("--qualities", type=parse_qualities, default=[10, 20, 30, 40])
    parser.add_argument("--gray", action="store_true", help="luma compressed as a grey image")
    arguments = parser.parse_args()
    model = load_ema(arguments.checkpoint)
    images = (load_rgb(path) for path in list_images(arguments.folder))
    means = mean_psnr(model, images, arguments.qualities, arguments.gray)
    print(table(means, arguments.qualities))


if __name__ == "__main__":
    main()
