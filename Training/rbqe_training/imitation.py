"""A stage that learns to give what a stage of another network gives, so that the stages behind it can stay as they are.

A configuration asks for it by an `[imitation]` table, the command line of a new run names the teacher: exit (the stage
whose features are imitated), weight (of their error, beside the exit's restoration loss).
"""

from __future__ import annotations

import torch
from torch import nn


class Imitation:
    """The teacher, and how far features are from its own."""

    def __init__(self, options: dict, teacher: nn.Module, device: torch.device) -> None:
        self.exit, self.weight = options["exit"], options["weight"]
        self.teacher = teacher.to(device, memory_format=torch.channels_last).eval().requires_grad_(False)

    def loss(self, inputs: torch.Tensor, features: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        """Of luma's and chroma's features of the stage the mean squared error, as a share of the teacher's square."""
        with torch.no_grad():
            *_, wanted = self.teacher.features(inputs, self.exit)
        errors = [
            (own.float() - other.float()).square().mean() / other.float().square().mean()
            for own, other in zip(features, wanted)
        ]
        return self.weight * torch.stack(errors).mean()
