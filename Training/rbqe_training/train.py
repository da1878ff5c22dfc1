"""Train a network from one configuration file. Interrupted runs continue with --resume."""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import platform
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PIL
import PIL.features
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from . import checkpoint
from .data import CropSource, list_images, load_rgb
from .degradation import Degradation
from .evaluate import mean_psnr
from .imitation import Imitation
from .joint import JointGates
from .losses import restoration_loss, specialised_shares
from .models import build
from .optimiser import build_optimiser
from .replicas import Replicas


class Batches(Dataset):
    """Batch number `step`, a function of the seed and the step alone: resuming changes nothing.

    Of several processes each has batches of its own: those of process `rank` are a function of the rank too.
    """

    def __init__(
        self, source: CropSource, degradation: Degradation, patch: int, batch: int, seed: int, rank: int = 0
    ) -> None:
        degradation.check_size(patch)
        self.source, self.degradation = source, degradation
        self.patch, self.batch, self.seed, self.rank = patch, batch, seed, rank

    def __getitem__(self, step: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """(inputs, targets, qualities): float32 [batch, 3, patch, patch] twice, and int64 [batch], 100 of what was
        never compressed."""
        # The first process's batches are those of a run of one process.
        rng = np.random.default_rng([self.seed, step] + [2, self.rank] * (self.rank > 0))
        samples = [self.degradation.draw(rng, self.source, self.patch) for _ in range(self.batch)]
        inputs = torch.from_numpy(np.stack([sample.degraded for sample in samples]))
        targets = torch.from_numpy(np.stack([sample.target for sample in samples]))
        return inputs, targets, torch.tensor([sample.quality or 100 for sample in samples])


class StepsFrom:
    """The endless sampler start, start + 1, ..."""

    def __init__(self, start: int) -> None:
        self.start = start

    def __iter__(self) -> Iterator[int]:
        return itertools.count(self.start)


def learning_rate(progress: float, warmup: float, peak: float) -> float:
    """Linear warm-up, then cosine decay to zero at progress 1."""
    if progress < warmup:
        return peak * max(progress, 1e-3 * warmup) / warmup
    return peak * 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - warmup) / (1 - warmup))))


def freeze_all_but(model: nn.Module, modules: list[str]) -> None:
    """Only these modules, by their names, are trained: exits before them stay as they are to the bit."""
    known = {name for name, _ in model.named_modules()}
    if not known.issuperset(modules):
        raise ValueError(f"the network has no modules {sorted(set(modules) - known)}")
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(any(name.startswith(f"{module}.") for module in modules))


