"""Training losses."""

from __future__ import annotations

from collections.abc import Sequence

import torch


def restoration_loss(
    outputs: Sequence[torch.Tensor], target: torch.Tensor, kind: str = "charbonnier", **options: object
) -> torch.Tensor:
    """The loss of a configuration: `kind` is `charbonnier` or `rms`, the rest are its arguments."""
    return {"charbonnier": charbonnier, "rms": root_mean_square}[kind](outputs, target, **options)


def root_mean_square(
    outputs: Sequence[torch.Tensor],
    target: torch.Tensor,
    plane_weights: Sequence[float],
    exit_weights: Sequence[float],
    epsilon: float = 1e-3,
    shares: torch.Tensor | None = None,
) -> torch.Tensor:
    """Weighted mean over exits, planes and images of sqrt(mean(d^2) + epsilon^2): within an image the mean squared error,
    as PSNR wants it, while images count by their error and not by its square. Arguments as for `charbonnier`."""
    planes = torch.tensor(plane_weights, device=target.device, dtype=torch.float32)
    planes = planes / planes.sum()
    total = sum(exit_weights)
    loss = target.new_zeros(())
    for number, (output, weight) in enumerate(zip(outputs, exit_weights, strict=True)):
        errors = ((output.float() - target).square().mean((2, 3)) + epsilon**2).sqrt() @ planes
        if shares is not None:
            errors = errors * shares[:, number]
        loss = loss + errors.mean() * (weight / total)
    return loss


def charbonnier(
    outputs: Sequence[torch.Tensor],
    target: torch.Tensor,
    plane_weights: Sequence[float],
    exit_weights: Sequence[float],
    epsilon: float = 1e-3,
    shares: torch.Tensor | None = None,
) -> torch.Tensor:
    """Weighted mean over exits and planes of sqrt(d^2 + epsilon^2); d in [0, 1] units.

    outputs: one [B, 3, H, W] per exit. shares: [B, exits], what each exit counts for each image besides its weight, 1 on
    average. Mean squared error in RGB is close to plane weights 1, 1.09, 0.83.
    """
    planes = torch.tensor(plane_weights, device=target.device, dtype=torch.float32)
    planes = (planes / planes.sum())[None, :, None, None]
    total = sum(exit_weights)
    loss = target.new_zeros(())
    for number, (output, weight) in enumerate(zip(outputs, exit_weights, strict=True)):
        distance = ((output.float() - target).square() + epsilon**2).sqrt()
        if shares is not None:
            distance = distance * shares[:, number, None, None, None]
        loss = loss + (distance * planes).sum(1).mean() * (weight / total)
    return loss
