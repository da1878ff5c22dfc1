"""Small networks and gates with random weights, for tests of exporters and engines."""

from __future__ import annotations

import torch
from torch import nn

from .models import gates_for
from .models.fast import Fast
from .models.gates import Gates
from .models.nested import Nested


def random_model(
    family: str, width: int, depth: int, convolutions: int, seed: int, coarse_width: int = 0, branch: bool = False
) -> nn.Module:
    """Random weights with corrections large enough to matter in a comparison. depth: stages or scales; coarse_width:
    of a descent in the place of the first stage's block; branch: the first stage is one, and exit 2 adds to exit 1."""
    torch.manual_seed(seed)
    if family == "fast":
        blocks, chroma = [0 if coarse_width else 1] + [1] * (depth - 1), [max(4, width // 2)] * depth
        descent = {"coarse_width": coarse_width, "coarse_blocks": [2, 1], "joins": 2}
        model: nn.Module = Fast(
            width, blocks, convolutions, chroma, convolutions, branch=branch, second_adds=branch, **descent
        )
    else:
        model = Nested(width, depth)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 1:
                parameter.uniform_(-0.05, 0.05)
        for head in [*model.heads, *getattr(model, "chroma_heads", [])]:
            last = head[-1] if isinstance(head, nn.Sequential) else head
            last.weight.mul_(10)
    return model.eval()


def random_gates(model: nn.Module, **options: object) -> Gates:
    """Small gates with random weights that answer to what they see."""
    small = {"filters": 12, "patterns": 6, "pooled": 5, "hidden": 7}
    if getattr(model, "merge", None) is not None:
        small["chroma_pooled"] = 3
    gates = gates_for(model, small | options)
    with torch.no_grad():
        for estimate in gates.estimates:
            estimate[-1].weight.mul_(10)
            estimate[0].running_mean.uniform_(0, 0.2)
            estimate[0].running_var.uniform_(0.1, 0.5)
    return gates.eval()
