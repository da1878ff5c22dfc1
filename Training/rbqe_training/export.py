"""Write a network as the ONNX file that the engine reads: the graph of the design and nothing else.

Input `image` float32 [1, 3, height, width] (Y, Cb, Cr in [0, 1]); outputs `exit_1` ... `exit_N`, same shape. With gates
also outputs `gain_0` ... `gain_{N-1}` [1, 1] in dB, and an optional input `file` [1, 2] (see `models/gates.py`).
"""

from __future__ import annotations

import argparse
import json
import math
import tomllib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from .analysis import analyse
from .checkpoint import load_ema, load_gates
from .export_gates import write_gate
from .models import FAMILIES, build
from .models.common import LEAK, MIDDLE, space_to_depth_order
from .models.fast import Descent, Fast
from .models.gates import BLOCK, FILE_FACTS, Gates
from .models.nested import Nested, Separable
from .random_networks import random_gates, random_model

OPSET = 17
NEVER = 2.0  # a threshold that no score reaches
TRAINING_DATA = (
    "CID22 training part (CC BY-SA 4.0), CLIC 2025 (Unsplash licence), gb82 image set (CC0), "
    "photographs of Wikimedia Commons (Creative Commons, per file)"
)


class GraphWriter:
    """Appends nodes in the order of execution; every method returns the name of its output."""

    def __init__(self, gates: Gates | None = None) -> None:
        self.gates = gates
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.seen: list[str] = []  # what the gate of the input sees, which the others see too
        # Names of (parts of the features, parts of the correction) of every exit.
        self.taps: list[tuple[list[str], list[str]]] = []

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
            operator,
            inputs,
            name,
            kernel_shape=list(module.kernel_size),
            strides=list(module.stride),
            pads=[pad] * 4,
            group=module.groups,
        )

    def relu(self, source: str) -> str:
        return self.node("Relu", [source], f"{source}.relu")

    def rectified(self, source: str) -> str:
        """As `rectify` of the networks."""
        return self.sloped(source, "leak", LEAK, f"{source}.rectified")

    def magnitude(self, source: str) -> str:
        """Absolute values, in the form of a rectifier that the program fuses into a convolution."""
        return self.sloped(source, "minus_one", -1, f"{source}.magnitude")

    def sloped(self, source: str, weight: str, slope: float, name: str) -> str:
        if weight not in {tensor.name for tensor in self.weights}:
            self.weight(weight, torch.full((1, 1, 1), float(slope)))
        return self.node("PRelu", [source, weight], name)

    def chain(self, source: str, convolutions: nn.ModuleList, name: str) -> str:
        """As `chain` of the fast network."""
        for index, convolution in enumerate(convolutions, start=1):
            if index > 1:
                source = self.rectified(source)
            source = self.convolution(source, convolution, f"{name}.conv_{index}")
        return source

    def chosen(self, planes: Iterable[int], name: str) -> str:
        """Some planes of the image, centred."""
        choice = torch.eye(3)[list(planes), :, None, None]
        inputs = [
            "image",
            self.weight(f"{name}.choice", choice),
            self.weight(f"{name}.minus", torch.full([len(choice)], -MIDDLE)),
        ]
        return self.node("Conv", inputs, name, kernel_shape=[1, 1], strides=[1, 1], pads=[0] * 4, group=1)

    def centred(self) -> str:
        """The image as the network takes it; the gate of the input comes before everything else."""
        centred = self.node("Sub", ["image", self.weight("middle", torch.tensor(MIDDLE))], "centred")
        if self.gates is not None:
            write_gate(self, self.gates, 0)
        return centred

    def exit(self, number: int, features: list[str], corrections: list[str], unfolded: str) -> None:
        """The image at an exit, and what looks at the features and the correction that it was made from."""
        self.node("Add", ["image", unfolded], f"exit_{number}")
        self.taps.append((features, corrections))
        if self.gates is not None and number < self.gates.exits:
            write_gate(self, self.gates, number)

    def separable(self, source: str, module: Separable, name: str) -> str:
        depthwise = self.convolution(source, module[0], f"{name}.depthwise")
        return self.convolution(depthwise, module[1], f"{name}.pointwise")


def write_descent(writer: GraphWriter, descent: Descent, features: str) -> str:
    coarse = writer.convolution(features, descent.down, "descent.down")
    for number, block in enumerate(descent.blocks, start=1):
        name = f"descent.block_{number}"
        coarse = writer.node("Add", [coarse, writer.chain(coarse, block, name)], name)
    up = writer.convolution(coarse, descent.up, "descent.up")
    joined = writer.node("Add", [features, up], "descent.joined")
    return writer.node("Add", [joined, writer.chain(joined, descent.join, "descent.join")], "descent")


