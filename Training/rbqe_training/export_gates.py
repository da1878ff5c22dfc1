"""The gates' part of the ONNX graph that `export.py` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from .models.common import space_to_depth_order
from .models.gates import BLOCK, SMALLEST, Analysis, Estimate, Gates, Pooled

if TYPE_CHECKING:
    from .export import GraphWriter


def write_pooled(writer: GraphWriter, source: str, module: Pooled, name: str, weight: torch.Tensor) -> list[str]:
    """Means and fourth roots of mean squares of what a 1x1 convolution and a ReLU make of a map."""
    values = writer.relu(writer.convolution(source, module.convolution, name, weight))
    return [mean(writer, values, f"{name}.mean"), root(writer, [values, values], f"{name}.root")]


def mean(writer: GraphWriter, source: str, name: str) -> str:
    return writer.node("ReduceMean", [source], name, axes=[2, 3], keepdims=0)


def root(writer: GraphWriter, factors: list[str], name: str) -> str:
    """Fourth root of a mean square, [1, channels]."""
    squares = mean(writer, writer.node("Mul", factors, f"{name}.squares"), f"{name}.mean")
    if not any(weight.name == "smallest" for weight in writer.weights):
        writer.weight("smallest", torch.tensor([SMALLEST]))
    positive = writer.node("Add", [squares, "smallest"], f"{name}.positive")
    return writer.node("Sqrt", [writer.node("Sqrt", [positive], f"{name}.second")], name)


def write_estimate(writer: GraphWriter, module: Estimate, inputs: list[str], number: int) -> None:
    joined = writer.node("Concat", inputs, f"gate_{number}.seen", axis=1)
    weight, bias = module.folded()
    first = [writer.weight(f"gate_{number}.hidden.weight", weight), writer.weight(f"gate_{number}.hidden.bias", bias)]
    hidden = writer.relu(writer.node("Gemm", [joined, *first], f"gate_{number}.hidden", transB=1))
    last = module[-1]
    second = [writer.weight(f"gain_{number}.weight", last.weight), writer.weight(f"gain_{number}.bias", last.bias)]
    writer.node("Gemm", [hidden, *second], f"gain_{number}", transB=1)


def write_analysis(writer: GraphWriter, module: Analysis, index: int) -> list[str]:
    """What the gate of the input sees of some planes."""
    name = f"gate_0.{('luma', 'chroma')[index]}" if module.planes < 3 else "gate_0"
    planes = "centred" if module.planes == 3 else writer.chosen(range(module.first, module.first + module.planes), name)
    blocks = writer.node("SpaceToDepth", [planes], f"{name}.blocks", blocksize=BLOCK)
    weight = space_to_depth_order(module.filters.weight, BLOCK)
    filtered = writer.convolution(blocks, module.filters, f"{name}.filters", weight)
    filtered = writer.magnitude(filtered) if module.absolute else writer.relu(filtered)
    seen = write_pooled(writer, filtered, module.patterns, f"{name}.patterns", module.patterns.convolution.weight)
    return seen + ([root(writer, [filtered, filtered], f"{name}.energies")] if module.energies else [])


def write_gate(writer: GraphWriter, gates: Gates, number: int) -> None:
    """The gate of the input (0), or of an exit that is written already."""
    if number == 0:
        writer.seen = [
            name for index, part in enumerate(gates.analyses) for name in write_analysis(writer, part, index)
        ]
    seen = [*writer.seen, "file"]
    if number > 0:
        features, corrections = writer.taps[number - 1]
        modules = [gates.features[number - 1], *gates.chroma_features[number - 1 : number]]
        for part, module, label in zip(features, modules, ("features", "chroma_features")):
            seen += write_pooled(writer, part, module, f"gate_{number}.{label}", module.convolution.weight)
        if gates.corrections:
            seen += [root(writer, [part, part], f"gate_{number}.{part}") for part in corrections]
            before = writer.taps[number - 2][1] if number > 1 else []
            changes = [writer.node("Sub", [a, b], f"gate_{number}.{a}.difference") for a, b in zip(corrections, before)]
            seen += [root(writer, [part, part], f"gate_{number}.{part}.change") for part in changes or corrections]
    write_estimate(writer, gates.estimates[number], seen, number)
