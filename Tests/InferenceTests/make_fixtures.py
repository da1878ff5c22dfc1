"""Makes the golden fixtures of the inference tests: small ONNX models, and what ONNX Runtime computes with them.

    python Tests/InferenceTests/make_fixtures.py            operators and random networks of both families
    python Tests/InferenceTests/make_fixtures.py --shipped  only the shipped models', on a crop of a test image; to be
                                                            run whenever that model is replaced

Needs numpy, onnx, onnxruntime, torch (for the product's own exporter), Pillow for --shipped.

Fixtures/NAME.onnx     the model
Fixtures/NAME.f32      little-endian float32, the cases one after another: image, then every output
Fixtures/golden.json   the cases: model, height, width, facts about the file (or null), names of the outputs
Fixtures/shipped-*.json, shipped-*.f32   the same for the shipped models, with their length and FNV-1a hash
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FIXTURES = HERE / "Fixtures"
SHIPPED = ROOT / "Sources" / "CModels" / "models"
PICTURE = ROOT / "testimages" / "jpeg" / "leaves-q10-420.jpg"
SIZES = [(1, 1), (2, 7), (13, 18)]
FAMILY_SIZES = [(1, 1), (1, 9), (7, 5), (16, 16), (19, 34)]


class Net:
    """A model under construction; every method returns the name of its output."""

    def __init__(self, channels: int = 3, seed: int = 1) -> None:
        self.channels = channels
        self.random = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.inputs = [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, channels, "height", "width"])]
        self.outputs: list[onnx.ValueInfoProto] = []

    def op(self, operator: str, *inputs: str, output: str | None = None, **attributes: object) -> str:
        output = output or f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [output], name=f"node_{output}", **attributes))
        return output

    def tensor(self, array: object, dtype: type = np.float32) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(array, dtype), name))
        return name

    def noise(self, *shape: int, scale: float = 1.0) -> str:
        return self.tensor(self.random.standard_normal(shape) * scale)

    def conv(self, source: str, inputs: int, outputs: int, kernel: object = 3, bias: bool = True, **options) -> str:
        """3x3, padded, unless told otherwise."""
        height, width = (kernel, kernel) if isinstance(kernel, int) else kernel
        group = options.get("group", 1)
        options.setdefault("pads", [height // 2, width // 2] * 2)
        scale = 1 / np.sqrt(inputs // group * height * width)
        tensors = [self.noise(outputs, inputs // group, height, width, scale=scale)]
        if bias:
            tensors.append(self.noise(outputs, scale=0.1))
        return self.op("Conv", source, *tensors, kernel_shape=[height, width], **options)

    def up(self, source: str, inputs: int, outputs: int, kernel: int = 2, bias: bool = True, **options) -> str:
        group = options.get("group", 1)
        scale = 1 / np.sqrt(inputs // group)
        tensors = [self.noise(inputs, outputs // group, kernel, kernel, scale=scale)]
        if bias:
            tensors.append(self.noise(outputs, scale=0.1))
        options.setdefault("strides", [2, 2])
        return self.op("ConvTranspose", source, *tensors, kernel_shape=[kernel, kernel], **options)

    def relu(self, source: str) -> str:
        return self.op("Relu", source)

    def output(self, source: str, name: str, shape: list[object] | None = None) -> None:
        """Ends in an output; values stay near those of an image."""
        small = self.op("Mul", source, self.tensor(0.3), output=name if shape else None)
        if shape is None:
            self.op("Add", "image", small, output=name)
            shape = [1, self.channels, "height", "width"]
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def build(self) -> onnx.ModelProto:
        graph = helper.make_graph(self.nodes, "fixture", self.inputs, self.outputs, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        return model


def convolutions() -> Net:
    net = Net(seed=2)
    x = net.relu(net.conv("image", 3, 8))
    y = net.conv(x, 8, 8, kernel=5, bias=False)
    y = net.conv(y, 8, 12, kernel=(1, 3), group=2)
    y = net.conv(net.relu(y), 12, 24, group=12)  # depthwise, two kernels a channel
    y = net.conv(y, 24, 6, kernel=1)
    net.output(net.conv(y, 6, 3, kernel=2, pads=[0, 1, 1, 0]), "exit_1")
    z = net.conv(x, 8, 8, group=8, bias=False)
    z = net.conv(z, 8, 4, kernel=1, group=2)
    net.output(net.conv(net.relu(z), 4, 3, kernel=(3, 1)), "exit_2")
    return net


def chains() -> Net:
    """Luma at half and chroma at quarter resolution, joined at the exits: what the fast engine fuses."""
    net = Net(seed=8)

    def planes(chosen: list[int], block: int) -> str:
        inputs = [net.tensor(np.eye(3)[chosen][..., None, None]), net.tensor([-0.5] * len(chosen))]
        return net.op("SpaceToDepth", net.op("Conv", "image", *inputs, kernel_shape=[1, 1]), blocksize=block)

    def leaky(source: str) -> str:
        return net.op("PRelu", source, net.tensor([[[0.1]]]))

    luma = net.conv(planes([0], 2), 4, 8)
    chroma = net.conv(planes([1, 2], 4), 32, 6, kernel=1)
    for number in (1, 2):
        luma = net.op("Add", luma, net.conv(leaky(net.conv(luma, 8, 8)), 8, 8))
        guide = net.conv(luma, 8, 6, kernel=2, strides=[2, 2], pads=[0] * 4)
        chroma = net.conv(leaky(net.op("Add", chroma, guide)), 6, 6)
        parts = [
            net.op("DepthToSpace", net.conv(source, channels, outputs), blocksize=block, mode="CRD")
            for source, channels, outputs, block in ((luma, 8, 4, 2), (chroma, 6, 32, 4))
        ]
        net.op("Add", "image", net.op("Concat", *parts, axis=1), output=f"exit_{number}")
        net.outputs.append(
            helper.make_tensor_value_info(f"exit_{number}", TensorProto.FLOAT, [1, 3, "height", "width"])
        )
    return net


def strides() -> Net:
    net = Net(seed=3)
    x = net.relu(net.conv("image", 3, 6, strides=[2, 2]))
    net.output(net.up(x, 6, 3), "exit_1")
    y = net.relu(net.conv(x, 6, 8, kernel=4, strides=[2, 2], pads=[1, 1, 1, 1]))
    y = net.relu(net.up(y, 8, 8, kernel=4, pads=[1, 1, 1, 1], group=2))
    net.output(net.up(y, 8, 3, kernel=3, pads=[1, 1, 1, 1], output_padding=[1, 1], bias=False), "exit_2")
    z = net.conv("image", 3, 6, strides=[3, 1], group=3)  # depthwise
    net.output(net.up(z, 6, 3, kernel=3, strides=[3, 1], pads=[0, 1, 0, 1]), "exit_3")
    return net


def shuffles() -> Net:
    net = Net(seed=4)
    x = net.op("SpaceToDepth", "image", blocksize=2)
    x = net.relu(net.conv(x, 12, 12, kernel=1))
    net.output(net.op("DepthToSpace", x, blocksize=2, mode="DCR"), "exit_1")
    y = net.op("DepthToSpace", net.conv(x, 12, 108, kernel=1), blocksize=6, mode="CRD")
    y = net.op("SpaceToDepth", y, blocksize=3)
    net.output(net.conv(y, 27, 3), "exit_2")
    return net


def elementwise() -> Net:
    net = Net(seed=5)
    x = net.op("Sub", "image", net.noise(3, 1, 1))
    x = net.op("Mul", net.noise(1, 3, 1, 1), x)
    x = net.op("PRelu", x, net.tensor([[[0.1]], [[-0.4]], [[2.0]]]))
    net.output(net.op("Clip", x, net.tensor(-0.2), net.tensor(0.6)), "exit_1")
    y = net.op("Sqrt", net.op("Add", net.op("Mul", x, x), net.tensor(0.01)))
    y = net.op("Sub", net.op("Sigmoid", y), net.op("PRelu", x, net.tensor([0.25])))
    y = net.op("Clip", net.op("Clip", y, net.tensor(-1.0)), "", net.tensor([0.9]))
    shift = net.op("Constant", value=numpy_helper.from_array(np.float32([0.5]).reshape(1, 1, 1)))
    net.output(
        net.op(
            "Concat",
            net.conv(net.op("Concat", x, y, "image", axis=-3), 9, 2),
            net.conv(net.op("Sub", shift, y), 3, 1),
            axis=1,
        ),
        "exit_2",
    )
    return net


def gates() -> Net:
    net = Net(seed=6)
    net.inputs.append(helper.make_tensor_value_info("file", TensorProto.FLOAT, [1, 4]))
    net.weights.append(numpy_helper.from_array(np.float32([[-1, -1, -1, -1]]), "file"))
    x = net.relu(net.conv("image", 3, 8))
    pooled = net.op("Flatten", net.op("GlobalAveragePool", x))
    joined = net.op("Concat", pooled, "file", axis=1)
    hidden = net.relu(net.op("Gemm", joined, net.noise(6, 12, scale=0.5), net.noise(6), transB=1))
    net.output(net.op("Gemm", hidden, net.noise(6, 1), net.tensor([0.3]), alpha=0.7, beta=2.0), "gain_0", [1, 1])
    weights = net.op("Sigmoid", net.op("Gemm", hidden, net.noise(6, 8)))
    shape = net.op("Constant", value_ints=[1, -1, 1, 1])
    y = net.op("Mul", x, net.op("Reshape", weights, shape))
    net.output(net.conv(y, 8, 3), "exit_1")
    mean = net.op("ReduceMean", y, axes=[-1, 2], keepdims=0)
    net.output(net.op("Gemm", mean, net.noise(8, 1)), "gain_1", [1, 1])
    flat = net.op("ReduceMean", y, axes=[1])
    z = net.op("Reshape", net.op("Mul", y, flat), net.tensor([0, 8, 0, 0], np.int64))
    net.output(net.conv(z, 8, 3), "exit_2")
    return net


def foreign() -> Net:
    """One channel, names of its own, no metadata; a window that grows the map and one that shrinks it."""
    net = Net(channels=1, seed=7)
    x = net.relu(net.conv("image", 1, 4, pads=[2, 2, 2, 2]))
    net.output(net.conv(x, 4, 1, pads=[0, 0, 0, 0]), "restored")
    return net


def run(model: bytes, image: np.ndarray, facts: list[float] | None, stride: int) -> dict[str, np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    _, height, width = image.shape
    pads = [(0, 0), (0, -height % stride), (0, -width % stride)]
    feeds = {"image": np.pad(image, pads, mode="edge")[None]}
    if facts is not None:
        feeds["file"] = np.float32([facts])
    names = [output.name for output in session.get_outputs()]
    results = dict(zip(names, session.run(names, feeds)))
    return {n: r[0, :, :height, :width] if r.ndim == 4 else r for n, r in results.items()}


def cases(name: str, model: bytes, stride: int, channels: int, sizes: list, facts: list) -> tuple[list[dict], bytes]:
    random = np.random.default_rng(len(name))
    entries, data = [], b""
    for height, width in sizes:
        for fact in facts:
            image = random.random((channels, height, width), dtype=np.float32)
            outputs = run(model, image, fact, stride)
            entries.append(
                {
                    "model": name,
                    "channels": channels,
                    "height": height,
                    "width": width,
                    "facts": fact,
                    "outputs": list(outputs),
                }
            )
            data += image.tobytes() + b"".join(np.ascontiguousarray(o).tobytes() for o in outputs.values())
    return entries, data


def export(name: str, family: str, *options: str) -> bytes:
    """A random network as the product's exporter writes it."""
    path = FIXTURES / f"{name}.onnx"
    command = [sys.executable, "-m", "rbqe_training.export", "--random", "--family", family, "--out", str(path)]
    subprocess.run([*command, *options], cwd=ROOT / "Training", check=True, stdout=subprocess.DEVNULL)
    return path.read_bytes()