def write_fast(writer: GraphWriter, model: Fast) -> None:
    if writer.gates is not None and writer.gates.analyses[0].planes == 3:
        writer.centred()
    elif writer.gates is not None:
        write_gate(writer, writer.gates, 0)
    chosen = {}
    for name, planes in {"luma": [0], "chroma": [1, 2]}.items():
        chosen[name] = writer.node("SpaceToDepth", [writer.chosen(planes, name)], f"{name}.folded", blocksize=2)
    luma = writer.convolution(chosen["luma"], model.stem, "stem", space_to_depth_order(model.stem.weight, 2))
    chroma = chosen["chroma"]

    if isinstance(model.descent, Descent):
        luma = write_descent(writer, model.descent, luma)
    trunk = luma
    for number, stage in enumerate(model.stages, start=1):
        if number == 2 and model.merge is not None:
            luma = writer.node("Add", [trunk, writer.convolution(luma, model.merge, "merge")], "merged")
        for block_number, block in enumerate(model.residual_blocks(stage), start=1):
            name = f"stage_{number}.block_{block_number}"
            luma = writer.node("Add", [luma, writer.chain(luma, block, name)], name)
        name, entry = f"chroma_{number}", model.chroma_entries[number - 1]
        if isinstance(entry, nn.Conv2d):
            weight = space_to_depth_order(entry.weight, 2) if number == 1 else entry.weight
            chroma = writer.convolution(chroma, entry, f"{name}.entry", weight)
        guide = writer.convolution(luma, model.guides[number - 1], f"{name}.guide")
        guided = writer.rectified(writer.node("Add", [chroma, guide], f"{name}.guided"))
        chroma = writer.node("Add", [chroma, writer.chain(guided, model.chroma_stages[number - 1], name)], name)
        if number - 1 not in model.exit_stages:
            continue
        exit = model.exit_stages.index(number - 1) + 1
        corrections, parts = [], []
        for label, source, head in (
            ("head", luma, model.heads[exit - 1]),
            ("chroma_head", chroma, model.chroma_heads[exit - 1]),
        ):
            correction = writer.convolution(source, head, f"{label}_{exit}")
            if exit == 2 and model.second_adds:
                correction = writer.node("Add", [f"{label}_1", correction], f"{label}_2.added")
            corrections.append(correction)
            parts.append(writer.node("DepthToSpace", [correction], f"{correction}.unfolded", blocksize=2, mode="CRD"))
        joined = writer.node("Concat", parts, f"unfolded_{exit}", axis=1)
        writer.exit(exit, [luma, chroma], corrections, joined)


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
        writer.exit(number, [rows[0][-1]], [correction], correction)


WRITERS = {"fast": write_fast, "nested": write_nested}


def provisional_thresholds(exits: int) -> dict:
    """Run to the last exit unless the input is perfect by its score; calibrate.py replaces this."""
    values = [1.0] + [NEVER] * (exits - 1)
    return {"assessor": {"variant": "evidence", "block": 8, "values": values, "calibrated_on": "provisional"}}


def to_graph(model: nn.Module, name: str, gates: Gates | None = None, taps: bool = False) -> onnx.GraphProto:
    writer = GraphWriter(gates)
    WRITERS[model.family](writer, model)

    def value(label: str, *shape: object) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(label, TensorProto.FLOAT, shape or [1, 3, "height", "width"])

    inputs = [value("image")]
    outputs = [value(f"exit_{k}") for k in range(1, model.exits + 1)]
    if gates is not None:
        outputs += [value(f"gain_{k}", 1, 1) for k in range(model.exits)]
        inputs.append(value("file", 1, FILE_FACTS))
        writer.weight("file", torch.zeros(1, FILE_FACTS))
    if taps:
        exits, outputs = outputs, []
        for (parts, corrections), exit in zip(writer.taps, exits):
            features = writer.node("Concat", parts, f"{exit.name}.features", axis=1)
            correction = writer.node("Concat", corrections, f"{exit.name}.correction", axis=1)
            outputs += [onnx.ValueInfoProto(name=features), onnx.ValueInfoProto(name=correction), exit]
    return helper.make_graph(writer.nodes, name, inputs, outputs, writer.weights)


def network_with_taps(model: nn.Module) -> onnx.ModelProto:
    """For fitting gates: outputs features, correction and restored image of every exit in turn."""
    return helper.make_model(
        to_graph(model, model.family, taps=True), opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8
    )


def macs_per_pixel(model: nn.Module, gates: Gates | None = None) -> list[int]:
    """Multiply-accumulates per input pixel up to every exit."""
    return analyse(to_graph(model, model.family, gates))[1]


