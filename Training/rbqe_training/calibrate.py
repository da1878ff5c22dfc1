"""Exit thresholds of the assessor policy, chosen on validation images.

The policy stops at the first exit k (0: the input) whose score Q(y_k) >= T_k. The thresholds maximise the mean of
gain - lambda * cost over images and qualities: gain in dB of RGB-PSNR (capped at 50), colour 4:2:0; cost as the share
of the last exit's multiply-accumulates.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from torch import nn

from .assessor import score
from .checkpoint import load_ema
from .data import list_images, load_rgb
from .degradation import to_levels, to_pixels
from .evaluate import degrade, parse_qualities, psnr, run_exits
from .export import ALWAYS, NEVER, macs_per_pixel

QUALITIES = "10,20,30,40,50,60,70,80,85,90,95,98,none"


def measure(model: nn.Module, images: list[np.ndarray], qualities: list[int | None]) -> tuple[np.ndarray, np.ndarray]:
    """(scores [samples, exits] of exits 0 ... N-1, gains in dB [samples, exits + 1] of exits 0 ... N)."""
    scores, gains = [], []
    for rgb in images:
        for quality in qualities:
            reference, planes = degrade(rgb, quality, grey=False)
            outputs = run_exits(model, planes)
            values = [psnr(to_pixels(out, 3), reference) for out in outputs]
            gains.append(np.array(values) - values[0])
            scores.append([score(to_levels(out[0])) for out in outputs[:-1]])
    return np.array(scores), np.array(gains)


def chosen_exits(scores: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """The exit that the policy takes, per sample."""
    stops = scores >= thresholds
    return np.where(stops.any(axis=1), stops.argmax(axis=1), scores.shape[1])


def optimise(scores: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Thresholds with the largest mean of values[sample, chosen exit]: coordinate ascent from several starts."""
    samples, exits = scores.shape
    candidates = [np.r_[ALWAYS, np.unique(scores[:, k]), NEVER] for k in range(exits)]

    def objective(thresholds: np.ndarray) -> float:
        return float(values[np.arange(samples), chosen_exits(scores, thresholds)].mean())

    best, best_value = np.full(exits, NEVER), -np.inf
    for start in (0.0, 0.25, 0.5, 0.75, 1.0):
        thresholds = np.array([np.quantile(scores[:, k], start) for k in range(exits)])
        value = -np.inf
        while objective(thresholds) > value:
            value = objective(thresholds)
            for k in reversed(range(exits)):
                trials = np.repeat(thresholds[None], len(candidates[k]), axis=0)
                trials[:, k] = candidates[k]
                thresholds = max(trials, key=objective)
        if value > best_value:
            best, best_value = thresholds, value
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path, help="a checkpoint of train.py")
    parser.add_argument("folder", type=Path, help="validation images, never trained or tested on")
    parser.add_argument("--out", type=Path, required=True, help="JSON for `export --thresholds`")
    parser.add_argument("--lambda", dest="weight", type=float, default=0.1, help="dB that the whole network may cost")
    parser.add_argument("--qualities", type=parse_qualities, default=QUALITIES)
    parser.add_argument("--every", type=int, default=1, help="take every so manyth image")
    parser.add_argument("--images", default="CID22 validation part", help="what the images are, for the model file")
    arguments = parser.parse_args()

    model = load_ema(arguments.checkpoint)
    images = [load_rgb(path) for path in list_images(arguments.folder)[:: arguments.every]]
    scores, gains = measure(model, images, arguments.qualities)
    costs = np.array([0, *macs_per_pixel(model)])
    shares = costs / costs[-1]
    thresholds = optimise(scores, gains - arguments.weight * shares)
    chosen = chosen_exits(scores, thresholds)
    qualities = ",".join(str(quality or "none") for quality in arguments.qualities)
    result = {
        "assessor": {
            "variant": "evidence",
            "block": 8,
            "values": [round(float(t), 6) for t in thresholds],
            "lambda": arguments.weight,
            "calibrated_on": f"{arguments.images} ({len(images)} images), 4:2:0, QF {qualities}",
        }
    }
    arguments.out.write_text(json.dumps(result, indent=2) + "\n")

    print(json.dumps(result))
    print("| QF | gain of the policy | of the last exit | mean cost | taken exits 0 ... N |\n|---|---|---|---|---|")
    picked = gains[np.arange(len(gains)), chosen]
    for index, quality in enumerate([*arguments.qualities, "all"]):
        rows = np.s_[:] if quality == "all" else np.s_[index :: len(arguments.qualities)]
        counts = np.bincount(chosen[rows], minlength=len(costs))
        print(
            f"| {quality or 'none'} | {picked[rows].mean():+.3f} | {gains[rows, -1].mean():+.3f} "
            f"| {shares[chosen[rows]].mean():.2f} | {' '.join(map(str, counts))} |"
        )


if __name__ == "__main__":
    main()
