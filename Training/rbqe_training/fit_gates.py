"""Fit gates to a frozen network: one command from a checkpoint to a checkpoint that also holds gates.

    python -m rbqe_training.fit_gates runs/gates --config configs/gates.toml --network runs/fast/checkpoint.pt \
        --errors errors.json --train $DATA/train --validation $DATA/validation/CID22

Crops and what the network makes of them are kept in the run's folder; the same command goes on where it was
interrupted. The figures at the end are of crops of the validation images.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from . import checkpoint
from .coefficients import ErrorLaw
from .data import CropSource
from .degradation import Degradation
from .gate_data import LEVELS, GateData, Taps, shards
from .models import gates_for
from .models.gates import Gates
from .train import learning_rate

# What a checkpoint has of gates.
GATES = ("gates", "gates_fit")


def tells(qualities: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """[B]: whether the file tells its quality."""
    return known & (qualities > 0)


def file_facts(qualities: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """[B, FILE_FACTS] as the program gives them."""
    told = tells(qualities, known).float()
    qualities = qualities.float().clamp(1, 100)
    step = torch.where(qualities < 50, 50 / qualities, 2 - qualities / 50)
    return torch.stack([told, told * step.clamp_min(0.01).log2() / 4], 1)


def estimates(
    gates: Gates, data: GateData, rows: np.ndarray, known: np.ndarray, mirror: Sequence[int] = ()
) -> torch.Tensor:
    """[rows, exits]: the gates' estimates. mirror: axes along which the input is mirrored; of what the exits make of
    it, means are the same either way."""
    image = torch.from_numpy(data.images[rows].astype(np.float32) / LEVELS).flip(mirror)
    facts = file_facts(torch.from_numpy(data.qualities[rows]), torch.from_numpy(known))
    seen = gates.look(image)
    columns = [gates.input_gain(seen, facts)]
    for exit in range(1, gates.exits):
        features = torch.from_numpy(data.features[rows, exit - 1].astype(np.float32))
        pooled = gates.pooled(exit, features, is_sampled=True)
        squares = torch.from_numpy(data.squares[rows, exit - 1])
        columns.append(gates.gain(exit, seen, facts, pooled, squares))
    return torch.stack(columns, 1)


def loss_of(
    estimated: torch.Tensor,
    gains: torch.Tensor,
    limits: list[float],
    delta: float,
    caution: float = 1.0,
    told: torch.Tensor | None = None,
) -> torch.Tensor:
    """Huber loss over all exits; gains beyond the limits count as the limits.

    caution: what it counts to expect too much of the input, relative to expecting too little. With more than 1 an
    estimate falls the lower, the less is certain. Not so where a file tells its quality (`told`, [B]): its coefficients
    hold the result. Not so of the exits: of a picture of high quality the first ones are worse than the input, and to
    stop there, because too little was expected, is what harms.
    """
    gains = gains.clamp(*limits)
    losses = F.huber_loss(estimated, gains, delta=delta, reduction="none")
    weights = torch.ones_like(losses)
    careful = estimated[:, 0] > gains[:, 0]
    weights[:, 0] = torch.where(careful if told is None else careful & ~told, caution, 1.0)
    return (losses * weights).mean()


class Fit:
    """Gates on their way."""

    def __init__(self, config: dict, network: nn.Module) -> None:
        torch.manual_seed(config["seed"])
        self.config = config
        self.gates = gates_for(network, config["gates"])
        self.epoch = 0
        options = config["fit"]
        self.optimiser = torch.optim.AdamW(
            self.gates.parameters(), lr=options["learning_rate"], weight_decay=options["weight_decay"]
        )

    def run_epoch(self, data: GateData) -> float:
        """One pass over the data in an order that seed and epoch give; half of the files don't tell their quality."""
        options = self.config["fit"]
        rng = np.random.default_rng([self.config["seed"], 2, self.epoch])
        order, batch = rng.permutation(len(data)), options["batch"]
        gains, held_gains = torch.from_numpy(data.gains), torch.from_numpy(data.held_gains)
        total, self.gates = 0.0, self.gates.train()
        steps = max(1, len(order) // batch)
        for step in range(steps):
            rows = np.sort(order[step * batch : (step + 1) * batch])
            progress = (self.epoch + step / steps) / options["epochs"]
            for group in self.optimiser.param_groups:
                group["lr"] = learning_rate(progress, options["warmup"], options["learning_rate"])
            known = rng.random(len(rows)) < options["known_share"]
            mirror = [axis for axis in (2, 3) if rng.random() < 0.5]
            told = tells(torch.from_numpy(data.qualities[rows]), torch.from_numpy(known))
            loss = loss_of(
                estimates(self.gates, data, rows, known, mirror),
                torch.where(told[:, None], held_gains[rows], gains[rows]),
                options["limits"],
                options["delta"],
                options["caution"],
                told,
            )
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(self.gates.parameters(), options["clip"])
            self.optimiser.step()
            total += loss.item()
        self.epoch += 1
        return total / steps

    def save(self, path: Path, network_state: dict) -> None:
        gates = {"config": self.config["gates"], "state": self.gates.state_dict()}
        checkpoint.save(
            path,
            network_state
            | {"gates": gates, "gates_fit": {"epoch": self.epoch, "optimiser": self.optimiser.state_dict()}},
        )

    def resume(self, state: dict) -> None:
        self.gates.load_state_dict(state["gates"]["state"])
        self.optimiser.load_state_dict(state["gates_fit"]["optimiser"])
        self.epoch = state["gates_fit"]["epoch"]


@torch.inference_mode()
def quality_of_estimates(gates: Gates, data: GateData, known: bool) -> dict[str, list[float]]:
    """Correlation with the true gain and mean error in dB, exit by exit."""
    gates.eval()
    parts = [
        estimates(gates, data, rows, np.full(len(rows), known))
        for rows in np.array_split(np.arange(len(data)), max(1, len(data) // 64))
    ]
    gains = np.where(known & (data.qualities > 0)[:, None], data.held_gains, data.gains).clip(-2, 4)
    estimated = torch.cat(parts).numpy()
    return {
        "correlation": [round(float(np.corrcoef(e, g)[0, 1]), 3) for e, g in zip(estimated.T, gains.T)],
        "mean_error": [round(float(np.abs(e - g).mean()), 3) for e, g in zip(estimated.T, gains.T)],
    }


def check_origin(run: Path, network: nn.Module, config: dict, errors: Path | None) -> None:
    """Stops where a run's folder holds crops that were made with something else."""
    digest = hashlib.sha256()
    for name, value in network.state_dict().items():
        digest.update(name.encode() + value.cpu().contiguous().numpy().tobytes())
    origin = {
        "network": digest.hexdigest(),
        "errors": hashlib.sha256(errors.read_bytes()).hexdigest() if errors else None,
        "config": {name: config[name] for name in ("seed", "data", "degradation")},
        "stride": config["gates"]["stride"],
    }
    origin = json.loads(json.dumps(origin))
    path = run / "made-from.json"
    if path.exists() and json.loads(path.read_text()) != origin:
        raise SystemExit(f"{run} holds crops of another network, errors or configuration: name another folder")
    path.write_text(json.dumps(origin, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="folder of this run: crops, checkpoint, log")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--network", type=Path, required=True, help="checkpoint whose averaged weights are frozen")
    parser.add_argument(
        "--errors", type=Path, help="what Scripts/measure_constraint.py --fit wrote: results are held to JPEG files"
    )
    parser.add_argument("--train", type=Path, nargs="+", required=True, help="folders of training images")
    parser.add_argument("--validation", type=Path, required=True, help="folder of validation images")
    parser.add_argument(
        "--device", default="cuda" if torch.cuda.is_available() else "cpu", help="of the frozen network"
    )
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    config = tomllib.loads(arguments.config.read_text())
    arguments.run.mkdir(parents=True, exist_ok=True)
    network = checkpoint.load_ema(arguments.network)
    check_origin(arguments.run, network, config, arguments.errors)
    taps = Taps(network, arguments.device, arguments.threads)
    data = config["data"]
    laws = [ErrorLaw(*law) for law in json.loads(arguments.errors.read_text())["luma"]] if arguments.errors else []

    def made(name: str, seed: int, count: int, folders: list[Path]) -> GateData:
        source = CropSource.from_folders(
            folders, downscale_share=data["downscale_share"], max_downscale=data["max_downscale"]
        )
        parts: list[GateData] = []
        for part in shards(
            arguments.run / name,
            seed,
            count,
            data["per_shard"],
            size=data["patch"],
            source=source,
            degradation=Degradation(**config["degradation"]),
            taps=taps,
            stride=config["gates"]["stride"],
            laws=laws,
        ):
            parts.append(part)
            print(f"{name}: {sum(map(len, parts))} of {count} crops", flush=True)
        return GateData.joined(parts)

    validation = made("validation-crops", config["seed"] + 1, data["validation_crops"], [arguments.validation])
    train = made("train-crops", config["seed"], data["crops"], arguments.train)
    fit, path = Fit(config, network), arguments.run / "checkpoint.pt"
    if path.exists():
        state = checkpoint.load(path)
        fit.resume(state)
    else:
        # Gates that were fitted before, in the network's own checkpoint, are not those that are fitted now.
        state = {key: value for key, value in checkpoint.load(arguments.network).items() if key not in GATES}
    while fit.epoch < config["fit"]["epochs"]:
        loss = fit.run_epoch(train)
        fit.save(path, state)
        if fit.epoch % 5 and fit.epoch < config["fit"]["epochs"]:
            continue
        entry = {"epoch": fit.epoch, "loss": round(loss, 5)}
        for name, known in (("blind", False), ("informed", True)):
            entry[name] = quality_of_estimates(fit.gates, validation, known)
        with open(arguments.run / "log.jsonl", "a") as log:
            log.write(json.dumps(entry) + "\n")
        print(json.dumps(entry), flush=True)


if __name__ == "__main__":
    main()
