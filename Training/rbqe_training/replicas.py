"""Several processes that train one network: each takes its share of every batch, all take the same step."""

from __future__ import annotations

import os
from collections.abc import Iterable

import torch
from torch import distributed, nn


class Replicas:
    """This process among those that `torchrun` started; alone if it was not `torchrun`."""

    def __init__(self, device: str) -> None:
        """device: of this process; `cuda` becomes the GPU of its own that each of several processes has."""
        if device == "cuda" and "LOCAL_RANK" in os.environ:
            device = f"cuda:{os.environ['LOCAL_RANK']}"
        self.device = torch.device(device)
        self.count = int(os.environ.get("WORLD_SIZE", 1))
        self.rank = int(os.environ.get("RANK", 0))
        if self.count > 1:
            distributed.init_process_group("nccl" if self.device.type == "cuda" else "gloo")

    @property
    def is_first(self) -> bool:
        """Whether this process writes what the run leaves."""
        return self.rank == 0

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replaces the gradients by their means over the processes."""
        if self.count == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(flat)
        flat /= self.count
        for gradient, mean in zip(gradients, flat.split([g.numel() for g in gradients])):
            gradient.copy_(mean.view_as(gradient))

    def mean(self, number: float) -> float:
        """The mean over the processes: clocks differ, and what depends on the time must be the same in all."""
        if self.count == 1:
            return number
        total = torch.tensor(number, dtype=torch.float64, device=self.device)
        distributed.all_reduce(total)
        return total.item() / self.count

    def wait(self) -> None:
        """Until all processes are here."""
        if self.count > 1:
            distributed.barrier()

    def close(self) -> None:
        if self.count > 1:
            distributed.destroy_process_group()
