"""What decides where to stop, chosen by what the program itself measured on validation images.

    rbqe evaluate --reference $DATA/validation/CID22 --qualities 5,10,...,98,none --model uncalibrated.onnx \
        --policy oracle --records jpeg.jsonl     # and with --as-png, with and without --no-constraint, and in colour
    python -m rbqe_training.calibrate jpeg.jsonl png.jsonl ... --out thresholds.json

For each price (dB that the whole network must bring for its cost) what is chosen maximises the mean of gain - price *
cost, gain with PSNR capped at 50 dB, cost as the share of the last exit's multiply-accumulates. Gates: a forecast of
what later exits add, in which a price needs no parameter, and of inputs of which nothing is known the least that they
must expect, where a dB that a picture loses counts 1 + `--harm` times. `--gates-also` adds records for gates alone,
such as of hard cases that would decide everything for the others. The assessor: thresholds of the exits 0 ... N-1, at
or above which it leaves. The window's half width and the epsilon of saturation are the best at the default price.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .evaluate import PSNR_CAP
from .forecast import Decisions, Doubt, Forecast, first_exits

TOUCHED = 0.1  # dB that it counts to change a picture that is as good as its original, which the cap would hide
UNTOUCHED = 0.95  # share of such pictures that are left alone
# The first exit brings most of the gain for a small part of the cost, so whatever is expected of a picture above this
# share of the price pays twice.
EARNED = 0.6
# Rules for inputs in doubt: see `Doubt`. Few pictures decide which rule brings most. So what the second gate must stay
# below is lowered a little, and of the rules that bring nearly as much the one is taken that doubts most inputs: to
# leave a ruined picture alone loses more than a stage in vain costs.
LEASTS = [0.5, 0.6, 0.7, 0.8, 0.9]
REMAININGS = np.arange(0.3, 1, 0.05)
SAFETY = 0.9
NEARLY = 0.9
PRICES = [0.0, 0.03, 0.06, 0.1, 0.15, 0.22, 0.3, 0.4, 0.55, 0.75, 1.0, 1.4, 2.0, 3.0, 5.0, 9.0, 20.0]
# Gates have more, since costs jump where most pictures take the next exit.
GATE_PRICES = sorted({*PRICES, *np.geomspace(0.02, 2, 49).round(3).tolist()})
HALF_WIDTHS = [0.0, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0]


@dataclass
class Measured:
    """What the program measured, one picture a row."""

    gains: np.ndarray  # [n, exits + 1] in dB, of the exits 0 ... N over the input
    shares: np.ndarray  # [exits + 1] of the last exit's cost; what asking on the way costs is left out
    estimates: np.ndarray | None  # [n, exits] in dB, of the gates; None: the network has none
    qualities: np.ndarray  # [n] that JPEG files tell; nan: nothing is known
    colours: np.ndarray  # [n]: whether the picture has any
    lossless: np.ndarray  # [n]: whether it was never compressed
    spotless: np.ndarray  # [n]: whether it was not, or its PSNR is above the cap: there is nothing to gain
    scores: np.ndarray  # [n, exits] of the assessor
    changes: np.ndarray  # [n, exits]: what saturation looks at; nan at the exits 0 and 1

    @classmethod
    def read(cls, paths: list[Path]) -> Measured:
        records = [json.loads(line) for path in paths for line in path.read_text().splitlines()]
        runs = [r for r in records if r.get("kind") == "run"]
        models = {r["model_hash"] for r in runs}
        records = [r for r in records if r.get("kind") == "evaluation" and r["status"] == "measured"]
        if any("constraint" not in r.get("options", {}) for r in runs):
            raise SystemExit("records of versions that didn't write what gates were told")
        if len(models) > 1 or not records:
            raise SystemExit(f"{', '.join(map(str, paths))}: must hold measurements, of one model")
        psnrs = np.array([[PSNR_CAP if v is None else min(PSNR_CAP, v) for v in r["psnr"]] for r in records])
        spotless = psnrs[:, 0] == PSNR_CAP
        gains = psnrs - psnrs[:, :1]
        gains[spotless, 1:] -= TOUCHED
        costs = np.array([r["macs_per_pixel"] for r in records])
        exits = costs.shape[1] - 1
        return cls(
            gains=gains,
            shares=np.mean(costs / costs[:, -1:], axis=0),
            estimates=np.array([r["gain_estimates"] for r in records]) if "gain_estimates" in records[0] else None,
            qualities=np.array([r.get("told_quality") or np.nan for r in records], dtype=float),
            colours=np.array([r.get("channels", {"luma": 1, "rgb": 3}[r["channel"]]) == 3 for r in records]),
            lossless=np.array([r["psnr"][0] is None for r in records]),
            spotless=spotless,
            scores=np.array([r["scores"][:exits] for r in records], dtype=float),
            changes=np.array([r["changes"][:exits] for r in records], dtype=float),
        )

    @property
    def asked(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What decisions look at."""
        return self.estimates, self.qualities, self.colours

    def worth(self, harm: float) -> np.ndarray:
        """Gains, a lost dB counting 1 + harm times."""
        return self.gains + harm * np.minimum(self.gains, 0)


