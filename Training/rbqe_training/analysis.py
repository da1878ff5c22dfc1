"""Cost and receptive field of every exit, computed from the ONNX graph itself."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import onnx


@dataclass(frozen=True)
class Extent:
    """Sample i of a tensor sees the input pixels i * jump + low ... i * jump + high, along one axis."""

    channels: int
    jump: Fraction
    low: Fraction
    high: Fraction


def _join(extents: list[Extent], channels: int) -> Extent:
    return Extent(channels, extents[0].jump, min(e.low for e in extents), max(e.high for e in extents))


def _upsampled(extent: Extent, factor: int, channels: int) -> Extent:
    jump = extent.jump / factor
    return Extent(channels, jump, extent.low - (factor - 1) * jump, extent.high)


def _attributes(node: onnx.NodeProto) -> dict:
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def analyse(graph: onnx.GraphProto) -> tuple[list[int], list[int]]:
    """(receptive field: width of the square in input pixels; multiply-accumulates per input pixel), per exit.

    Costs are cumulative: all that runs up to that exit, earlier heads and gates included. Convolutions only: what comes
    after pooling doesn't grow with the image.
    """
    shapes = {t.name: tuple(t.dims) for t in graph.initializer}
    extents = {"image": Extent(3, Fraction(1), Fraction(0), Fraction(0))}
    fields, costs = [], []
    cost = Fraction(0)
    for node in graph.node:  # in order of execution, exit after exit
        options = _attributes(node)
        sources = [extents[name] for name in node.input if name in extents]
        if node.op_type == "ReduceMean" or not sources:
            continue  # pooled: numbers of the whole image
        source = sources[0]
        if node.op_type == "Conv":
            outputs, per_group, kernel, _ = shapes[node.input[1]]
            jump = source.jump * options.get("strides", [1])[0]
            pad = options.get("pads", [0])[0]
            result = Extent(
                outputs, jump, source.low - pad * source.jump, source.high + (kernel - 1 - pad) * source.jump
            )
            cost += Fraction(outputs * per_group * kernel**2) / jump**2
        elif node.op_type == "ConvTranspose":
            inputs, outputs, kernel, _ = shapes[node.input[1]]
            result = _upsampled(source, kernel, outputs)
            cost += Fraction(inputs * outputs * kernel**2) / source.jump**2
        elif node.op_type == "SpaceToDepth":
            block = options["blocksize"]
            high = source.high + (block - 1) * source.jump
            result = Extent(source.channels * block**2, source.jump * block, source.low, high)
        elif node.op_type == "DepthToSpace":
            block = options["blocksize"]
            result = _upsampled(source, block, source.channels // block**2)
        elif node.op_type in ("Relu", "PRelu", "Add", "Sub", "Mul"):
            result = _join(sources, source.channels)
        elif node.op_type == "Concat":
            result = _join(sources, sum(e.channels for e in sources))
        else:
            raise ValueError(f"no rule for operator {node.op_type} of node {node.name}")
        extents[node.output[0]] = result
        if node.output[0].startswith("exit_"):
            fields.append(int(2 * max(-result.low, result.high)) + 1)
            costs.append(round(cost))
    return fields, costs
