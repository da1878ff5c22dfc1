"""What the network families share."""

import torch
from torch.nn import functional as F

# Samples are centred before the first convolution: training starts faster, and the zero padding is a mid grey.
MIDDLE = 0.5

# What a rectifier of `fast` leaves of negative numbers: with nothing left, the deep half of the chain died.
LEAK = 0.1


def rectify(features: torch.Tensor) -> torch.Tensor:
    return F.leaky_relu(features, LEAK)
