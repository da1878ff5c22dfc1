"""The fast network: a chain at reduced resolution with an exit after every stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import nn
from torch.nn import functional as F

from .common import MIDDLE


class Fast(nn.Module):
    """Space-to-depth, a 3x3 convolution, then stages of residual blocks of 3x3 convolutions.

    Between the convolutions of a block stands a ReLU; what a block adds is linear (with a ReLU on the path that the
    blocks add to, all features died within the first hundred steps). After every stage a head (3x3 convolution,
    depth-to-space) makes a correction to the input.

    `blocks`: residual blocks of every stage; `fold`: the factor of the resolution.
    """

    family = "fast"

    def __init__(
        self, width: int = 48, blocks: Sequence[int] = (1, 1, 1, 1), convolutions: int = 3, fold: int = 2
    ) -> None:
        super().__init__()
        self.convolutions, self.stride = convolutions, fold
        self.stem = nn.Conv2d(3 * fold**2, width, 3, padding=1)
        self.stages = nn.ModuleList(
            nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(count * convolutions))
            for count in blocks
        )
        self.heads = nn.ModuleList(nn.Conv2d(width, 3 * fold**2, 3, padding=1) for _ in blocks)
        with torch.no_grad():
            for head in self.heads:
                head.weight.mul_(0.1)
                head.bias.zero_()

    @property
    def exits(self) -> int:
        return len(self.stages)

    def residual_blocks(self, stage: nn.ModuleList) -> Iterator[nn.ModuleList]:
        """The blocks of a stage, each a list of convolutions."""
        for start in range(0, len(stage), self.convolutions):
            yield stage[start : start + self.convolutions]

    def forward(self, image: torch.Tensor, exits: int | None = None) -> list[torch.Tensor]:
        """[B, 3, H, W], H and W multiples of `stride`, to one restored image of the same shape per exit.

        exits: compute only so many.
        """
        return [self.restored(image, correction) for _, correction in self.taps(image, exits)]

    def taps(self, image: torch.Tensor, exits: int | None = None) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """(features, folded correction) of every exit, each at the reduced resolution."""
        features = self.stem(F.pixel_unshuffle(image - MIDDLE, self.stride))
        for stage, head in zip(self.stages[:exits], self.heads):
            for block in self.residual_blocks(stage):
                branch = features
                for convolution in block[:-1]:
                    branch = F.relu(convolution(branch))
                features = features + block[-1](branch)
            yield features, head(features)

    def restored(self, image: torch.Tensor, correction: torch.Tensor) -> torch.Tensor:
        """The image with a correction of `taps`."""
        return image + F.pixel_shuffle(correction, self.stride)

    def grow_from(self, smaller: Fast) -> None:
        """Take the weights of a network with fewer blocks or stages; what is new adds nothing at first."""
        taken = smaller.state_dict()
        for number, (stage, head) in enumerate(zip(self.stages, self.heads)):
            if number >= len(smaller.stages):
                head.load_state_dict(smaller.heads[-1].state_dict())
            for index, block in enumerate(self.residual_blocks(stage)):
                if f"stages.{number}.{index * self.convolutions}.weight" not in taken:
                    nn.init.zeros_(block[-1].weight)
                    nn.init.zeros_(block[-1].bias)
        missing, unknown = self.load_state_dict(taken, strict=False)
        if unknown:
            raise ValueError(f"not a part of this network: {unknown}")