def to_onnx(
    model: nn.Module,
    name: str,
    version: str,
    thresholds: dict,
    gates: Gates | None = None,
    errors: dict | None = None,
) -> onnx.ModelProto:
    """The checked model, metadata included."""
    graph = to_graph(model, name, gates)
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
        "stride": str(model.stride if gates is None else math.lcm(model.stride, BLOCK)),
        "receptive_field": json.dumps(fields),
        "macs_per_pixel": json.dumps(costs),
        "thresholds": json.dumps(thresholds),
    }
    if errors is not None:
        if any(len(errors[plane]) != model.exits for plane in ("luma", "chroma")):
            raise ValueError(f"laws of errors must be {model.exits} for luma and for chroma, one an exit")
        metadata["coefficient_errors"] = json.dumps(errors)
    helper.set_model_props(onnx_model, metadata)
    onnx.checker.check_model(onnx_model, full_check=True)
    return onnx_model


def relabelled(data: bytes, version: str | None, thresholds: dict | None, errors: dict | None) -> onnx.ModelProto:
    """A model of this module with the same weights, bit by bit, and other thresholds or laws of errors."""
    onnx_model = onnx.load_model_from_string(data)
    metadata = {p.key: p.value for p in onnx_model.metadata_props}
    if version is not None:
        metadata["version"] = version
    if thresholds is not None:
        metadata["thresholds"] = json.dumps(thresholds)
    if errors is not None:
        metadata["coefficient_errors"] = json.dumps(errors)
    helper.set_model_props(onnx_model, metadata)
    return onnx_model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "checkpoint",
        type=Path,
        nargs="?",
        help="a checkpoint of train.py, or what was exported: other thresholds for it",
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", help="default: the network's family")
    parser.add_argument("--version", help="default: 1.0.0, or that of the exported file")
    parser.add_argument("--thresholds", type=Path, help="JSON written by calibrate.py")
    parser.add_argument("--errors", type=Path, help="JSON written by Scripts/measure_constraint.py --fit")
    parser.add_argument(
        "--config", type=Path, help="instead of a checkpoint: random weights in a configuration's network, to time it"
    )
    group = parser.add_argument_group("random weights, for tests of engines")
    group.add_argument("--random", action="store_true")
    group.add_argument("--family", choices=FAMILIES, default="fast")
    group.add_argument("--width", type=int, default=8)
    group.add_argument("--stages", type=int, default=2, help="of fast")
    group.add_argument("--convolutions", type=int, default=3, help="per stage of fast")
    group.add_argument("--coarse-width", type=int, default=0, help="of a descent in the first stage of fast")
    group.add_argument(
        "--branch",
        action="store_true",
        help="the first stage of fast is a side branch, to which exit 2 adds, and gates look at chroma",
    )
    group.add_argument("--scales", type=int, default=3, help="of nested")
    group.add_argument("--gates", action="store_true", help="with gates")
    group.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if [arguments.random, arguments.checkpoint is not None, arguments.config is not None].count(True) != 1:
        parser.error("give a checkpoint, or --config, or --random")
    thresholds = json.loads(arguments.thresholds.read_text()) if arguments.thresholds else None
    errors = json.loads(arguments.errors.read_text()) if arguments.errors else None
    if arguments.checkpoint and arguments.checkpoint.suffix == ".onnx":
        if arguments.name:
            parser.error("--name has no meaning with an exported file, which has one")
        write(relabelled(arguments.checkpoint.read_bytes(), arguments.version, thresholds, errors), arguments.out)
        return
    if arguments.random:
        depth = arguments.stages if arguments.family == "fast" else arguments.scales
        model = random_model(
            arguments.family,
            arguments.width,
            depth,
            arguments.convolutions,
            arguments.seed,
            arguments.coarse_width,
            arguments.branch,
        )
        gates = random_gates(model) if arguments.gates else None
    elif arguments.config:
        torch.manual_seed(arguments.seed)
        model, gates = build(tomllib.loads(arguments.config.read_text())["model"]).eval(), None
    else:
        model = load_ema(arguments.checkpoint)
        gates = load_gates(arguments.checkpoint, model)
    if thresholds is None:
        thresholds = provisional_thresholds(model.exits)
    name = arguments.name or model.family
    write(to_onnx(model, name, arguments.version or "1.0.0", thresholds, gates, errors), arguments.out)


def write(onnx_model: onnx.ModelProto, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(onnx_model.SerializeToString(deterministic=True))
    properties = {p.key: p.value for p in onnx_model.metadata_props}
    print(f"{path}: {path.stat().st_size} bytes, {json.dumps(properties, indent=2)}")


if __name__ == "__main__":
    main()
