"""What each later exit would add, from all that the gates said so far and, where it is known, the JPEG quality.

Linear in a few terms, as `GainForecast` of the program computes it: with g_0 ... g_k the estimates so far, in dB, held
to the range that was seen, 1, g_j, g_i g_j (j <= i), and where the quality 100 q is known besides max(0, q - c) for the
`KNOTS` c and q g_j, and at the input of a colour picture the same of `COLOR_KNOTS`: at the highest qualities colour
still gains from what lost its resolution, grey nothing. A gate that expects less than any did that was seen is
believed: what it lacks is taken off. Fitted to what the program measured, by least absolute errors (least squares,
weighted again and again): a few pictures that gain or lose much would rule otherwise.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

KNOTS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
COLOR_KNOTS = (0.9, 0.95)
RIDGE = 0.03  # of the number of pictures; terms have a standard deviation of 1
SMALL = 0.03  # dB: smaller errors count by their square
ROUNDS = 6
CAUTION = 1.5  # at the input: there to expect too much makes a picture worse that could have stayed as it was
SEEN = (0.5, 99.5)  # percentiles of the estimates between which terms are held


def terms(estimates: np.ndarray, qualities: np.ndarray | None, colours: np.ndarray) -> np.ndarray:
    """[n, terms] of [n, k + 1] estimates, [n] qualities, 1...100, and [n] whether pictures have colours."""
    known = estimates.shape[1]
    products = [estimates[:, i] * estimates[:, j] for i in range(known) for j in range(i + 1)]
    columns = [np.ones(len(estimates)), *estimates.T, *products]
    if qualities is not None:
        share = qualities / 100
        columns += [np.maximum(share - knot, 0) for knot in KNOTS] + [share * column for column in estimates.T]
        if known == 1:
            columns += [colours * np.maximum(share - knot, 0) for knot in COLOR_KNOTS]
    return np.stack(columns, 1)


def fitted(values: np.ndarray, wanted: np.ndarray, caution: float = 1.0) -> np.ndarray:
    """Weights [terms] with which [n, terms] comes near to [n]. caution: what it counts to come out above, relative to
    below."""
    middle, scale = values.mean(0), values.std(0) + 1e-9
    middle[0], scale[0] = 0, 1  # the constant
    values = (values - middle) / scale
    weights = np.ones(len(values))
    for _ in range(ROUNDS):
        ridge = RIDGE * weights.sum() * np.eye(values.shape[1])
        ridge[0, 0] = 0
        weighted = values * weights[:, None]
        found = np.linalg.solve(weighted.T @ values + ridge, weighted.T @ wanted)
        errors = wanted - values @ found
        weights = np.where(errors < 0, caution, 1) / (SMALL + np.abs(errors))
    found = found / scale
    found[0] -= found @ middle
    return found


@dataclass
class Rule:
    """Of files that tell their quality, or of images of which nothing is known."""

    low: np.ndarray  # [exits], dB
    high: np.ndarray
    weights: list[np.ndarray]  # for each exit k [later exits, terms]

    @classmethod
    def fit(cls, estimates: np.ndarray, gains: np.ndarray, qualities: np.ndarray | None, colours: np.ndarray) -> Rule:
        """estimates: [n, exits]; gains: [n, exits + 1] over the input, in dB."""
        low, high = np.percentile(estimates, SEEN, axis=0)
        rule = cls(low, high, [])
        for exit in range(estimates.shape[1]):
            values = terms(rule.held(estimates[:, : exit + 1]), qualities, colours)
            later = (gains[:, exit + 1 :] - gains[:, exit : exit + 1]).T
            caution = CAUTION if exit == 0 else 1.0
            rule.weights.append(np.stack([fitted(values, wanted, caution) for wanted in later]))
        return rule

    def held(self, estimates: np.ndarray) -> np.ndarray:
        known = estimates.shape[1]
        return np.clip(estimates, self.low[:known], self.high[:known])

    def gains(self, estimates: np.ndarray, qualities: np.ndarray | None, colours: np.ndarray) -> np.ndarray:
        """[n, later exits]: what they add to exit k, from [n, k + 1] estimates."""
        exit = estimates.shape[1] - 1
        lacking = np.maximum(0, self.low[exit] - estimates[:, exit])
        return terms(self.held(estimates), qualities, colours) @ self.weights[exit].T - lacking[:, None]

    def json(self) -> dict:
        def rounded(values: np.ndarray) -> list:
            return [float(f"{value:.6g}") for value in values]

        weights = [[rounded(row) for row in exit] for exit in self.weights]
        return {"low": rounded(self.low), "high": rounded(self.high), "weights": weights}

    @classmethod
    def from_json(cls, value: dict) -> Rule:
        weights = [np.array(exit) for exit in value["weights"]]
        return cls(np.array(value["low"]), np.array(value["high"]), weights)


@dataclass
class Forecast:
    told: Rule
    blind: Rule

    @classmethod
    def fit(cls, estimates: np.ndarray, gains: np.ndarray, qualities: np.ndarray, colours: np.ndarray) -> Forecast:
        """qualities: [n], of files that tell theirs; nan: nothing is known. colours: [n], whether there are any."""
        known = ~np.isnan(qualities)
        if known.all() or not known.any():
            raise ValueError("needs JPEG files, and pictures of which nothing is known (--as-png --no-constraint)")
        return cls(
            Rule.fit(estimates[known], gains[known], qualities[known], colours[known]),
            Rule.fit(estimates[~known], gains[~known], None, colours[~known]),
        )

    def gains(self, estimates: np.ndarray, qualities: np.ndarray, colours: np.ndarray) -> np.ndarray:
        """[n, later exits] from [n, k + 1] estimates."""
        known = ~np.isnan(qualities)
        result = self.blind.gains(estimates, None, colours)
        result[known] = self.told.gains(estimates[known], qualities[known], colours[known])
        return result

    def json(self) -> dict:
        knots = {"knots": list(KNOTS), "color_knots": list(COLOR_KNOTS)}
        return knots | {"told": self.told.json(), "blind": self.blind.json()}


@dataclass
class Doubt:
    """When an input of which nothing is known is tried, and taken back if the first stage speaks against it."""

    least: float  # that the gate of the input must expect, as a share of what is asked
    remaining: float  # what the gate of exit 1 must stay below, as a share of what that of the input expected

    def json(self) -> dict:
        return {"least": self.least, "remaining": self.remaining}


def first_exits(leaves: np.ndarray) -> np.ndarray:
    """The first exit that is left at, or the last, from [n, exits]."""
    return np.where(leaves.any(axis=1), leaves.argmax(axis=1), leaves.shape[1])


def thresholds_of(data: bytes) -> dict:
    """What an ONNX file holds to decide by, as `calibrate` writes it."""
    text = data.decode("latin-1")
    return json.JSONDecoder().raw_decode(text[text.index("{", text.index("thresholds")) :])[0]


@dataclass
class Decisions:
    """What a model file holds of its gates. Results are PNG files here: nothing is lost by writing them."""

    forecast: Forecast
    shares: np.ndarray  # [exits + 1]: cost of the exits 0 ... N, as shares of the last one's
    points: list[dict]  # by price: tau, input, color_input, share
    doubt: Doubt | None = None

    @classmethod
    def of_model(cls, data: bytes, shares: np.ndarray) -> Decisions:
        """Of an ONNX file."""
        gate = thresholds_of(data)["gate"]
        if (gate["forecast"]["knots"], gate["forecast"].get("color_knots")) != (list(KNOTS), list(COLOR_KNOTS)):
            raise ValueError("the file's forecast has other terms")
        told, blind = (Rule.from_json(gate["forecast"][kind]) for kind in ("told", "blind"))
        doubt = Doubt(gate["doubt"]["least"], gate["doubt"]["remaining"]) if "doubt" in gate else None
        return cls(Forecast(told, blind), shares, gate["points"], doubt)

    def margins(self, estimates: np.ndarray, qualities: np.ndarray, colours: np.ndarray, point: dict) -> np.ndarray:
        return self.outlook(estimates, qualities, colours, point)[0]

    def outlook(
        self, estimates: np.ndarray, qualities: np.ndarray, colours: np.ndarray, point: dict
    ) -> tuple[np.ndarray, np.ndarray]:
        """[n, exits] each, of [n, exits] estimates: by how much what is expected of going on is above what is asked
        (below 0 the policy leaves), and the exit that is worth most. colours: [n], whether a picture has any."""
        columns = []
        for exit in range(estimates.shape[1]):
            gains = self.forecast.gains(estimates[:, : exit + 1], qualities, colours)
            worth = gains - point["tau"] * (self.shares[exit + 1 :] - self.shares[exit])
            columns.append((worth.max(axis=1), exit + 1 + worth.argmax(axis=1)))
        margins, best = (np.stack(part, 1) for part in zip(*columns))
        lacking = estimates[:, 0] - self.asked(colours, point)
        tried = self.tried(estimates, qualities, colours, point)
        margins[:, 0] = np.where(np.isnan(qualities), np.where(tried, 0, lacking), margins[:, 0])
        return margins, best

    @staticmethod
    def asked(colours: np.ndarray, point: dict) -> np.ndarray:
        """[n]: what gates must expect of inputs of which nothing is known."""
        return np.where(colours, point["color_input"], point["input"])

    def tried(self, estimates: np.ndarray, qualities: np.ndarray, colours: np.ndarray, point: dict) -> np.ndarray:
        """[n]: of which inputs there is doubt. The least that the first stage must bring must be worth its cost."""
        if self.doubt is None or len(self.shares) < 3:
            return np.zeros(len(estimates), bool)
        asked = self.asked(colours, point)
        enough = estimates[:, 0] >= self.doubt.least * asked
        enough &= (1 - self.doubt.remaining) * estimates[:, 0] >= point["tau"] * self.shares[1]
        return np.isnan(qualities) & (estimates[:, 0] < asked) & enough

    def taken(
        self, estimates: np.ndarray, qualities: np.ndarray, colours: np.ndarray, point: dict
    ) -> tuple[np.ndarray, np.ndarray]:
        """[n] each, of [n, exits] estimates: the exit that is taken, and the one up to which the network runs."""
        ran = first_exits(self.margins(estimates, qualities, colours, point) < 0)
        if self.doubt is None or estimates.shape[1] < 2:
            return ran, ran
        back = self.tried(estimates, qualities, colours, point) & (ran > 0)
        back &= ~(estimates[:, 1] < self.doubt.remaining * estimates[:, 0])
        return np.where(back, 0, ran), np.where(back, 1, ran)

    def path(
        self,
        estimates: list[float | None],
        quality: float | None,
        is_colour: bool,
        point: dict,
        is_sample: bool = False,
    ) -> tuple[int, int]:
        """Of one image the exit that is taken, at the latest that whose gate wasn't asked, and the one up to which the
        network runs to decide. is_sample: it runs on a sample, and no further than exit 1; then the exit is that which
        the forecast there names."""
        asked = estimates.index(None) if None in estimates else len(estimates)
        if not asked:
            return 0, 0
        known = np.array([estimates[:asked]], dtype=float)
        qualities = np.array([np.nan if quality is None else quality])
        exits, ran = self.taken(known, qualities, np.array([is_colour]), point)
        if is_sample and asked > 1 and ran[0] > 1:
            return int(self.outlook(known, qualities, np.array([is_colour]), point)[1][0, 1]), 1
        return int(exits[0]), int(ran[0])

    def exit(self, estimates: list[float | None], quality: float | None, is_colour: bool, point: dict) -> int:
        return self.path(estimates, quality, is_colour, point)[0]
