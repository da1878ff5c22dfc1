"""The optimisers: AdamW, and Muon (Jordan et al. 2024) for the convolutions within a network."""

from __future__ import annotations

import torch
from torch import nn


def orthogonalised(matrices: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """Nearly the orthogonal factors U V^T of matrices = U S V^T, [n, rows, columns], rows <= columns, by the
    Newton-Schulz iteration of Jordan et al. (2024)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrices / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-7)
    # Every iterate is a polynomial of X X^T times X: so only small square matrices are multiplied on the way.
    gram = x @ x.mT
    identity = torch.eye(gram.shape[1], device=gram.device).expand_as(gram)
    product = identity
    for _ in range(steps):
        factor = a * identity + torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
        product = factor @ product
        gram = factor @ gram @ factor
    return product @ x


class Muon(torch.optim.Optimizer):
    """Momentum, then an orthogonalised step, scaled to the root mean square that a step of Adam has (0.2 times the
    learning rate, Liu et al. 2025), so that both share one learning rate. Parameters of groups with `plain` set, and
    those with fewer than two dimensions, get AdamW."""

    def __init__(self, groups: list[dict], lr: float, weight_decay: float) -> None:
        super().__init__(groups, {"lr": lr, "weight_decay": weight_decay, "momentum": 0.95, "plain": False})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            parameters = [p for p in group["params"] if p.grad is not None]
            torch._foreach_mul_(parameters, 1 - group["lr"] * group["weight_decay"])
            if group["plain"]:
                for parameter in parameters:
                    self.adam(parameter, group["lr"])
                continue
            shapes: dict[torch.Size, list[nn.Parameter]] = {}
            for parameter in parameters:
                shapes.setdefault(parameter.shape, []).append(parameter)
            for alike in shapes.values():
                self.muon(alike, group["lr"], group["momentum"])

    def muon(self, parameters: list[nn.Parameter], rate: float, momentum: float) -> None:
        """One step of parameters of one shape, [outputs, inputs, kernel, kernel] with outputs <= inputs * kernel^2."""
        for parameter in parameters:
            self.state[parameter].setdefault("momentum", torch.zeros_like(parameter))
        averages = [self.state[p]["momentum"] for p in parameters]
        gradients = [p.grad for p in parameters]
        torch._foreach_lerp_(averages, gradients, 1 - momentum)
        directions = torch.stack([g.lerp(m, momentum).flatten(1) for g, m in zip(gradients, averages)])
        scale = 0.2 * directions.shape[2] ** 0.5
        for parameter, direction in zip(parameters, orthogonalised(directions)):
            parameter.add_(direction.view_as(parameter), alpha=-rate * scale)

    def adam(self, parameter: torch.Tensor, rate: float) -> None:
        state = self.state[parameter]
        if not state:
            state |= {"step": 0, "mean": torch.zeros_like(parameter), "square": torch.zeros_like(parameter)}
        state["step"] += 1
        state["mean"].lerp_(parameter.grad, 0.1)
        state["square"].lerp_(parameter.grad.square(), 0.001)
        mean = state["mean"] / (1 - 0.9 ** state["step"])
        square = state["square"] / (1 - 0.999 ** state["step"])
        parameter.addcdiv_(mean, square.sqrt() + 1e-8, value=-rate)


def build_optimiser(
    network: nn.Module, others: list[nn.Module], kind: str, rate: float, weight_decay: float
) -> torch.optim.Optimizer:
    """For a network and other modules.

    kind: `adamw`, or `muon` (where the ends of the network, depthwise convolutions, biases and `others` get AdamW).
    A group's learning rate is to be multiplied by its `factor`.
    """
    # Features are small numbers: biases that move as fast as weights shut whole layers.
    groups: dict[tuple[bool, float], list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        is_outer = name.split(".")[0] in {"stem", "heads", "chroma_heads", "guides"}
        is_wide = parameter.ndim == 4 and parameter.shape[0] <= parameter[0].numel()
        factor = 0.1 if parameter.ndim == 1 and not is_outer else 1.0
        groups.setdefault((is_outer or not is_wide, factor), []).append(parameter)
    for other in others:
        groups.setdefault((True, 1.0), []).extend(other.parameters())
    options = [{"params": p, "plain": plain, "factor": factor} for (plain, factor), p in groups.items()]
    if kind == "adamw":
        return torch.optim.AdamW(options, lr=rate, weight_decay=weight_decay)
    if kind == "muon":
        return Muon(options, rate, weight_decay)
    raise ValueError(f"no such optimiser: {kind}")
