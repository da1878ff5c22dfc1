"""The ONNX file computes what the PyTorch network computes, and says truthfully what it costs and sees."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from rbqe_training.export import provisional_thresholds, to_onnx
from rbqe_training.models import build
from rbqe_training.random_networks import random_model
from small import CONFIGS

PLAIN = {}
BRANCH = {"branch": True}
NETWORKS = [
    ("fast", 8, 2, PLAIN),
    ("fast", 8, 3, {"coarse_width": 12}),
    ("fast", 8, 3, BRANCH),
    ("fast", 48, 4, PLAIN),
    ("nested", 4, 3, PLAIN),
    ("nested", 32, 6, PLAIN),
]


def export(model) -> onnx.ModelProto:
    return to_onnx(model, model.family, "0", provisional_thresholds(model.exits))


def properties(onnx_model: onnx.ModelProto) -> dict[str, str]:
    return {p.key: p.value for p in onnx_model.metadata_props}


@pytest.mark.parametrize("family, width, depth, options", NETWORKS)
@pytest.mark.parametrize("blocks", [(1, 1), (3, 2)])
def test_export_equals_forward(family, width, depth, options, blocks):
    model = random_model(family, width, depth, convolutions=3, seed=7, **options)
    session = onnxruntime.InferenceSession(export(model).SerializeToString())
    image = torch.rand(1, 3, *(b * model.stride for b in blocks), generator=torch.Generator().manual_seed(3))
    with torch.inference_mode():
        expected = model(image)
    names = [f"exit_{k}" for k in range(1, model.exits + 1)]
    assert [output.name for output in session.get_outputs()] == names
    for name, want, got in zip(names, expected, session.run(names, {"image": image.numpy()})):
        assert np.abs(got - want.numpy()).max() < 1e-5, name
        assert np.abs(got - image.numpy()).max() > 1e-3, name


@pytest.mark.parametrize(
    "family, depth, options",
    [("fast", 2, PLAIN), ("fast", 2, {"coarse_width": 4}), ("fast", 3, BRANCH), ("nested", 3, PLAIN)],
)
def test_receptive_field_is_what_a_pixel_sees(family, depth, options):
    model = random_model(family, 4, depth, convolutions=3, seed=2, **options).double()
    with torch.no_grad():  # positive weights: no rectifier hides a path
        for parameter in model.parameters():
            parameter.abs_()
    fields = json.loads(properties(export(model))["receptive_field"])
    size = (max(fields) // model.stride + 3) * model.stride
    for k, field in enumerate(fields):
        reach = 0
        for phase in range(model.stride):
            image = torch.rand(1, 3, size, size, dtype=torch.float64, requires_grad=True)
            centre = size // 2 // model.stride * model.stride + phase
            output = model(image)[k][0, :, centre, centre].sum()
            (gradient,) = torch.autograd.grad(output, image)
            rows, columns = torch.nonzero(gradient[0].abs().sum(0), as_tuple=True)
            reach = max(reach, int((torch.cat([rows, columns]) - centre).abs().max()))
        radius = (field - 1) // 2
        assert reach <= radius <= reach + model.stride, f"exit {k + 1}"


def test_costs_of_the_families():
    costs = {}
    for family, name in (
        ("fast", "fast-wide"),
        ("nested", "nested"),
        ("descent", "screening/descent-48"),
        ("shipped", "fast-trunk"),
    ):
        model = tomllib.loads((CONFIGS / f"{name}.toml").read_text())["model"]
        costs[family] = json.loads(properties(export(build(model).eval()))["macs_per_pixel"])
    chosen, stem, layer, head = 4 * (3 + 6), 4 * 48 * 9, 48 * 48 * 9, 48 * 4 * 9
    descent = layer // 4 + 3 * layer // 4 + 48 * 48 + 2 * layer  # down, block, up, join
    first = 8 * 16 * 9 + 48 * 16 + 3 * 16 * 16 * 9 + 16 * 8 * 9  # chroma: entry, guide, block, head
    assert costs["fast"][0] == (chosen + stem + 6 * layer + head + first) // 4
    assert costs["descent"] == [(chosen + stem + descent + head + first) // 4]
    assert 100_000 < costs["fast"][-1] < 150_000
    thin = 9 * (2 * 48 * 28 + 28 * 28)
    assert costs["shipped"][0] == (chosen + stem + 2 * thin + head + first) // 4
    assert costs["shipped"][0] < 20_000 and 140_000 < costs["shipped"][-1] < 150_000
    assert len(costs["nested"]) == 5 and 35_000 < costs["nested"][0] < costs["nested"][-1] < 88_000


def test_graph_is_the_contract():
    onnx_model = export(build({"family": "fast"}).eval())
    assert onnx_model.opset_import[0].version == 17
    assert [d.dim_param or d.dim_value for d in onnx_model.graph.input[0].type.tensor_type.shape.dim] == [
        1,
        3,
        "height",
        "width",
    ]
    assert {node.op_type for node in onnx_model.graph.node} == {
        "SpaceToDepth",
        "Conv",
        "PRelu",
        "Add",
        "DepthToSpace",
        "Concat",
    }
    assert properties(onnx_model)["rbqe.format"] == "1"
    assert len(json.loads(properties(onnx_model)["thresholds"])["assessor"]["values"]) == 4


def test_other_thresholds_change_no_weight(tmp_path):
    first, second = tmp_path / "a.onnx", tmp_path / "b.onnx"
    export = [sys.executable, "-m", "rbqe_training.export"]
    where = {"check": True, "cwd": Path(__file__).parents[1], "stdout": subprocess.DEVNULL}
    subprocess.run([*export, "--random", "--gates", "--out", first], **where)
    (tmp_path / "thresholds.json").write_text('{"gate": {"tau": 0.5}}')
    subprocess.run(
        [*export, first, "--version", "1.2.3", "--thresholds", tmp_path / "thresholds.json", "--out", second], **where
    )
    one, two = onnx.load(first), onnx.load(second)
    assert one.graph == two.graph
    before, after = ({p.key: p.value for p in model.metadata_props} for model in (one, two))
    assert after == before | {"version": "1.2.3", "thresholds": '{"gate": {"tau": 0.5}}'}
    # Nothing to change is no change.
    subprocess.run([*export, first, "--out", second], **where)
    assert first.read_bytes() == second.read_bytes()
