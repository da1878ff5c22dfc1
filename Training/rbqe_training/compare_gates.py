"""Compares gates, each with the network that it belongs to, on the same crops of validation images.

    python -m rbqe_training.compare_gates fitted.pt joint.pt --config configs/gates.toml --crops /tmp/crops \
        --validation $DATA/validation/CID22

Nothing is told of any file. Printed are what the last exit gains over the input; the correlation of the estimates at
every exit with what the best later one adds; and how much more than the random mix of exits they gain at equal cost,
where an image goes on as long as the estimate exceeds a price for the cost that is left.
"""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path

import numpy as np
import torch

from . import checkpoint
from .data import CropSource
from .degradation import Degradation
from .export import macs_per_pixel
from .fit_gates import estimates, quality_of_estimates
from .forecast import first_exits
from .gate_data import GateData, Taps, shards

COSTS = (0.3, 0.5, 0.7)
PRICES = np.concatenate([np.linspace(-1, 1, 80), np.geomspace(1, 30, 60)])


def upper_hull(points: list[tuple[float, float]]) -> np.ndarray:
    """[n, 2] of (cost, gain), the points that no mix of others beats."""
    hull: list[tuple[float, float]] = []
    for x, y in sorted(points):
        while len(hull) > 1:
            (a, b), (c, d) = hull[-2:]
            if (d - b) * (x - a) > (y - b) * (c - a):
                break
            hull.pop()
        hull.append((x, y))
    return np.array(hull)


def above_chance(estimated: np.ndarray, psnrs: np.ndarray, shares: np.ndarray) -> list[float]:
    """dB above the random mix of exits at `COSTS`, from [n, exits] estimates and [n, exits + 1] figures."""
    gains = psnrs - psnrs[:, :1]
    points = set()
    for price in PRICES:
        exits = first_exits(estimated < price * (1 - shares[:-1]))
        points.add((float(shares[exits].mean()), float(gains[np.arange(len(exits)), exits].mean())))
    own = np.array(sorted(points))
    chance = upper_hull(list(zip(shares.tolist(), gains.mean(0).tolist())))
    return [round(float(np.interp(c, *own.T) - np.interp(c, *chance.T)), 3) for c in COSTS]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", type=Path, nargs="+", help="networks with gates")
    parser.add_argument("--config", type=Path, required=True, help="what the crops are like: that of fit_gates")
    parser.add_argument("--crops", type=Path, required=True, help="folder for them")
    parser.add_argument("--validation", type=Path, required=True, help="folder of validation images")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    config = tomllib.loads(arguments.config.read_text())
    data = config["data"]
    source = CropSource.from_folders(
        [arguments.validation], downscale_share=data["downscale_share"], max_downscale=data["max_downscale"]
    )
    print("| gates | last exit | correlation | above the random mix |\n|---|---|---|---|")
    for path in arguments.checkpoints:
        network = checkpoint.load_ema(path)
        gates = checkpoint.load_gates(path, network)
        crops = GateData.joined(
            list(
                shards(
                    arguments.crops / f"{path.resolve().parent.name}-{path.stem}",
                    config["seed"] + 1,
                    data["validation_crops"],
                    data["per_shard"],
                    size=data["patch"],
                    source=source,
                    degradation=Degradation(**config["degradation"]),
                    taps=Taps(network, "cpu"),
                    stride=config["gates"]["stride"],
                    laws=[],
                )
            )
        )
        nothing = np.zeros(len(crops), dtype=bool)
        with torch.no_grad():
            estimated = estimates(gates, crops, np.arange(len(crops)), nothing).numpy()
        costs = np.array([0, *macs_per_pixel(network, gates)])
        gained = float((crops.psnrs[:, -1] - crops.psnrs[:, 0]).mean())
        correlation = quality_of_estimates(gates, crops, False)["correlation"]
        chance = above_chance(estimated, crops.psnrs, costs / costs[-1])
        print(f"| {path.stem} | {gained:+.3f} | {correlation} | {chance} |", flush=True)


if __name__ == "__main__":
    main()