def fnv1a(data: bytes) -> str:
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def make_shipped(name: str, image: Path) -> None:
    from PIL import Image

    model = (SHIPPED / f"{name}.onnx").read_bytes()
    picture = Image.open(image).convert("YCbCr")
    left, top, width, height = picture.width // 3, picture.height // 3, 49, 38
    crop = np.asarray(picture.crop((left, top, left + width, top + height)), np.float32)
    planes = np.ascontiguousarray(crop.transpose(2, 0, 1) / np.float32(255))
    stride = int({p.key: p.value for p in onnx.load_model_from_string(model).metadata_props}["stride"])
    outputs = run(model, planes, None, stride)
    entry = {"model": name, "channels": 3, "height": height, "width": width, "facts": None, "outputs": list(outputs)}
    (FIXTURES / f"shipped-{name}.f32").write_bytes(planes.tobytes() + b"".join(o.tobytes() for o in outputs.values()))
    (FIXTURES / f"shipped-{name}.json").write_text(
        json.dumps({"bytes": len(model), "fnv1a": fnv1a(model), "cases": [entry]}, indent=1) + "\n"
    )


def make_golden() -> None:
    golden = []
    nets = {
        "convolutions": (convolutions, 1),
        "chains": (chains, 4),
        "strides": (strides, 12),
        "shuffles": (shuffles, 2),
        "elementwise": (elementwise, 1),
        "gates": (gates, 1),
        "foreign": (foreign, 1),
    }
    for name, (make, stride) in nets.items():
        net = make()
        model = net.build().SerializeToString(deterministic=True)
        (FIXTURES / f"{name}.onnx").write_bytes(model)
        facts = [None, [0.5, 10.0, 0.0, 1.0]] if name == "gates" else [None]
        entries, data = cases(name, model, stride, net.channels, SIZES, facts)
        (FIXTURES / f"{name}.f32").write_bytes(data)
        golden += entries
    fast, nested = ["--width", "8", "--stages", "4", "--convolutions", "2"], ["--width", "6", "--scales", "4"]
    families = {
        "fast": ("fast", fast, 2),
        "descent": ("fast", [*fast, "--coarse-width", "12"], 4),
        "branch": ("fast", [*fast, "--branch"], 2),
        "branch-gated": ("fast", [*fast, "--branch", "--gates"], 8),
        "nested": ("nested", nested, 8),
        "fast-gated": ("fast", [*fast, "--gates"], 8),
        "nested-gated": ("nested", [*nested, "--gates"], 8),
    }
    for name, (family, options, stride) in families.items():
        model = export(name, family, *options)
        facts = [None, [1.0, 0.5]] if name.endswith("gated") else [None]
        entries, data = cases(name, model, stride, 3, FAMILY_SIZES, facts)
        (FIXTURES / f"{name}.f32").write_bytes(data)
        golden += entries
    (FIXTURES / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shipped", type=Path, metavar="IMAGE", nargs="?", const=PICTURE)
    arguments = parser.parse_args()
    FIXTURES.mkdir(exist_ok=True)
    if arguments.shipped:
        for name in ("fast", "nested"):
            make_shipped(name, arguments.shipped)
    else:
        make_golden()
    total = sum(f.stat().st_size for f in FIXTURES.iterdir())
    print(f"{total / 1000:.0f} kB")


if __name__ == "__main__":
    main()
