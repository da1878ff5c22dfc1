"""Training losses."""

from __future__ import annotations

from collections.abc import Sequence

import torch


def charbonnier(difference: torch.Tensor, epsilon: float) -> torch.Tensor:
    """[B, 3, H, W] to [B, 3]: the mean of sqrt(d^2 + epsilon^2)."""
    return (difference.square() + epsilon**2).sqrt().mean((2, 3))


def root_mean_square(difference: torch.Tensor, epsilon: float) -> torch.Tensor:
    """[B, 3, H, W] to [B, 3]: sqrt(mean(d^2) + epsilon^2). Within an image the mean squared error, as PSNR wants it,
    while images count by their error and not by its square."""
    return (difference.square().mean((2, 3)) + epsilon**2).sqrt()


ERRORS = {"charbonnier": charbonnier, "rms": root_mean_square}


def restoration_loss(
    outputs: Sequence[torch.Tensor],
    target: torch.Tensor,
    plane_weights: Sequence[float],
    exit_weights: Sequence[float],
    epsilon: float = 1e-3,
    shares: torch.Tensor | None = None,
    kind: str = "charbonnier",
    distillation: float = 0.0,
) -> torch.Tensor:
    """Weighted mean over exits, planes and images of the error that `kind` names; differences in [0, 1] units.

    outputs: one [B, 3, H, W] per exit. shares: [B, exits], what each exit counts for each image besides its weight, 1
    on average. distillation: what share of an exit's loss is its difference to the last exit instead of the target; the
    last exit doesn't learn from that. Mean squared error in RGB is close to plane weights 1, 1.09, 0.83.
    """
    planes = torch.tensor(plane_weights, device=target.device, dtype=torch.float32)
    planes = planes / planes.sum()
    total = sum(exit_weights)
    loss = target.new_zeros(())
    for number, (output, weight) in enumerate(zip(outputs, exit_weights, strict=True)):
        errors = ERRORS[kind](output.float() - target, epsilon) @ planes
        if distillation and number < len(outputs) - 1:
            to_last = ERRORS[kind](output.float() - outputs[-1].detach().float(), epsilon) @ planes
            errors = (1 - distillation) * errors + distillation * to_last
        if shares is not None:
            errors = errors * shares[:, number]
        loss = loss + errors.mean() * (weight / total)
    return loss


def specialised_shares(qualities: torch.Tensor, exits: int) -> torch.Tensor:
    """[B] JPEG qualities to [B, exits], 1 on average for each image: what each exit counts if each learns its own part.

    Proportional to exp(-|k - k*|), where k* falls evenly from the last exit at quality 5 to the first at 95.
    """
    best = 1 + (exits - 1) * (95 - qualities.float().clamp(5, 95)) / 90
    distance = torch.arange(1, exits + 1, device=qualities.device) - best[:, None]
    shares = (-distance.abs()).exp()
    return shares / shares.mean(1, keepdim=True)
