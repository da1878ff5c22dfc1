"""Thresholds of the gates for every price of computing, and the parameters of the policies beside them.

    rbqe evaluate --reference $DATA/validation/CID22 --qualities 5,10,...,98,none --model uncalibrated.onnx \
        --policy oracle --records jpeg.jsonl     # and with --as-png, and with --channel rgb
    python -m rbqe_training.calibrate_gates jpeg.jsonl png.jsonl ... --into thresholds.json --out thresholds.json

Reads what the program itself measured: PSNR and gain estimates at every exit. For each price (dB that the whole network
must bring for its cost) the thresholds tau_0 ... tau_{N-1} maximise the mean of gain - price * cost, gain with PSNR
capped at 50 dB, cost as the share of the last exit's multiply-accumulates. A dB that a picture loses counts 1 +
`--harm` times.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from .evaluate import PSNR_CAP

TOUCHED = 0.1  # dB that it counts to change a picture without any loss, which the cap would hide
# The first exit brings most of the gain for a fourth of the cost, so whatever is expected of a picture above this share
# of the price pays twice.
EARNED = 0.6
PRICES = [0.0, 0.03, 0.06, 0.1, 0.15, 0.22, 0.3, 0.4, 0.55, 0.75, 1.0, 1.4, 2.0, 3.0, 5.0, 9.0, 20.0]


def read(paths: list[Path]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(estimates [n, exits], gains [n, exits + 1], shares [exits + 1] of going to an exit and asking on the way)."""
    estimates, gains, shares = [], [], []
    for path in paths:
        for line in path.read_text().splitlines():
            record = json.loads(line)
            if record.get("kind") != "evaluation" or record["status"] != "measured":
                continue
            psnr = np.array([PSNR_CAP if value is None else min(PSNR_CAP, value) for value in record["psnr"]])
            estimates.append(record["gain_estimates"])
            gains.append(psnr - psnr[0])
            if record["psnr"][0] is None:
                gains[-1][1:] -= TOUCHED
            shares.append(np.array(record["macs_per_pixel"]) / record["macs_per_pixel"][-1])
    return np.array(estimates), np.array(gains), np.mean(shares, axis=0)


def chosen_exits(estimates: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """The exit that the gates take, per sample."""
    leaves = estimates < thresholds
    return np.where(leaves.any(axis=1), leaves.argmax(axis=1), estimates.shape[1])


def optimise(
    estimates: np.ndarray, values: np.ndarray, start: np.ndarray, most: float = np.inf, candidates: int = 160
) -> np.ndarray:
    """Thresholds with the largest mean of values[sample, chosen exit]: coordinate ascent from a start.

    most: the largest threshold of the input.
    """
    grids = [np.unique(np.quantile(column, np.linspace(0, 1, candidates))) for column in estimates.T]
    if grids[0][-1] > most:
        grids[0] = np.append(grids[0][grids[0] < most], most)
    rows = np.arange(len(estimates))

    def objective(thresholds: np.ndarray) -> float:
        return float(values[rows, chosen_exits(estimates, thresholds)].mean())

    thresholds, best = start.copy(), -np.inf
    while objective(thresholds) > best + 1e-9:
        best = objective(thresholds)
        for exit in range(estimates.shape[1]):
            trials = np.repeat(thresholds[None], len(grids[exit]) + 1, axis=0)
            trials[1:, exit] = grids[exit]
            scores = [objective(trial) for trial in trials]
            top = np.flatnonzero(np.array(scores) >= max(scores) - 1e-6)
            # Of equals the middle one, which lies farthest from where decisions change.
            thresholds = trials[top[len(top) // 2]]
    return thresholds


def points(
    estimates: np.ndarray, gains: np.ndarray, shares: np.ndarray, harm: float = 0, most: float = np.inf
) -> list[dict]:
    """A point for every price, thresholds never falling as the price rises.

    harm: how much more a lost dB counts. most: dB, the largest threshold of the input, or what `EARNED` times the price
    says if that is more: a picture of which more is expected is never left alone. Pictures that gates are wrong about
    would decide that otherwise, at the expense of ruined ones that are rare among those measured.
    """
    worth = gains + harm * np.minimum(gains, 0)
    result: list[dict] = []
    thresholds = np.zeros(estimates.shape[1])
    for price in PRICES:
        found = optimise(estimates, worth - price * shares, thresholds, max(most, EARNED * price))
        thresholds = np.maximum(found, thresholds) if result else found
        chosen = chosen_exits(estimates, thresholds)
        result.append(
            {
                "tau": price,
                "values": [round(float(t), 4) for t in thresholds],
                "share": round(float(shares[chosen].mean()), 4),
                "gain": round(float(gains[np.arange(len(gains)), chosen].mean()), 4),
                "least": round(float(gains[np.arange(len(gains)), chosen].min()), 4),
            }
        )
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path, nargs="+", help="records of `rbqe evaluate` on validation images")
    parser.add_argument("--into", type=Path, help="thresholds of other policies to keep")
    parser.add_argument("--out", type=Path, required=True, help="JSON for `export --thresholds`")
    parser.add_argument("--tau", type=float, default=0.15, help="the default price")
    parser.add_argument("--harm", type=float, default=2.0, help="a dB that a picture loses counts 1 + HARM times")
    parser.add_argument("--most", type=float, default=0.45, help="dB, the input's largest threshold at low prices")
    parser.add_argument("--half-width", type=float, default=0.1, help="of the window policy, in dB")
    parser.add_argument("--epsilon", type=float, default=0.15, help="of the saturation policy")
    parser.add_argument("--images", default="CID22 validation part", help="what the images are, for the model file")
    arguments = parser.parse_args()
    estimates, gains, shares = read(arguments.records)
    result = json.loads(arguments.into.read_text()) if arguments.into else {}
    found = points(estimates, gains, shares, arguments.harm, arguments.most)
    result["gate"] = {
        "tau": arguments.tau,
        "points": [{key: point[key] for key in ("tau", "values", "share")} for point in found],
        "calibrated_on": f"{arguments.images}, {len(gains)} pictures",
    }
    result["window"] = {"half_width": arguments.half_width}
    result["saturation"] = {"epsilon": arguments.epsilon}
    arguments.out.write_text(json.dumps(result, indent=2) + "\n")
    print("| tau | thresholds | cost | gain | least |\n|---|---|---|---|---|")
    for point in found:
        values = " ".join(map(str, point["values"]))
        print(f"| {point['tau']} | {values} | {point['share']:.3f} | {point['gain']:+.3f} | {point['least']:+.2f} |")


if __name__ == "__main__":
    main()