def environment() -> dict:
    """What a run depends on besides its configuration."""
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True
    ).stdout.strip()
    return {
        "commit": commit,
        "command": sys.argv,
        "processes": int(os.environ.get("WORLD_SIZE", 1)),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "pillow": PIL.__version__,
        "libjpeg": PIL.features.version("jpg"),
        "machine": platform.machine(),
        "threads": torch.get_num_threads(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
    }


class Trainer:
    """One run: network, averaged weights, optimiser, and where the run stands."""

    def __init__(
        self,
        config: dict,
        folder: Path,
        device: torch.device,
        start: nn.Module | None = None,
        bfloat16: bool = False,
        replicas: Replicas | None = None,
        teacher: nn.Module | None = None,
    ) -> None:
        self.config, self.folder, self.device = config, folder, device
        self.replicas = replicas or Replicas(str(device))
        torch.manual_seed(config["seed"])
        self.model = build(config["model"])
        if start is not None:
            self.model.load_state_dict(start.state_dict())
        if "only" in config["optimiser"]:
            freeze_all_but(self.model, config["optimiser"]["only"])
        self.model.to(device, memory_format=torch.channels_last)
        self.ema = build(config["model"]).to(device).eval()
        self.ema.load_state_dict(self.model.state_dict())
        options = config["optimiser"]
        self.joint = JointGates(config, self.model, device) if "joint" in config else None
        if ("imitation" in config) != (teacher is not None):
            raise ValueError("a configuration with a table [imitation] needs --teacher, and none other takes one")
        if config["loss"].get("specialised") and (self.joint or "imitation" in config):
            raise ValueError("what exits count for can't follow the quality where gates or an imitation say it")
        if "imitation" in config and (self.joint or config["model"]["family"] != "fast"):
            raise ValueError("only a stage of a fast network imitates, and without gates beside it")
        if "imitation" in config and config["imitation"]["exit"] == 2 and config["model"].get("second_adds"):
            raise ValueError("a second exit that adds to the first can't imitate by itself")
        self.imitation = Imitation(config["imitation"], teacher, device) if teacher is not None else None
        self.optimiser = build_optimiser(
            self.model,
            [self.joint.gates] if self.joint else [],
            options["kind"],
            options["learning_rate"],
            options["weight_decay"],
        )
        self.bfloat16 = bfloat16 or device.type == "cuda"
        self.step = 0
        self.elapsed = 0.0  # seconds of training, summed over resumes

    @property
    def checkpoint_path(self) -> Path:
        return self.folder / "checkpoint.pt"

    def save(self) -> None:
        if not self.replicas.is_first:
            return
        checkpoint.save(
            self.checkpoint_path,
            {
                "config": self.config,
                "model": self.model.state_dict(),
                "ema": self.ema.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "step": self.step,
                "elapsed": self.elapsed,
                "processes": self.replicas.count,
                "bfloat16": self.bfloat16,
            }
            | (self.joint.state() if self.joint else {}),
        )

    def resume(self) -> None:
        """Goes on from the checkpoint; raises ValueError where the run would not be the one that began."""
        state = checkpoint.load(self.checkpoint_path)
        if (count := state.get("processes", self.replicas.count)) != self.replicas.count:
            raise ValueError(f"the run began with {count} processes, and the budget counts the patches of all of them")
        if state.get("bfloat16", self.bfloat16) != self.bfloat16:
            raise ValueError(f"the run began {'with' if state['bfloat16'] else 'without'} --bfloat16")
        self.model.load_state_dict(state["model"])
        self.ema.load_state_dict(state["ema"])
        self.optimiser.load_state_dict(state["optimiser"])
        if self.joint:
            self.joint.load(state)
        self.step, self.elapsed = state["step"], state["elapsed"]

    @property
    def samples(self) -> int:
        """Patches that were trained on, by all processes."""
        return self.step * self.config["data"]["batch"] * self.replicas.count

    def progress(self) -> float:
        """Share of the budget that is used up, 1 at the end."""
        schedule = self.config["schedule"]
        done = self.elapsed if schedule["kind"] == "wallclock" else self.samples
        return done / schedule["budget"]

    def exits_of_step(self) -> int:
        """All, or only the first: a step that costs a fraction. A function of the seed and the step alone."""
        rng = np.random.default_rng([self.config["seed"], self.step, 1])
        return 1 if rng.random() < self.config["schedule"].get("first_exit_share", 0.0) else self.model.exits

    def exits_loss(self, inputs: torch.Tensor, targets: torch.Tensor, qualities: torch.Tensor) -> torch.Tensor:
        """Of all exits that the step computes, and of gates that learn with them."""
        loss_options = dict(self.config["loss"])
        is_specialised = loss_options.pop("specialised", False)
        exits = self.exits_of_step() if self.joint is None else self.model.exits
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16):
            taps = list(self.model.taps(inputs, exits))
            outputs = [self.model.restored(inputs, correction) for _, correction in taps]
        gate_loss, shares = self.joint.loss(inputs, targets, taps, outputs) if self.joint else (0.0, None)
        if is_specialised:
            shares = specialised_shares(qualities.to(self.device), self.model.exits)[:, :exits]
        weights = loss_options["exit_weights"][:exits]
        return gate_loss + restoration_loss(
            outputs, targets, **loss_options | {"exit_weights": weights, "shares": shares}
        )

    def imitation_loss(self, inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Of the stage that imitates, and of its exit."""
        exit = self.imitation.exit
        options = self.config["loss"] | {"exit_weights": [1.0]}
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16):
            *_, features = self.model.features(inputs, exit)
            output = self.model.restored(inputs, self.model.correction(exit - 1, *features))
            return restoration_loss([output], targets, **options) + self.imitation.loss(inputs, features)

    def train_step(self, inputs: torch.Tensor, targets: torch.Tensor, qualities: torch.Tensor) -> torch.Tensor:
        options = self.config["optimiser"]
        rate = learning_rate(self.progress(), self.config["schedule"]["warmup"], options["learning_rate"])
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group["factor"]
        inputs = inputs.to(self.device, non_blocking=True, memory_format=torch.channels_last)
        targets = targets.to(self.device, non_blocking=True)
        loss = self.imitation_loss(inputs, targets) if self.imitation else self.exits_loss(inputs, targets, qualities)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.replicas.average_gradients(
            itertools.chain(self.model.parameters(), self.joint.gates.parameters() if self.joint else [])
        )
        nn.utils.clip_grad_norm_(self.model.parameters(), options["clip"])
        self.optimiser.step()
        # A fresh average follows the weights closely, so that it forgets the initial ones.
        decay = min(options["ema"], (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.ema.parameters()), list(self.model.parameters()), 1 - decay)
            if self.joint:
                self.joint.average(decay)
        self.step += 1
        return loss.detach()

    def log(self, **values: object) -> None:
        if not self.replicas.is_first:
            return
        entry = {"step": self.step, "elapsed": round(self.elapsed, 1), **values}
        with open(self.folder / "log.jsonl", "a") as file:
            file.write(json.dumps(entry) + "\n")
        print(json.dumps(entry), flush=True)

    def validate(self, images: list[np.ndarray]) -> None:
        """Gain of every exit over the input in dB per quality, grey and colour."""
        if not self.replicas.is_first:
            return
        qualities = self.config["log"]["validation_qualities"]
        for name, grey in (("luma", True), ("rgb", False)):
            means = mean_psnr(self.ema, images, qualities, grey)
            gains = np.round(means[:, 1:] - means[:, :1], 3)
            self.log(channel=name, gains={q: row.tolist() for q, row in zip(qualities, gains)})

    def run(self, batches: Batches, validation: list[np.ndarray], workers: int, stop_after: float) -> None:
        """Train until the budget is used up, or for `stop_after` seconds."""
        if self.progress() >= 1:
            return
        options = self.config["log"]
        loader = DataLoader(
            batches,
            batch_size=None,
            sampler=StepsFrom(self.step),
            num_workers=workers,
            pin_memory=self.device.type == "cuda",
        )
        stop_at = self.elapsed + stop_after
        last_save = last_validation = self.elapsed
        losses: list[torch.Tensor] = []
        mark, logged = time.monotonic(), time.monotonic()
        for batch in loader:
            losses.append(self.train_step(*batch))
            now = time.monotonic()
            self.elapsed = self.replicas.mean(self.elapsed + now - mark)
            mark = now
            finished = self.progress() >= 1
            stops = finished or self.elapsed >= stop_at
            if len(losses) == options["every_steps"]:
                pixels = len(losses) * batches.batch * batches.patch**2 * self.replicas.count
                self.log(
                    loss=round(torch.stack(losses).mean().item(), 6),
                    lr=round(self.optimiser.param_groups[0]["lr"], 7),
                    megapixels_per_second=round(pixels / 1e6 / (now - logged), 3),
                )
                losses, logged = [], now
            if stops or self.elapsed - last_save >= options["checkpoint_seconds"]:
                self.save()
                last_save = self.elapsed
            if finished or self.elapsed - last_validation >= options["validate_seconds"]:
                self.validate(validation)
                last_validation = self.elapsed
            if stops:
                return


def prepare_folder(folder: Path, config_path: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "checkpoint.pt").exists():
        raise SystemExit(f"{folder} holds a run already: continue it with --resume or choose another folder")
    shutil.copyfile(config_path, folder / "config.toml")
    (folder / "environment.json").write_text(json.dumps(environment(), indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder of this run: configuration, checkpoint, log")
    parser.add_argument("--config", type=Path, help="configuration of a new run")
    parser.add_argument("--start", type=Path, help="checkpoint whose averaged weights a new run starts from")
    parser.add_argument("--teacher", type=Path, help="checkpoint whose averaged weights a stage imitates")
    parser.add_argument("--resume", action="store_true", help="continue the run in the folder")
    parser.add_argument("--train", type=Path, nargs="+", required=True, help="folders of training images")
    parser.add_argument("--validation", type=Path, required=True, help="folder of validation images")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, help="torch threads on the CPU")
    parser.add_argument("--bfloat16", action="store_true", help="on a CPU too (with AVX512-BF16: twice as fast)")
    parser.add_argument("--workers", type=int, default=0, help="processes that make batches")
    parser.add_argument("--stop-after", type=float, default=math.inf, help="seconds; continue later with --resume")
    arguments = parser.parse_args()
    if arguments.resume == (arguments.config is not None):
        parser.error("give --config for a new run, or --resume")
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    replicas = Replicas(arguments.device)
    device = replicas.device
    if not arguments.resume and replicas.is_first:
        prepare_folder(arguments.run, arguments.config)
    replicas.wait()
    config = tomllib.loads((arguments.run / "config.toml").read_text())

    start = checkpoint.load_ema(arguments.start) if arguments.start else None
    teacher = checkpoint.load_ema(arguments.teacher) if arguments.teacher else None
    trainer = Trainer(config, arguments.run, device, start, arguments.bfloat16, replicas, teacher)
    if arguments.resume:
        trainer.resume()
    data = config["data"]
    source = CropSource.from_folders(
        arguments.train, downscale_share=data["downscale_share"], max_downscale=data["max_downscale"]
    )
    batches = Batches(
        source, Degradation(**config["degradation"]), data["patch"], data["batch"], config["seed"], replicas.rank
    )
    paths = list_images(arguments.validation)[: config["log"]["validation_images"]]
    trainer.run(batches, [load_rgb(p) for p in paths], arguments.workers, arguments.stop_after)
    replicas.close()


if __name__ == "__main__":
    main()
