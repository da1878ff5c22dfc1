"""Checkpoints: what a run needs to continue, written atomically.

As a program: keep of a checkpoint only the averaged weights and the gates, to share them or to start another run from
them; the gates may be those of another checkpoint, fitted to an earlier state of the network.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import torch
from torch import nn

from .models import build, gates_for
from .models.gates import Gates


def save(path: Path, state: dict) -> None:
    """Write to a temporary beside `path`, then rename: a killed run leaves the last good file."""
    temporary = path.with_suffix(".tmp")
    torch.save(state, temporary)
    os.replace(temporary, path)


def load(path: Path) -> dict:
    return torch.load(path, map_location="cpu", weights_only=True)


def load_ema(path: Path) -> nn.Module:
    """The network with its averaged weights, in evaluation mode, float32."""
    state = load(path)
    model = build(state["config"]["model"])
    model.load_state_dict({name: value.float() for name, value in state["ema"].items()})
    return model.eval()


def load_gates(path: Path, network: nn.Module) -> Gates | None:
    """The gates of a network, in evaluation mode; None if the checkpoint has none."""
    saved = load(path).get("gates")
    if saved is None:
        return None
    gates = gates_for(network, saved["config"])
    gates.load_state_dict(saved["state"])
    return gates.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--gates", type=Path, help="checkpoint whose gates are kept instead")
    arguments = parser.parse_args()
    state = load(arguments.checkpoint)
    if arguments.gates:
        state["gates"] = load(arguments.gates)["gates"]
    kept = ("config", "ema", "step", "elapsed", "gates")
    save(arguments.out, {key: state[key] for key in kept if key in state})


if __name__ == "__main__":
    main()
