"""Fewer channels between the convolutions of a stage's blocks, of a `fast` network that is trained already.

    python -m rbqe_training.narrow runs/fast/checkpoint.pt start.pt --stage 1 --inner-width 28 --images $DATA/train/gb82

Channel after channel goes whose loss changes least what the convolution after it gives on compressed crops of some
pictures; that convolution's weights for those that stay are then the ones that give it best (least squares). What comes
out is a start for training.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from . import checkpoint
from .data import CropSource
from .degradation import Degradation
from .models import build
from .models.common import MIDDLE, rectify
from .models.fast import FOLD, Fast, chain

TAPS = 9  # of a convolution
DAMPING = 1e-6  # of the mean square, so that products of dead channels can be solved too


def luma_crops(folders: list[Path], count: int, size: int = 96) -> torch.Tensor:
    """[count, 1, size, size]: luma of compressed crops."""
    rng = np.random.default_rng(5)
    source, degradation = CropSource.from_folders(folders), Degradation(none_share=0.05, float_share=1.0)
    crops = [degradation.draw(rng, source, size).degraded[:1] for _ in range(count)]
    return torch.from_numpy(np.stack(crops).astype(np.float32))


def products(inputs: torch.Tensor) -> np.ndarray:
    """Mean products [taps * channels]^2, channels first, of what a convolution sees of [B, C, H, W]."""
    total = torch.zeros(TAPS * inputs.shape[1], TAPS * inputs.shape[1], dtype=torch.float64)
    for image in inputs:
        seen = F.unfold(image[None], 3, padding=1)[0].double()
        total += seen @ seen.T / seen.shape[1]
    return (total / len(inputs)).numpy()


def refitted(weight: np.ndarray, gram: np.ndarray, kept: list[int]) -> tuple[np.ndarray, float]:
    """[outputs, kept * taps]: give best what `weight` [outputs, channels * taps] gives; its mean square error."""
    places = (np.array(kept)[:, None] * TAPS + np.arange(TAPS)).ravel()
    own = gram[np.ix_(places, places)]
    own = own + DAMPING * np.trace(own) / len(own) * np.eye(len(own))
    target = weight @ gram[:, places]
    fitted = np.linalg.solve(own, target.T).T
    return fitted, float(np.sum(weight @ gram * weight) - np.sum(fitted * target))


def narrowed(first: nn.Conv2d, second: nn.Conv2d, inputs: torch.Tensor, width: int) -> tuple[nn.Conv2d, nn.Conv2d]:
    """Two convolutions with a rectifier between them, with `width` channels there. inputs: what the first one sees."""
    gram = products(rectify(first(inputs)))
    weight = second.weight.detach().double().flatten(1).numpy()
    kept = list(range(first.out_channels))
    while len(kept) > width:
        errors = [refitted(weight, gram, [c for c in kept if c != candidate])[1] for candidate in kept]
        kept.pop(int(np.argmin(errors)))
    fitted, error = refitted(weight, gram, kept)
    print(
        f"{first.out_channels} to {width} channels: {error / np.sum(weight @ gram * weight):.4f} of the square is lost"
    )
    before = nn.Conv2d(first.in_channels, width, 3, padding=1)
    after = nn.Conv2d(width, second.out_channels, 3, padding=1)
    before.weight.copy_(first.weight[kept])
    before.bias.copy_(first.bias[kept])
    after.weight.copy_(torch.from_numpy(fitted).reshape(after.weight.shape))
    after.bias.copy_(second.bias)
    return before, after


@torch.no_grad()
def narrow(state: dict, stage: int, width: int, luma: torch.Tensor) -> dict:
    """A checkpoint of the same network with so many channels inside the blocks of a stage, counted from 1."""
    model = dict(state["config"]["model"])
    widths = list(model.get("inner_widths") or [model["width"]] * len(model["blocks"]))
    if not 0 < width <= widths[stage - 1]:
        raise ValueError(f"the blocks of stage {stage} have {widths[stage - 1]} channels inside, not more than {width}")
    widths[stage - 1] = width
    model["inner_widths"] = widths
    network = build(state["config"]["model"])
    assert isinstance(network, Fast)
    network.load_state_dict(state["ema"])
    features = trunk = network.descent(network.stem(F.pixel_unshuffle(luma - MIDDLE, FOLD)))
    for number, convolutions in enumerate(network.stages[:stage], start=1):
        if number == 2 and network.merge is not None:
            features = trunk + network.merge(features)
        for place, block in enumerate(network.residual_blocks(convolutions)):
            if number == stage:
                seen = features
                for inner in range(len(block) - 1):
                    block[inner], block[inner + 1] = narrowed(block[inner], block[inner + 1], seen, width)
                    seen = rectify(block[inner](seen))
                for inner, layer in enumerate(block):
                    convolutions[place * network.convolutions + inner] = layer
            features = features + chain(block, features)
    return {"config": state["config"] | {"model": model}, "ema": network.state_dict(), "step": 0, "elapsed": 0.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--stage", type=int, required=True, help="counted from 1")
    parser.add_argument("--inner-width", type=int, required=True, help="channels")
    parser.add_argument("--images", type=Path, nargs="+", required=True, help="folders of training images")
    parser.add_argument("--crops", type=int, default=64)
    arguments = parser.parse_args()
    luma = luma_crops(arguments.images, arguments.crops)
    checkpoint.save(
        arguments.out, narrow(checkpoint.load(arguments.checkpoint), arguments.stage, arguments.inner_width, luma)
    )


if __name__ == "__main__":
    main()
