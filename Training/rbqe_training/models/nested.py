"""The paper's nested network: full resolution, several scales, exit k on the k-th nesting."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn
from torch.nn import functional as F

from .common import MIDDLE


class Separable(nn.Sequential):
    """Depthwise 3x3 convolution, then 1x1."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False),
            nn.Conv2d(inputs, outputs, 1),
        )


class Node(nn.Module):
    """X(l, k), k > 0, of X(l, 0) ... X(l, k-1) and X(l+1, k-1)."""

    def __init__(self, width: int, nesting: int) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(width, width, 2, stride=2)
        self.first = Separable(width * (nesting + 1), width)
        self.second = Separable(width, width)

    def forward(self, same_scale: list[torch.Tensor], below: torch.Tensor) -> torch.Tensor:
        features = torch.cat([*same_scale, F.relu(self.up(below))], dim=1)
        return F.relu(self.second(F.relu(self.first(features))))


class Nested(nn.Module):
    """X(l, k): l = scale, k = nesting. Exit k needs the nodes with l + k <= its number only."""

    family = "nested"
    correction_channels = 3

    def __init__(self, width: int = 32, scales: int = 6) -> None:
        super().__init__()
        self.width, self.scales = width, scales
        self.stem = nn.ModuleList([nn.Conv2d(3, width, 3, padding=1), nn.Conv2d(width, width, 3, padding=1)])
        self.down = nn.ModuleList(
            nn.ModuleList(nn.Conv2d(width, width, 3, padding=1, stride=stride) for stride in (1, 1, 2))
            for _ in range(scales - 1)
        )
        self.nodes = nn.ModuleDict({f"{l}_{k}": Node(width, k) for k in range(1, scales) for l in range(scales - k)})
        self.heads = nn.ModuleList(Separable(width, 3) for _ in range(scales - 1))
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
                # Depthwise kernels stay linear: gain 1. A 2x2 stride-2 transpose has one tap per pixel.
                gain = 1.0 if module.groups > 1 else 2.0
                taps = 1 if isinstance(module, nn.ConvTranspose2d) else module.kernel_size[0] ** 2
                fan_in = module.in_channels // module.groups * taps
                nn.init.normal_(module.weight, std=(gain / fan_in) ** 0.5)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        with torch.no_grad():
            for head in self.heads:
                head[1].weight.mul_(0.02)

    @property
    def exits(self) -> int:
        return self.scales - 1

    @property
    def stride(self) -> int:
        return 2 ** (self.scales - 1)

    def forward(self, image: torch.Tensor, exits: int | None = None) -> list[torch.Tensor]:
        """[B, 3, H, W], H and W multiples of `stride`, to one image of the same shape per exit.

        exits: compute only so many.
        """
        return [self.restored(image, correction) for _, correction in self.taps(image, exits)]

    def restored(self, image: torch.Tensor, correction: torch.Tensor) -> torch.Tensor:
        """The image with a correction of `taps`."""
        return image + correction

    def taps(self, image: torch.Tensor, exits: int | None = None) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """(features, correction) of every exit."""
        features = image - MIDDLE
        for convolution in self.stem:
            features = F.relu(convolution(features))
        rows = [[features]]  # rows[l][k] = X(l, k)
        for exit_number in range(1, (exits or self.exits) + 1):
            for convolution in self.down[exit_number - 1]:
                features = F.relu(convolution(features))
            rows.append([features])
            for k in range(1, exit_number + 1):
                l = exit_number - k
                rows[l].append(self.nodes[f"{l}_{k}"](rows[l], rows[l + 1][k - 1]))
            yield rows[0][-1], self.heads[exit_number - 1](rows[0][-1])
