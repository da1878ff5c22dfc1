"""What faster arithmetic would cost: PSNR and largest difference of a network whose 3x3 convolutions are computed
otherwise.

    precision.py CHECKPOINT.pt PICTURES [--every 4] [--qualities 10,40,90]

Needs Training/requirements.txt. From the middle 192x192 pixels of every n-th picture (JPEG 4:2:0), at the first and the
last exit, it computes each convolution by Winograd's F(4x4, 3x3) and F(6x6, 3x3) in float32, by F(4x4) with factors
rounded to bfloat16, and directly with factors rounded to bfloat16; sums are float32 always. Prints a Markdown table:
means over pictures of the change in PSNR, of luma and of the mean of all three planes, and the largest difference.
"""

from __future__ import annotations

import argparse
import io
import math
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Training"))
from rbqe_training import checkpoint  # noqa: E402

POINTS = [Fraction(p) for p in ("0", "1", "-1", "2", "-2", "1/2", "-1/2")]


def product(a: list[Fraction], b: list[Fraction]) -> list[Fraction]:
    """Of two polynomials."""
    result = [Fraction(0)] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            result[i + j] += x * y
    return result


def matrices(tile: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """A', G and B' of F(tile, 3) by Toom and Cook, the last point at infinity."""
    points = POINTS[: tile + 1]
    others = [[q for q in points if q != p] for p in points]
    scale = [math.prod((p - q for q in rest), start=Fraction(1)) for p, rest in zip(points, others)]
    a = [[p**i for p in points] + [Fraction(i == tile - 1)] for i in range(tile)]
    g = [[p**j / s for j in range(3)] for p, s in zip(points, scale)] + [[Fraction(j == 2) for j in range(3)]]
    b = []
    for roots in [*others, points]:
        row = [Fraction(1)]
        for root in roots:
            row = product(row, [-root, Fraction(1)])
        b.append(row + [Fraction(0)] * (tile + 2 - len(row)))
    return tuple(torch.tensor([[float(v) for v in row] for row in m], dtype=torch.float32) for m in (a, g, b))


def rounded(values: torch.Tensor) -> torch.Tensor:
    return values.bfloat16().float()


class Winograd:
    """A 3x3 convolution by F(tile x tile, 3x3), factors rounded or not."""

    def __init__(self, tile: int, is_rounded: bool) -> None:
        self.tile, self.round = tile, rounded if is_rounded else (lambda values: values)
        self.a, self.g, self.b = matrices(tile)

    def __call__(self, layer: nn.Conv2d, maps: torch.Tensor) -> torch.Tensor:
        height, width = maps.shape[2:]
        padded = F.pad(maps, (1, 1 + -width % self.tile, 1, 1 + -height % self.tile))
        tiles = padded.unfold(2, self.tile + 2, self.tile).unfold(3, self.tile + 2, self.tile)
        inputs = self.round(self.b @ tiles @ self.b.T)
        weights = self.round(self.g @ layer.weight @ self.g.T)
        products = torch.einsum("ocij,bcyxij->boyxij", weights, inputs)
        outputs = (self.a @ products @ self.a.T).permute(0, 1, 2, 4, 3, 5)
        joined = outputs.reshape(*outputs.shape[:2], outputs.shape[2] * self.tile, -1)[:, :, :height, :width]
        return joined + layer.bias[None, :, None, None]


def direct(layer: nn.Conv2d, maps: torch.Tensor) -> torch.Tensor:
    return F.conv2d(rounded(maps), rounded(layer.weight), layer.bias, padding=1)


WAYS = {
    "F(4x4), float32": Winograd(4, False),
    "F(6x6), float32": Winograd(6, False),
    "F(4x4), bfloat16": Winograd(4, True),
    "direct, bfloat16": direct,
}


def planes(image: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.asarray(image.convert("YCbCr"), np.float32) / 255).permute(2, 0, 1)[None]


def psnr(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Of every plane."""
    return -10 * (output - target).square().mean((0, 2, 3)).log10()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--every", type=int, default=4)
    parser.add_argument("--qualities", default="10,40,90")
    arguments = parser.parse_args()
    network = checkpoint.load_ema(arguments.checkpoint).eval()
    way = None
    plain = nn.Conv2d.forward

    def forward(layer: nn.Conv2d, maps: torch.Tensor) -> torch.Tensor:
        is_dense = layer.kernel_size == (3, 3) and layer.stride == (1, 1) and layer.groups == 1
        return WAYS[way](layer, maps) if way and is_dense else plain(layer, maps)

    nn.Conv2d.forward = forward
    exits = (1, network.exits)
    print("| quality | exit | way | luma, dB | planes, dB | largest difference |\n|---|---|---|---|---|---|")
    for quality in map(int, arguments.qualities.split(",")):
        found: dict[tuple[int, str], list[tuple[float, float, float]]] = {}
        for path in sorted(arguments.pictures.iterdir())[:: arguments.every]:
            with Image.open(path) as image:
                left, top = image.width // 2 - 96, image.height // 2 - 96
                original = image.convert("RGB").crop((left, top, left + 192, top + 192))
            file = io.BytesIO()
            original.save(file, "JPEG", quality=quality, subsampling=2)
            target, image = planes(original), planes(Image.open(file))
            results = {}
            with torch.no_grad():
                for way in (None, *WAYS):
                    results[way] = network(image)
            for way in WAYS:
                for number in exits:
                    exact, other = results[None][number - 1], results[way][number - 1]
                    change = psnr(other, target) - psnr(exact, target)
                    largest = (other - exact).abs().max().item()
                    found.setdefault((number, way), []).append((change[0].item(), change.mean().item(), largest))
        for (number, name), values in sorted(found.items()):
            luma, all_planes, largest = zip(*values)
            print(
                f"| {quality} | {number} | {name} | {np.mean(luma):+.4f} | {np.mean(all_planes):+.4f} "
                f"| {max(largest):.1e} |"
            )


if __name__ == "__main__":
    main()
