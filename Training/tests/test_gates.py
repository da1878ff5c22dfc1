"""Gates: the file says what PyTorch says, fitting goes on where it stopped, thresholds trade gain for cost."""

import json
import math
import re
import sys
import tomllib

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image

from rbqe_training import checkpoint, fit_gates, gate_data, pictures
from rbqe_training.checkpoint import load_gates
from rbqe_training.coefficients import ErrorLaw
from rbqe_training.data import CropSource
from rbqe_training.degradation import Degradation
from rbqe_training.export import provisional_thresholds, to_onnx
from rbqe_training.fit_gates import check_origin, file_facts
from rbqe_training.models import build, gates_for
from rbqe_training.models.common import MIDDLE
from rbqe_training.random_networks import random_gates, random_model
from rbqe_training.train import Batches, Trainer
from small import CONFIGS, small_config


@pytest.mark.parametrize("family, depth", [("fast", 3), ("nested", 3)])
@pytest.mark.parametrize("facts", [None, [[1.0, 0.4]]])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"corrections": False},
        {"chroma_filters": 6, "chroma_patterns": 4},
        {"absolute": True},
        {"chroma_pooled": 3, "corrections": False},
    ],
)
def test_export_equals_forward(family, depth, facts, options):
    model = random_model(family, 8, depth, convolutions=2, seed=5)
    if "chroma_pooled" in options and family == "nested":
        with pytest.raises(ValueError, match="features of chroma"):
            random_gates(model, **options)
        return
    gates = random_gates(model, **options)
    session = onnxruntime.InferenceSession(
        to_onnx(model, family, "0", provisional_thresholds(model.exits), gates).SerializeToString()
    )
    image = torch.rand(1, 3, 40, 24, generator=torch.Generator().manual_seed(1))
    file = None if facts is None else torch.tensor(facts)
    with torch.inference_mode():
        expected = gates(image, list(model.taps(image)), file)
    feeds = {"image": image.numpy()} | ({} if facts is None else {"file": file.numpy()})
    got = session.run([f"gain_{k}" for k in range(model.exits)], feeds)
    for want, have in zip(expected, got):
        assert have.shape == (1, 1) and abs(float(want) - have.item()) < 1e-5


def test_the_input_gate_costs_little_of_a_stage():
    config = tomllib.loads((CONFIGS / "gates.toml").read_text())["gates"]
    model = random_model("fast", 48, 4, 3, seed=1)
    with_gates = to_onnx(model, "fast", "0", provisional_thresholds(4), gates_for(model, config).eval())
    without = to_onnx(model, "fast", "0", provisional_thresholds(4))
    costs = [
        json.loads(next(p.value for p in m.metadata_props if p.key == "macs_per_pixel")) for m in (without, with_gates)
    ]
    stages = np.diff([0, *costs[0]])
    added = np.diff([0, *(np.array(costs[1]) - costs[0])])
    assert (added <= 0.02 * stages).all() and added[0] > 0


@pytest.mark.parametrize("options", [{}, {"filters": 64, "patterns": 80, "chroma_filters": 12, "absolute": True}])
def test_new_gates_see_how_much_was_quantised_away(options):
    gates = gates_for(random_model("fast", 8, 2, 1, seed=1), options).eval()
    rng = np.random.default_rng(1)
    noise = rng.normal(0.5, 0.1, (1, 3, 64, 64)).astype(np.float32)
    flat = np.full_like(noise, MIDDLE)
    with torch.inference_mode():
        for analysis in gates.analyses:
            rich, poor = analysis(torch.from_numpy(noise)), analysis(torch.from_numpy(flat))
            means = analysis.patterns.size // 2
            assert poor[:, :means].mean() > 0.9 > 3 * rich[:, :means].mean()
            if analysis.energies:
                assert (rich[:, 2 * means :] > 10 * poor[:, 2 * means :]).all()


def test_every_luma_frequency_has_its_filters():
    analysis = gates_for(random_model("fast", 8, 2, 1, seed=1), {"filters": 128, "chroma_filters": 24}).analyses[0]
    kernels = analysis.filters.weight.detach()[:, :, 0, 0]
    assert torch.linalg.matrix_rank(kernels) == 64
    assert torch.equal(kernels[::2], -kernels[1::2])