def chosen_exits(estimates: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """The exit that is taken, per sample: the first whose estimate is below its threshold."""
    return first_exits(estimates < thresholds)


def window_exits(margins: np.ndarray, best: np.ndarray, half_width: float) -> np.ndarray:
    """The exit that the window policy takes, per sample, from what `Decisions.outlook` says."""
    first = first_exits(np.abs(margins) > half_width)
    inside = first == margins.shape[1]
    place = np.arange(len(margins)), np.where(inside, 0, first)
    return np.where(inside, margins.shape[1], np.where(margins[place] < 0, first, best[place]))


def saturated_exits(changes: np.ndarray, epsilon: float) -> np.ndarray:
    """The exit that the saturation policy takes, per sample."""
    return first_exits(np.nan_to_num(changes, nan=np.inf) < epsilon)


def candidates(estimates: np.ndarray, count: int = 160) -> np.ndarray:
    """Thresholds worth trying, the last of them above all estimates: nothing goes on."""
    grid = np.unique(np.quantile(estimates, np.linspace(0, 1, count)))
    return np.append(grid, grid[-1] + 0.01)


def best_of(scores: np.ndarray) -> int:
    """The place of the best; of equals the middle one, which lies farthest from where decisions change."""
    top = np.flatnonzero(scores >= scores.max() - 1e-6)
    return int(top[len(top) // 2])


def optimise(estimates: np.ndarray, values: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Thresholds with the largest mean of values[sample, chosen exit]: coordinate ascent from a start."""
    grids = [candidates(column) for column in estimates.T]
    thresholds, best = start.copy(), -np.inf
    while objective(estimates, values, thresholds) > best + 1e-9:
        best = objective(estimates, values, thresholds)
        for exit in range(estimates.shape[1]):
            trials = np.repeat(thresholds[None], len(grids[exit]) + 1, axis=0)
            trials[1:, exit] = grids[exit]
            thresholds = trials[best_of(np.array([objective(estimates, values, trial) for trial in trials]))]
    return thresholds


def objective(estimates: np.ndarray, values: np.ndarray, thresholds: np.ndarray) -> float:
    return mean_value(values, chosen_exits(estimates, thresholds))


def mean_value(values: np.ndarray, chosen: np.ndarray) -> float:
    """The mean of values[sample, chosen exit]."""
    return float(values[np.arange(len(values)), chosen].mean())


def input_thresholds(
    measured: Measured, forecast: Forecast, in_colour: bool, harm: float = 0, most: float = np.inf
) -> list[float]:
    """For every price of gates what they must expect of inputs of which nothing is known, never falling as it rises.

    It is so much that pictures as good as their originals are left alone, but for a few, as far as `most` allows it.

    most: dB, the most that this is, or what `EARNED` times the price says if that is more: a picture of which more is
    expected is never left alone. Pictures that gates are wrong about would decide that otherwise, at the expense of
    ruined ones that are rare among those measured.
    """
    blind = np.isnan(measured.qualities) & (measured.colours == in_colour)
    if not (blind & measured.lossless).any():
        raise ValueError(f"needs {'colour' if in_colour else 'grey'} pictures without any loss (--qualities ...,none)")
    grid = candidates(measured.estimates[blind, 0])
    clean = float(np.quantile(measured.estimates[blind & measured.spotless, 0], UNTOUCHED, method="higher")) + 1e-3
    decisions = Decisions(forecast, measured.shares, [])
    result: list[float] = []
    for price in GATE_PRICES:
        values = (measured.worth(harm) - price * measured.shares)[blind]
        point = {"tau": price, "input": -np.inf, "color_input": -np.inf}  # all of them go on from the input
        leaves = decisions.margins(*(part[blind] for part in measured.asked), point) < 0
        going = first_exits(leaves)
        kept, gained = values[:, 0], values[np.arange(len(values)), going]
        tried = grid[grid < max(most, EARNED * price)]
        tried = np.append(tried, max(most, EARNED * price)) if len(tried) < len(grid) else tried
        scores = [np.where(measured.estimates[blind, 0] < promised, kept, gained).mean() for promised in tried]
        found = max(float(tried[best_of(np.array(scores))]), min(clean, tried[-1]))
        result.append(max(found, result[-1]) if result else found)
    return result


def doubt_of(measured: Measured, decisions: Decisions, points: list[dict], tau: float, harm: float = 0) -> Doubt | None:
    """The rule for inputs in doubt that brings most at the price tau, or nearly so, and at no price lets a picture go
    on that has no loss; None if no rule brings anything."""
    if measured.estimates.shape[1] < 2:
        return None  # there is no second gate
    blind = np.isnan(measured.qualities)
    asked = [part[blind] for part in measured.asked]
    clean = [part[blind & measured.lossless] for part in measured.asked]
    values, costs = measured.worth(harm)[blind], tau * measured.shares
    default = next(point for point in points if point["tau"] == tau)

    def taken(doubt: Doubt | None, pictures: list[np.ndarray], point: dict) -> tuple[np.ndarray, np.ndarray]:
        return Decisions(decisions.forecast, decisions.shares, [], doubt).taken(*pictures, point)

    def value(doubt: Doubt | None) -> float:
        exits, ran = taken(doubt, asked, default)
        return float((values[np.arange(len(values)), exits] - costs[ran]).mean())

    alone = [taken(None, clean, point)[0] == 0 for point in points]
    without, found = value(None), {}  # what the best rule of each least brings, and the rule
    for least in LEASTS:
        for remaining in REMAININGS:
            rules = [Doubt(least, round(share * float(remaining), 3)) for share in (1, SAFETY)]
            if any(
                (taken(rule, clean, point)[0][left] > 0).any() for rule in rules for point, left in zip(points, alone)
            ):
                continue
            gain = value(rules[0]) - without
            if gain > found.get(least, (1e-9, None))[0]:
                found[least] = gain, rules[1]
    best = max((gain for gain, _ in found.values()), default=0)
    return next((rule for gain, rule in found.values() if gain >= NEARLY * best), None)


def assessor_thresholds(measured: Measured, harm: float = 0) -> list[np.ndarray]:
    """Thresholds of the score for every price."""
    estimates = -measured.scores  # the larger, the worse
    result = []
    for price in PRICES:
        values = measured.worth(harm) - price * measured.shares
        # One ascent ends where it began if scores say little, so there are several.
        starts = [np.quantile(estimates, share, axis=0) for share in (0, 0.25, 0.5, 0.75, 1)]
        exits = estimates.shape[1]
        starts += [np.where(np.arange(exits) >= exit, np.inf, -np.inf) for exit in range(exits + 1)]
        found = [optimise(estimates, values, start) for start in starts]
        result.append(-max(found, key=lambda thresholds: objective(estimates, values, thresholds)).clip(-2, 2))
    return result


def row(measured: Measured, price: float, chosen: dict, exits: np.ndarray, ran: np.ndarray | None = None) -> dict:
    """What stands in the file for a price, and what it takes and gains on the pictures measured. ran: the exits up to
    which the network runs, if they are others than those that are taken."""
    gains = measured.gains[np.arange(len(exits)), exits]
    left = exits[measured.spotless & np.isnan(measured.qualities)] == 0
    return {
        "tau": price,
        **chosen,
        "share": round(float(measured.shares[exits if ran is None else ran].mean()), 4),
        "gain": round(float(gains.mean()), 4),
        "least": round(float(gains.min()), 4),
        "untouched": round(float(left.mean()), 3) if len(left) else None,
    }


def calibrate(
    measured: Measured,
    tau: float,
    harm: float,
    most: Sequence[float],
    images: str,
    of_gates: Measured | None = None,
) -> dict[str, dict]:
    """Of every policy what the model file holds, and for the eye what every point gains.

    most: of grey, of colour. of_gates: what gates, and they alone, are calibrated on, if that is something else.
    """
    table = [
        row(measured, price, {"values": [round(float(t), 4) for t in found]}, chosen_exits(-measured.scores, -found))
        for price, found in zip(PRICES, assessor_thresholds(measured, harm))
    ]
    result = {
        "assessor": {
            "variant": "evidence",
            "block": 8,
            "values": table[PRICES.index(tau)]["values"],
            "lambda": tau,
            "points": table,
            "calibrated_on": f"{images}, {len(measured.gains)} pictures",
        },
    }
    known = np.unique(measured.changes[~np.isnan(measured.changes)])
    if len(known):
        values = measured.worth(harm) - tau * measured.shares
        epsilons = np.append(np.quantile(known, np.linspace(0, 1, 200)), known[-1] + 0.01)
        best = max(epsilons, key=lambda e: mean_value(values, saturated_exits(measured.changes, e)))
        result["saturation"] = {"epsilon": round(float(best), 4)}
    of_gates = of_gates or measured
    if of_gates.estimates is not None:
        result |= calibrated_gates(of_gates, tau, harm, most, f"{images}, {len(of_gates.gains)} pictures")
    return result


def calibrated_gates(
    measured: Measured, tau: float, harm: float, most: Sequence[float], images: str
) -> dict[str, dict]:
    """What gates decide by, and the window over them."""
    try:
        forecast = Forecast.fit(measured.estimates, measured.gains, measured.qualities, measured.colours)
        grey, colour = (
            input_thresholds(measured, forecast, in_colour, harm, most[in_colour]) for in_colour in (False, True)
        )
    except ValueError as error:
        raise SystemExit(f"gates: {error}") from error
    decisions = Decisions(forecast, measured.shares, [])
    promises = [
        {"input": round(grey[place], 4), "color_input": round(colour[place], 4)} for place in range(len(GATE_PRICES))
    ]
    points = [{"tau": price, **chosen} for price, chosen in zip(GATE_PRICES, promises)]
    # Doubt is the same for a window of any width.
    default = decisions.outlook(*measured.asked, points[GATE_PRICES.index(tau)])
    decisions.doubt = doubt_of(measured, decisions, points, tau, harm)
    table = [
        row(measured, price, chosen, *decisions.taken(*measured.asked, point))
        for price, chosen, point in zip(GATE_PRICES, promises, points)
    ]
    values = measured.worth(harm) - tau * measured.shares
    half_width = max(HALF_WIDTHS, key=lambda w: mean_value(values, window_exits(*default, w)))
    gate = {"tau": tau, "points": table, "forecast": forecast.json(), "calibrated_on": images}
    if decisions.doubt:
        gate["doubt"] = decisions.doubt.json()
    return {"gate": gate, "window": {"half_width": half_width}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path, nargs="+", help="records of `rbqe evaluate` on validation images")
    parser.add_argument(
        "--gates-also", type=Path, nargs="+", default=[], metavar="RECORDS", help="more records, for gates alone"
    )
    parser.add_argument("--out", type=Path, required=True, help="JSON for `export --thresholds`")
    parser.add_argument("--tau", type=float, default=0.15, choices=PRICES, help="the default price")
    parser.add_argument("--harm", type=float, default=2.0, help="a dB that a picture loses counts 1 + HARM times")
    parser.add_argument(
        "--most",
        type=float,
        nargs=2,
        default=(0.86, 0.97),
        metavar=("GREY", "COLOUR"),
        help="dB, what inputs must promise at most at low prices",
    )
    parser.add_argument("--images", default="CID22 validation part", help="what the images are, for the model file")
    arguments = parser.parse_args()
    measured = Measured.read(arguments.records)
    of_gates = Measured.read(arguments.records + arguments.gates_also) if arguments.gates_also else measured
    result = calibrate(measured, arguments.tau, arguments.harm, arguments.most, arguments.images, of_gates)
    for policy in ("assessor", "gate"):
        table = result.get(policy, {}).get("points", [])
        print(f"{policy}\n| tau | asked for | cost | gain | least | good ones untouched |\n|---|---|---|---|---|---|")
        for entry in table:
            chosen = " ".join(map(str, entry.get("values") or [entry["input"], entry["color_input"]]))
            gain, least, untouched = (entry.pop(name) for name in ("gain", "least", "untouched"))
            print(f"| {entry['tau']} | {chosen} | {entry['share']:.3f} | {gain:+.3f} | {least:+.2f} | {untouched} |")
    print({name: value for name, value in result.items() if name not in ("assessor", "gate")})
    if "gate" in result:
        print({"doubt": result["gate"].get("doubt")})
    arguments.out.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
