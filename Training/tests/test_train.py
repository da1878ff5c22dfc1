"""A run that is cut and resumed ends where an uncut run ends."""

import math
import tomllib

import numpy as np
import pytest
import torch

from rbqe_training.checkpoint import load_ema
from rbqe_training.data import CropSource
from rbqe_training.degradation import Degradation
from rbqe_training.models import build, gates_for
from rbqe_training.train import Batches, Trainer, learning_rate
from small import CONFIGS, STEPS, small_config


@pytest.fixture
def batches() -> Batches:
    images = [np.random.default_rng(i).integers(0, 256, (90, 70, 3), dtype=np.uint8) for i in range(3)]
    return Batches(CropSource(images), Degradation(), patch=32, batch=2, seed=9)


def test_resume_changes_nothing(batches, tmp_path):
    def trainer(name: str) -> Trainer:
        (tmp_path / name).mkdir(exist_ok=True)
        return Trainer(small_config(), tmp_path / name, torch.device("cpu"))

    whole = trainer("whole")
    whole.run(batches, batches.source.images[:1], workers=0, stop_after=math.inf)
    for _ in range(STEPS):  # one step at a time
        cut = trainer("cut")
        if cut.checkpoint_path.exists():
            cut.resume()
        cut.run(batches, batches.source.images[:1], workers=0, stop_after=0)
    assert cut.step == whole.step == STEPS and cut.progress() == 1
    for key in ("model", "ema"):
        for a, b in zip(getattr(cut, key).parameters(), getattr(whole, key).parameters()):
            assert torch.equal(a, b)


def test_a_run_goes_on_as_it_began_and_ends_once(batches, tmp_path):
    trainer = Trainer(small_config(), tmp_path, torch.device("cpu"))
    trainer.run(batches, batches.source.images[:1], workers=0, stop_after=math.inf)
    again = Trainer(small_config(), tmp_path, torch.device("cpu"))
    again.resume()
    again.run(batches, batches.source.images[:1], workers=0, stop_after=math.inf)
    assert again.step == trainer.step == STEPS
    with pytest.raises(ValueError, match="bfloat16"):
        Trainer(small_config(), tmp_path, torch.device("cpu"), bfloat16=True).resume()
    again.replicas.count = 2
    with pytest.raises(ValueError, match="processes"):
        again.resume()


def test_a_run_can_start_from_the_averaged_weights_of_another(tmp_path):
    first = Trainer(small_config(), tmp_path, torch.device("cpu"))
    first.save()
    second = Trainer(small_config() | {"seed": 2}, tmp_path, torch.device("cpu"), load_ema(first.checkpoint_path))
    for a, b in zip(first.ema.parameters(), second.model.parameters()):
        assert torch.equal(a, b)


def test_what_is_frozen_stays_to_the_bit(batches, tmp_path):
    config = small_config()
    config["optimiser"] |= {"only": ["stages.1", "heads.1"]}
    trainer = Trainer(config, tmp_path, torch.device("cpu"))
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    trainer.train_step(*batches[0])
    for state in (trainer.model.state_dict(), trainer.ema.state_dict()):
        changed = {name.rsplit(".", 2)[0] for name, value in state.items() if not torch.equal(value, before[name])}
        assert changed == {"stages.1", "heads"}
        assert torch.equal(state["heads.0.weight"], before["heads.0.weight"])


def test_a_stage_learns_to_give_what_another_network_gives(batches, tmp_path):
    config = small_config()
    config["optimiser"] |= {"only": ["stages.1", "guides.1", "chroma_entries.1", "chroma_stages.1"]}
    config["optimiser"] |= {"learning_rate": 0.02}
    config["schedule"] |= {"budget": 10**6, "warmup": 1e-6}
    config["imitation"] = {"exit": 2, "weight": 1.0}
    torch.manual_seed(3)
    teacher = build(config["model"])
    trainer = Trainer(config, tmp_path, torch.device("cpu"), teacher=teacher)
    losses = [trainer.train_step(*batches[0]).item() for _ in range(60)]
    assert losses[-1] < 0.7 * losses[0]
    assert torch.equal(trainer.model.stages[0][0].weight, trainer.ema.stages[0][0].weight)
    with pytest.raises(ValueError, match="teacher"):
        Trainer(config, tmp_path, torch.device("cpu"))
    with pytest.raises(ValueError, match="without gates"):
        gates = {"joint": {"gate_weight": 1.0}, "gates": {}}
        Trainer(config | gates, tmp_path, torch.device("cpu"), teacher=teacher)
    with pytest.raises(ValueError, match="teacher"):
        Trainer(small_config(), tmp_path, torch.device("cpu"), teacher=teacher)


def test_the_quality_of_a_crop_says_which_exit_learns_from_it(batches, tmp_path):
    config = small_config()
    config["loss"] |= {"specialised": True}
    trainer = Trainer(config, tmp_path, torch.device("cpu"))
    inputs, targets, _ = batches[0]
    gradients = {}
    for quality in (5, 95):
        trainer.model.zero_grad()
        trainer.exits_loss(inputs, targets, torch.tensor([quality, quality])).backward()
        gradients[quality] = [head.bias.grad.norm().item() for head in trainer.model.heads]
    early, late = (gradients[95][k] / gradients[5][k] for k in (0, 1))
    assert early == pytest.approx(math.e, rel=1e-3) and late == pytest.approx(1 / math.e, rel=1e-3)


def test_a_module_that_there_is_not_cannot_be_trained_alone(tmp_path):
    config = small_config()
    config["optimiser"] |= {"only": ["stages.9"]}
    with pytest.raises(ValueError, match="stages.9"):
        Trainer(config, tmp_path, torch.device("cpu"))


def test_learning_rate_rises_and_decays():
    rates = [learning_rate(p, 0.1, 1.0) for p in (0.0, 0.05, 0.1, 0.55, 1.0, 1.2)]
    assert rates == pytest.approx([1e-3, 0.5, 1.0, 0.5, 0.0, 0.0])


def test_every_configuration_builds():
    for path in CONFIGS.rglob("*.toml"):
        config = tomllib.loads(path.read_text())
        Degradation(**config["degradation"])
        if "fit" in config:
            gates_for(build({"family": "fast"}), config["gates"])
            continue
        teacher = build(config["model"]) if "imitation" in config else None
        trainer = Trainer(config, path.parent, torch.device("cpu"), teacher=teacher)
        assert len(config["loss"]["exit_weights"]) == trainer.model.exits
