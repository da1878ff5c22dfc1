"""Gates trained together with the exits (JEI-DNN, arXiv 2310.09163): the exits' losses count by where the gates leave.

A configuration asks for it by a `[joint]` table, beside `[gates]`: gate_weight (of the gates' loss), decision_share
(how much of an exit's weight follows the decisions, 0...1), tau and temperature (dB) of the decisions.
"""

from __future__ import annotations

import copy

import torch
from torch import nn
from torch.nn import functional as F

from .evaluate import PSNR_CAP
from .models import gates_for


class JointGates:
    """Gates, their average, and their part in a step."""

    def __init__(self, config: dict, network: nn.Module, device: torch.device) -> None:
        self.config, self.options = config["gates"], config["joint"]
        self.gates = gates_for(network, self.config).to(device)
        self.ema = copy.deepcopy(self.gates).eval()

    def loss(
        self,
        inputs: torch.Tensor,
        targets: torch.Tensor,
        taps: list[tuple[torch.Tensor, torch.Tensor]],
        outputs: list[torch.Tensor],
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """(loss of the estimates, what each exit counts for each image: [B, exits], 1 on average)."""
        with torch.no_grad():
            psnrs = torch.stack([decibels(image, targets) for image in (inputs, *outputs)], 1)
            best_later = psnrs.flip(1).cummax(1).values.flip(1)[:, 1:]
            gains = best_later - psnrs[:, :-1]
        # The features learn from the exits alone: what is easy to gate is not what restores best.
        still = [(features.detach().float(), correction.detach().float()) for features, correction in taps]
        estimates = torch.stack(self.gates(inputs.float(), still), 1)
        loss = F.huber_loss(estimates, gains.clamp(-1.5, 3.0), delta=0.3)
        shares = self.shares(estimates.detach(), gains)
        return self.options["gate_weight"] * loss, shares

    def shares(self, estimates: torch.Tensor, gains: torch.Tensor) -> torch.Tensor:
        """By the chance to leave at each exit; where the input is left as it is, all exits count alike."""
        leave = torch.sigmoid((self.options["tau"] - estimates) / self.options["temperature"])
        reach = torch.cumprod(1 - leave, 1)
        taken = torch.cat([reach[:, :-1] * leave[:, 1:], reach[:, -1:]], 1)
        taken = taken + leave[:, :1] / taken.shape[1]
        follow = self.options["decision_share"]
        shares = 1 - follow + follow * taken * taken.shape[1]
        return shares / shares.mean().clamp_min(1e-6)

    @torch.no_grad()
    def average(self, decay: float) -> None:
        torch._foreach_lerp_(list(self.ema.parameters()), list(self.gates.parameters()), 1 - decay)
        for own, other in zip(self.ema.buffers(), self.gates.buffers()):
            own.copy_(other)

    def state(self) -> dict:
        return {
            "gates": {"config": self.config, "state": self.ema.state_dict()},
            "gates_model": self.gates.state_dict(),
        }

    def load(self, state: dict) -> None:
        self.ema.load_state_dict(state["gates"]["state"])
        self.gates.load_state_dict(state["gates_model"])


def decibels(image: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """[B]: PSNR over all planes, capped."""
    errors = (image.float() - target).square().mean((1, 2, 3)).clamp_min(1e-12)
    return (-10 * errors.log10()).clamp_max(PSNR_CAP)