def test_gates_of_older_checkpoints_load():
    model = random_model("fast", 8, 2, 1, seed=1)
    gates, loaded = random_gates(model), gates_for(model, {"filters": 12, "patterns": 6, "pooled": 5, "hidden": 7})
    loaded.load_state_dict({key.removeprefix("analyses.0."): value for key, value in gates.state_dict().items()})
    assert all(torch.equal(value, loaded.state_dict()[key]) for key, value in gates.state_dict().items())


def test_caution_is_for_the_input_of_unknown_quality_alone():
    gains = torch.zeros(2, 2)

    def loss(estimates: list[float], caution: float, told: bool = False) -> float:
        return fit_gates.loss_of(
            torch.tensor([estimates, [0.0, 0.0]]),
            gains,
            [-3, 3],
            delta=1.0,
            caution=caution,
            told=torch.tensor([told, False]),
        ).item()

    assert loss([0.5, 0.0], 3.0) == pytest.approx(3 * loss([0.5, 0.0], 1.0))
    assert loss([-0.5, 0.5], 3.0) == loss([-0.5, 0.5], 1.0)
    assert loss([0.5, 0.0], 3.0, told=True) == loss([0.5, 0.0], 1.0)


def test_a_file_tells_its_quality_if_it_has_one():
    assert fit_gates.tells(torch.tensor([90, 90, 0]), torch.tensor([True, False, True])).tolist() == [
        True,
        False,
        False,
    ]


