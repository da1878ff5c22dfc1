"""A checkpoint of an ONNX file that `export.py` wrote, to train on from: the network's weights, without gates.

    python -m rbqe_training.recover ../Sources/CModels/models/nested.onnx nested.pt --config configs/nested.toml

The configuration says what network it is.
"""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from . import checkpoint
from .export import to_graph
from .models import build

# Numbers below are constants of the graph; those that stand for weights begin here, and float32 holds them exactly.
FIRST = 2


def recovered(graph: onnx.GraphProto, model: nn.Module) -> nn.Module:
    """The network with the weights of a graph that was exported from one of its shape."""
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    exits = sum(output.name.startswith("exit_") for output in graph.output)
    if exits != model.exits:
        raise ValueError(f"the file has {exits} exits, the network {model.exits}")
    parameters = list(model.parameters())
    weights = np.full(sum(parameter.numel() for parameter in parameters), np.nan, np.float32)
    # Exported with numbers in the place of its weights, the network tells where each of them goes.
    places = torch.arange(FIRST, FIRST + len(weights), dtype=torch.float32)
    with torch.no_grad():
        nn.utils.vector_to_parameters(places, parameters)
    for tensor in to_graph(model, model.family).initializer:
        numbers = numpy_helper.to_array(tensor)
        if numbers.size and numbers.min() >= FIRST:
            if tensor.name not in stored or numbers.shape != stored[tensor.name].shape:
                raise ValueError(f"the file has no {tensor.name} of the shape {numbers.shape}")
            weights[numbers.astype(int) - FIRST] = stored[tensor.name]
    if np.isnan(weights).any():
        raise ValueError("the file lacks weights of the network")
    with torch.no_grad():
        nn.utils.vector_to_parameters(torch.from_numpy(weights), parameters)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("onnx", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--config", type=Path, required=True, help="configuration with the network's `[model]`")
    arguments = parser.parse_args()
    config = tomllib.loads(arguments.config.read_text())
    model = recovered(onnx.load(arguments.onnx).graph, build(config["model"]))
    checkpoint.save(arguments.out, {"config": config, "ema": model.state_dict(), "step": 0, "elapsed": 0.0})


if __name__ == "__main__":
    main()
