"""What the network families share."""

import torch
from torch.nn import functional as F

# Samples are centred before the first convolution: training starts faster, and the zero padding is a mid grey.
MIDDLE = 0.5

# What a rectifier of `fast` leaves of negative numbers: with nothing left, the deep half of the chain died.
LEAK = 0.1


def rectify(features: torch.Tensor) -> torch.Tensor:
    return F.leaky_relu(features, LEAK)


def space_to_depth_order(weight: torch.Tensor, block: int) -> torch.Tensor:
    """Input channels of a weight [O, C*b*b, kh, kw] from pixel_unshuffle's order (c, dy, dx) to ONNX's (dy, dx, c)."""
    outputs, inputs, *kernel = weight.shape
    grouped = weight.reshape(outputs, inputs // block**2, block, block, *kernel)
    return grouped.permute(0, 2, 3, 1, 4, 5).reshape(weight.shape)