def test_fitting_goes_on_where_it_was_cut(tmp_path, monkeypatch):
    model = random_model("fast", 8, 2, 1, seed=3)
    network = {
        "family": "fast",
        "width": 8,
        "blocks": [1, 1],
        "convolutions": 1,
        "chroma_widths": [4, 4],
        "chroma_convolutions": 1,
    }
    checkpoint.save(
        tmp_path / "network.pt", {"config": {"model": network}, "ema": model.state_dict(), "step": 0, "elapsed": 0.0}
    )
    images = tmp_path / "images"
    images.mkdir()
    for index in range(2):
        pixels = np.random.default_rng(index).integers(0, 256, (80, 90, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(images / f"{index}.png")
    config = (CONFIGS / "gates.toml").read_text()
    small = {"patch": 32, "crops": 12, "epochs": 2, "validation_crops": 4, "per_shard": 8, "batch": 6}
    for name, value in small.items():
        config, count = re.subn(rf"(?m)^{name} = \d+$", f"{name} = {value}", config)
        assert count == 1
    (tmp_path / "config.toml").write_text(config)

    def run(name: str, stop_at: int | None = None) -> dict:
        if stop_at is not None:  # killed after an epoch
            whole = fit_gates.Fit.save

            def save(self, path, state):
                whole(self, path, state)
                if self.epoch == stop_at:
                    raise KeyboardInterrupt

            monkeypatch.setattr(fit_gates.Fit, "save", save)
        monkeypatch.setattr(
            sys,
            "argv",
            [
                "fit_gates",
                str(tmp_path / name),
                "--config",
                str(tmp_path / "config.toml"),
                "--network",
                str(tmp_path / "network.pt"),
                "--train",
                str(images),
                "--validation",
                str(images),
                "--device",
                "cpu",
            ],
        )
        try:
            fit_gates.main()
        except KeyboardInterrupt:
            monkeypatch.undo()
            return run(name)
        return load_gates(tmp_path / name / "checkpoint.pt", model).state_dict()

    whole, cut = run("whole"), run("cut", stop_at=1)
    assert all(torch.equal(whole[key], cut[key]) for key in whole)


def test_what_the_file_says():
    facts = file_facts(torch.tensor([0, 75, 75]), torch.tensor([True, True, False]))
    assert torch.allclose(facts, torch.tensor([[0, 0], [1, -0.25], [0, 0]]))


def test_pictures_for_calibration(tmp_path, monkeypatch):
    smooth = np.tile(np.linspace(40, 200, 320).astype(np.uint8)[None, :, None], (300, 1, 3))
    source = tmp_path / "source"
    source.mkdir()
    for index in range(3):
        Image.fromarray(smooth).save(source / f"{index}.webp", lossless=True)
    for options, name in ([], "plain"), (["--grain"], "grainy"), (["--grain"], "again"), (["--soft-chroma"], "soft"):
        monkeypatch.setattr(sys, "argv", ["pictures", str(source), "--out", str(tmp_path / name), *options])
        pictures.main()
    made = {
        name: [Image.open(tmp_path / name / f"{index}.png") for index in range(3)]
        for name in ("plain", "grainy", "again", "soft")
    }
    assert all(np.array_equal(picture, smooth) for picture in made["plain"])
    assert made["grainy"][0].size == (320, 300) and made["grainy"][1].size[0] < 320
    assert not np.array_equal(made["grainy"][0], smooth)
    assert all(np.array_equal(a, b) for a, b in zip(made["grainy"], made["again"]))
    assert all(np.array_equal(picture, smooth) for picture in made["soft"])  # a grey one


def test_joint_training_learns_gates_and_resumes(tmp_path):
    config = small_config()
    config["data"]["batch"] = 4
    config["schedule"] = {"kind": "samples", "budget": 16, "warmup": 0.3}
    config["gates"] = {"filters": 8, "patterns": 4, "pooled": 4, "hidden": 4}
    config["joint"] = {"gate_weight": 0.05, "decision_share": 0.5, "tau": 0.1, "temperature": 0.1}
    images = [np.random.default_rng(i).integers(0, 256, (90, 70, 3), dtype=np.uint8) for i in range(3)]
    from rbqe_training.data import CropSource
    from rbqe_training.degradation import Degradation

    batches = Batches(CropSource(images), Degradation(), patch=32, batch=4, seed=9)

    def trainer(name: str) -> Trainer:
        (tmp_path / name).mkdir(exist_ok=True)
        return Trainer(config, tmp_path / name, torch.device("cpu"))

    whole = trainer("whole")
    whole.run(batches, images[:1], workers=0, stop_after=math.inf)
    for _ in range(4):
        cut = trainer("cut")
        if cut.checkpoint_path.exists():
            cut.resume()
        cut.run(batches, images[:1], workers=0, stop_after=0)
    gates = load_gates(whole.checkpoint_path, whole.model)
    assert gates is not None
    for a, b in zip(whole.joint.gates.parameters(), cut.joint.gates.parameters()):
        assert torch.equal(a, b)


def test_fitting_sees_what_the_network_sees():
    torch.manual_seed(4)
    model = build({"family": "fast", "width": 8, "blocks": [1, 1, 1], "convolutions": 1, "chroma_widths": [4, 6, 10]})
    gates = random_gates(model.eval(), chroma_pooled=3, corrections=False)
    rng = np.random.default_rng(3)
    source = CropSource([rng.integers(0, 255, (96, 96, 3)).astype(np.uint8)])
    data = gate_data.crops([1], 3, 64, source, Degradation(), gate_data.Taps(model, "cpu"), gates.stride, [])
    rows = np.arange(3)
    with torch.inference_mode():
        fitted = fit_gates.estimates(gates, data, rows, np.zeros(3, bool))
        image = torch.from_numpy(data.images.astype(np.float32) / gate_data.LEVELS)
        whole = torch.stack(gates(image, list(model.taps(image))), 1)
    assert torch.allclose(fitted, whole, atol=2e-3) and whole.std(0).min() > 0


def test_results_are_held_to_files_that_tell_their_coefficients():
    rng = np.random.default_rng(3)
    smooth = np.kron(rng.integers(60, 200, (12, 12, 3)), np.ones((8, 8, 1))).astype(np.uint8)
    source = CropSource([smooth])
    law = ErrorLaw(3.0, 0.5, 0.3)

    def made(laws: list[ErrorLaw], **shares: object) -> gate_data.GateData:
        degradation = Degradation(none_share=0, quality_bands=[[20, 60, 1.0]], shifted_share=0, **shares)
        taps = gate_data.Taps(random_model("fast", 8, 2, 1, seed=1), "cpu")
        return gate_data.crops([1], 4, 64, source, degradation, taps, 4, laws)

    held = made([law, law], as_rgb_share=0)
    assert (held.held_psnrs[:, 1:] > held.psnrs[:, 1:] + 0.1).all()  # random weights leave much to hold
    assert (held.held_psnrs[:, 0] == held.psnrs[:, 0]).all()
    for other in (made([], as_rgb_share=0), made([law, law], as_rgb_share=1), made([law, law], twice_share=1)):
        assert (other.held_psnrs == other.psnrs).all()


def test_crops_of_another_network_are_not_taken(tmp_path):
    config = {"seed": 1, "data": {"patch": 32}, "degradation": {}, "gates": {"stride": 16}}
    first, second = (random_model("fast", 8, 2, 3, seed=seed) for seed in (1, 2))
    check_origin(tmp_path, first, config, None)
    check_origin(tmp_path, first, config, None)
    for network, other in ((second, config), (first, config | {"seed": 2})):
        with pytest.raises(SystemExit):
            check_origin(tmp_path, network, other, None)
