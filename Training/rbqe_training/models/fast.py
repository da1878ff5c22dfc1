"""The fast network: a chain at half resolution with an exit after every stage."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from .common import MIDDLE


class Fast(nn.Module):
    """Space-to-depth 2, a 3x3 convolution, then stages of 3x3 convolutions with a residual add.

    Between the convolutions of a stage stands a ReLU; what a stage adds is linear (with a ReLU on the path that the
    stages add to, all features died within the first hundred steps). After every stage a head (3x3 convolution,
    depth-to-space 2) makes a correction to the input.
    """

    family = "fast"
    stride = 2

    def __init__(self, width: int = 48, stages: int = 4, convolutions: int = 3) -> None:
        super().__init__()
        self.stem = nn.Conv2d(12, width, 3, padding=1)
        self.stages = nn.ModuleList(
            nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(convolutions))
            for _ in range(stages)
        )
        self.heads = nn.ModuleList(nn.Conv2d(width, 12, 3, padding=1) for _ in range(stages))
        with torch.no_grad():
            for head in self.heads:
                head.weight.mul_(0.1)
                head.bias.zero_()

    @property
    def exits(self) -> int:
        return len(self.stages)

    def forward(self, image: torch.Tensor) -> list[torch.Tensor]:
        """[B, 3, H, W], H and W even, to one restored image of the same shape per exit."""
        features = self.stem(F.pixel_unshuffle(image - MIDDLE, 2))
        outputs = []
        for stage, head in zip(self.stages, self.heads):
            branch = features
            for convolution in stage[:-1]:
                branch = F.relu(convolution(branch))
            features = features + stage[-1](branch)
            outputs.append(image + F.pixel_shuffle(head(features), 2))
        return outputs
