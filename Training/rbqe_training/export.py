"""Write a network as the ONNX file that the engine reads: the graph of the design and nothing else.

Input `image` float32 [1, 3, height, width] (Y, Cb, Cr in [0, 1]); outputs `exit_1` ... `exit_N`, same shape.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from .analysis import analyse
from .checkpoint import load_ema
from .models import FAMILIES
from .models.common import MIDDLE
from .models.fast import Fast
from .models.nested import Nested, Separable

OPSET = 17
NEVER, ALWAYS = 2.0, -1.0  # thresholds outside the range of scores
TRAINING_DATA = (
    "CID22 training part (CC BY-SA 4.0), CLIC 2025 (Unsplash licence), gb82 image set (CC0), "
    "photographs of Wikimedia Commons (Creative Commons, per file)"
)


class GraphWriter:
    """Appends nodes in the order of execution; every method returns the name of its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def node(self, operator: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def weight(self, name: str, value: torch.Tensor) -> str:
        array = np.ascontiguousarray(value.detach().cpu().numpy().astype(np.float32))
        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def convolution(
        self, source: str, module: nn.Conv2d | nn.ConvTranspose2d, name: str, weight: torch.Tensor | None = None
    ) -> str:
        inputs = [source, self.weight(f"{name}.weight", module.weight if weight is None else weight)]
        if module.bias is not None:
            inputs.append(self.weight(f"{name}.bias", module.bias))
        operator = "ConvTranspose" if isinstance(module, nn.ConvTranspose2d) else "Conv"
        pad = module.padding[0]
        return self.node(
            operator, inputs, name,
            kernel_shape=list(module.kernel_size), strides=list(module.stride), pads=[pad] * 4, group=module.groups,
        )

    def relu(self, source: str) -> str:
        return self.node("Relu", [source], f"{source}.relu")

    def centred(self) -> str:
        return self.node("Sub", ["image", self.weight("middle", torch.tensor(MIDDLE))], "centred")

    def separable(self, source: str, module: Separable, name: str) -> str:
        depthwise = self.convolution(source, module[0], f"{name}.depthwise")
        return self.convolution(depthwise, module[1], f"{name}.pointwise")


def space_to_depth_order(weight: torch.Tensor, block: int) -> torch.Tensor:
    """Input channels of a weight [O, C*b*b, kh, kw] from pixel_unshuffle's order (c, dy, dx) to ONNX's (dy, dx, c)."""
    outputs, inputs, *kernel = weight.shape
    grouped = weight.reshape(outputs, inputs // block**2, block, block, *kernel)
    return grouped.permute(0, 2, 3, 1, 4, 5).reshape(weight.shape)


def write_fast(writer: GraphWriter, model: Fast) -> None:
    folded = writer.node("SpaceToDepth", [writer.centred()], "folded", blocksize=model.stride)
    features = writer.convolution(folded, model.stem, "stem", space_to_depth_order(model.stem.weight, model.stride))
    for number, (stage, head) in enumerate(zip(model.stages, model.heads), start=1):
        for block_number, block in enumerate(model.residual_blocks(stage), start=1):
            name, branch = f"stage_{number}.block_{block_number}", features
            for index, convolution in enumerate(block, start=1):
                if index > 1:
                    branch = writer.relu(branch)
                branch = writer.convolution(branch, convolution, f"{name}.conv_{index}")
            features = writer.node("Add", [features, branch], name)
        correction = writer.convolution(features, head, f"head_{number}")
        unfolded = writer.node(
            "DepthToSpace", [correction], f"head_{number}.unfolded", blocksize=model.stride, mode="CRD"
        )
        writer.node("Add", ["image", unfolded], f"exit_{number}")


def write_nested(writer: GraphWriter, model: Nested) -> None:
    features = writer.centred()
    for index, convolution in enumerate(model.stem, start=1):
        features = writer.relu(writer.convolution(features, convolution, f"x_0_0.conv_{index}"))
    rows = [[features]]  # as in Nested.forward
    for number in range(1, model.scales):
        for index, convolution in enumerate(model.down[number - 1], start=1):
            features = writer.relu(writer.convolution(features, convolution, f"x_{number}_0.conv_{index}"))
        rows.append([features])
        for k in range(1, number + 1):
            l = number - k
            node, name = model.nodes[f"{l}_{k}"], f"x_{l}_{k}"
            up = writer.relu(writer.convolution(rows[l + 1][k - 1], node.up, f"{name}.up"))
            joined = writer.node("Concat", [*rows[l], up], f"{name}.joined", axis=1)
            first = writer.relu(writer.separable(joined, node.first, f"{name}.first"))
            rows[l].append(writer.relu(writer.separable(first, node.second, f"{name}.second")))
        correction = writer.separable(rows[0][-1], model.heads[number - 1], f"head_{number}")
        writer.node("Add", ["image", correction], f"exit_{number}")


WRITERS = {"fast": write_fast, "nested": write_nested}


def provisional_thresholds(exits: int) -> dict:
    """Run to the last exit unless the input is perfect by its score; calibrate.py replaces this."""
    values = [1.0] + [NEVER] * (exits - 1)
    return {"assessor": {"variant": "evidence", "block": 8, "values": values, "calibrated_on": "provisional"}}


def to_graph(model: nn.Module, name: str) -> onnx.GraphProto:
    writer = GraphWriter()
    WRITERS[model.family](writer, model)

    def value(label: str) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(label, TensorProto.FLOAT, [1, 3, "height", "width"])

    outputs = [value(f"exit_{k}") for k in range(1, model.exits + 1)]
    return helper.make_graph(writer.nodes, name, [value("image")], outputs, writer.weights)


def macs_per_pixel(model: nn.Module) -> list[int]:
    """Multiply-accumulates per input pixel up to every exit."""
    return analyse(to_graph(model, model.family))[1]


def to_onnx(model: nn.Module, name: str, version: str, thresholds: dict) -> onnx.ModelProto:
    """The checked model, metadata included."""
    graph = to_graph(model, name)
    fields, costs = analyse(graph)
    onnx_model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8, producer_name="rbqe"
    )
    metadata = {
        "rbqe.format": "1",
        "name": name,
        "version": version,
        "licence": "Apache-2.0",
        "training_data": TRAINING_DATA,
        "quality_range": "1-100",
        "stride": str(model.stride),
        "receptive_field": json.dumps(fields),
        "macs_per_pixel": json.dumps(costs),
        "thresholds": json.dumps(thresholds),
    }
    helper.set_model_props(onnx_model, metadata)
    onnx.checker.check_model(onnx_model, full_check=True)
    return onnx_model


def random_model(family: str, width: int, depth: int, convolutions: int, seed: int) -> nn.Module:
    """Random weights with corrections large enough to matter in a comparison. depth: stages or scales."""
    torch.manual_seed(seed)
    if family == "fast":
        model: nn.Module = Fast(width, [1] * depth, convolutions)
    else:
        model = Nested(width, depth)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 1:
                parameter.uniform_(-0.05, 0.05)
        for head in model.heads:
            last = head[-1] if isinstance(head, nn.Sequential) else head
            last.weight.mul_(10)
    return model.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path, nargs="?", help="a checkpoint of train.py")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", help="default: the network's family")
    parser.add_argument("--version", default="1.0.0")
    parser.add_argument("--thresholds", type=Path, help="JSON written by calibrate.py")
    group = parser.add_argument_group("random weights, for tests of engines")
    group.add_argument("--random", action="store_true")
    group.add_argument("--family", choices=FAMILIES, default="fast")
    group.add_argument("--width", type=int, default=8)
    group.add_argument("--stages", type=int, default=2, help="of fast")
    group.add_argument("--convolutions", type=int, default=3, help="per stage of fast")
    group.add_argument("--scales", type=int, default=3, help="of nested")
    group.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.random == (arguments.checkpoint is not None):
        parser.error("give a checkpoint, or --random")
    if arguments.random:
        depth = arguments.stages if arguments.family == "fast" else arguments.scales
        model = random_model(arguments.family, arguments.width, depth, arguments.convolutions, arguments.seed)
    else:
        model = load_ema(arguments.checkpoint)
    thresholds = (
        json.loads(arguments.thresholds.read_text()) if arguments.thresholds else provisional_thresholds(model.exits)
    )
    onnx_model = to_onnx(model, arguments.name or model.family, arguments.version, thresholds)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_bytes(onnx_model.SerializeToString(deterministic=True))
    properties = {p.key: p.value for p in onnx_model.metadata_props}
    print(f"{arguments.out}: {arguments.out.stat().st_size} bytes, {json.dumps(properties, indent=2)}")


if __name__ == "__main__":
    main()
