#!/usr/bin/env python3
"""What the coefficient constraint is worth, and how far results lie from the original: an independent model of it, in
float64, around a network.

Pictures are coded here (libjpeg's colour conversion, chroma means and tables; rounding to nearest, or by a rule like
trellis quantisation), decoded without rounding, enhanced by ONNX Runtime, held to their coefficients, and compared with
the original: with each coefficient clamped to its interval, and where it is expected in there (docs/jpeg.md).

    Scripts/measure_constraint.py FOLDER --kind grey,420 --quality 10,50,90,98 --limit 8
    Scripts/measure_constraint.py FOLDER --kind grey --quality 50,75,90 --rule trellis
    Scripts/measure_constraint.py FOLDER --kind grey --quality 10,50,90 --edges repeated
        looks only at blocks that the picture's edge cuts; `--edges cut`: of files that were cut out of larger ones
    Scripts/measure_constraint.py FOLDER --kind 420,444 --quality 5,10,20,30,40,50,60,70,80,90,95,98 --limit 20 \
        --model NETWORK.onnx --fit errors.json
        fits how far results lie from the original, for `python -m rbqe_training.export --errors`

Needs numpy, scipy, Pillow and onnxruntime.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image
from scipy.fft import dctn, idctn
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parents[1]
sys.path += [str(ROOT / "Tests" / "ImagingTests"), str(ROOT / "Training")]
import make_coefficient_fixtures as fixtures  # noqa: E402

from rbqe_training.coefficients import ErrorLaw, expected  # noqa: E402

TO_RGB = np.array([[1, 0, 1.402], [1, -0.344136286, -0.714136286], [1, 1.772, 0]])
MIDDLE = np.array([0, 128, 128.0])[:, None, None]
SIDE = 384
# How the program tells that a file doesn't repeat its picture's edge: multiples of half a step.
REPETITION = 4
FIT_BLOCKS = 150  # of a component of a picture


class Network:
    def __init__(self, path: Path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(path), options)
        self.properties = self.session.get_modelmeta().custom_metadata_map
        self.outputs = [output.name for output in self.session.get_outputs() if output.name.startswith("exit_")]

    def laws(self) -> list[list[ErrorLaw]] | None:
        """Of every exit the laws of luma and chroma, as the file states them."""
        if "coefficient_errors" not in self.properties:
            return None
        stated = json.loads(self.properties["coefficient_errors"])
        return [[ErrorLaw(*luma), ErrorLaw(*chroma)] for luma, chroma in zip(stated["luma"], stated["chroma"])]

    def exits(self, planes: np.ndarray) -> list[np.ndarray]:
        """Levels [1 or 3, H, W] at every exit, from levels."""
        height, width = planes.shape[1:]
        grey = np.full((3 - len(planes), height, width), 128.0)
        image = np.pad(np.concatenate([planes, grey]) / 255, ((0, 0), (0, -height % 8), (0, -width % 8)), mode="edge")
        results = self.session.run(self.outputs, {"image": image.astype(np.float32)[None]})
        return [255 * result[0, : len(planes), :height, :width].astype(np.float64) for result in results]


def stored_planes(rgb: np.ndarray) -> np.ndarray:
    """libjpeg's YCbCr, whole levels."""
    red, green, blue = (rgb[..., channel].astype(np.int64) for channel in range(3))
    half, centre = 1 << 15, (128 << 16) + (1 << 15) - 1
    return np.stack([
        (19595 * red + 38470 * green + 7471 * blue + half) >> 16,
        (-11059 * red - 21709 * green + 32768 * blue + centre) >> 16,
        (32768 * red - 27439 * green - 5329 * blue + centre) >> 16,
    ])  # fmt: skip


def padded(plane: np.ndarray, ratio: int) -> np.ndarray:
    height, width = plane.shape
    return np.pad(plane, ((0, -height % (8 * ratio)), (0, -width % (8 * ratio))), mode="edge")


def means(plane: np.ndarray, ratio: int) -> np.ndarray:
    height, width = plane.shape
    return plane.reshape(height // ratio, ratio, width // ratio, ratio).mean((1, 3))


class Coded:
    """A picture's quantised coefficients."""

    def __init__(self, planes: np.ndarray, quality: int, ratio: int, rule):
        self.size = planes.shape[1:]
        self.ratios = [1] + [ratio] * (len(planes) - 1)
        tables = [fixtures.scaled(fixtures.LUMA, quality), fixtures.scaled(fixtures.CHROMA, quality)]
        self.tables = [tables[min(index, 1)].astype(np.float64) for index in range(len(planes))]
        self.values = []
        for plane, ratio, table in zip(planes, self.ratios, self.tables):
            own = means(padded(plane.astype(np.float64), ratio), ratio)
            # libjpeg rounds halves of means up and down in turn.
            own = np.floor(own + np.where(np.arange(own.shape[1]) % 2, 0.5, 0.25)) if ratio > 1 else own
            self.values.append(rule(dctn(fixtures.blocks_of(own) - 128, axes=(2, 3), norm="ortho") / table))

    def decoded(self) -> np.ndarray:
        height, width = self.size
        result = []
        for values, table, ratio in zip(self.values, self.tables, self.ratios):
            plane = (fixtures.plane_of(idctn(values * table, axes=(2, 3), norm="ortho")) + 128).clip(0, 255)
            own = plane[: -(-height // ratio), : -(-width // ratio)]
            result.append(fixtures.widened(own, (ratio, ratio))[:height, :width])
        return np.stack(result)

    def cut_to(self, height: int, width: int) -> None:
        """Leaves blocks and parts of blocks away, without coding anything again."""
        self.size = (height, width)
        for index, ratio in enumerate(self.ratios):
            self.values[index] = self.values[index][: -(-height // (8 * ratio)), : -(-width // (8 * ratio))]

    def is_cut(self) -> np.ndarray:
        """Pixels of luma blocks that the edge cuts."""
        rows, columns = (np.arange(length) >= length // 8 * 8 for length in self.size)
        return rows[:, None] | columns[None, :]

    def away(self, planes: np.ndarray, only_repeats: bool = False) -> list[np.ndarray]:
        """Of each component how far the coefficients of a picture lie from the stored ones."""
        result = []
        for plane, values, table, ratio in zip(planes, self.values, self.tables, self.ratios):
            own = means(padded(plane, ratio), ratio)
            height, width = (-(-length // ratio) for length in self.size)
            file = (fixtures.plane_of(idctn(values * table, axes=(2, 3), norm="ortho")) + 128).clip(0, 255)
            rest = ((0, file.shape[0] - height), (0, file.shape[1] - width))
            beyond = fixtures.blocks_of(file - np.pad(file[:height, :width], rest, mode="edge"))
            is_other = (np.abs(dctn(beyond, axes=(2, 3), norm="ortho")) > REPETITION / 2 * table).any((2, 3))
            if not only_repeats:
                own = own + fixtures.plane_of(beyond * is_other[..., None, None])
            result.append(dctn(fixtures.blocks_of(own) - 128, axes=(2, 3), norm="ortho") - values * table)
        return result

    def held(self, planes: np.ndarray, laws: list[ErrorLaw] | None, only_repeats: bool = False) -> np.ndarray:
        """The picture, clamped, or with laws (luma, chroma) where it is expected."""
        result = planes.copy()
        for index, away in enumerate(self.away(planes, only_repeats)):
            values, table, ratio = self.values[index], self.tables[index], self.ratios[index]
            if laws:
                change = expected(away, table / 2, laws[min(index, 1)].spans(values, table)) - away
            else:
                change = away.clip(-table / 2, table / 2) - away
            spread = fixtures.plane_of(idctn(change, axes=(2, 3), norm="ortho")).repeat(ratio, 0).repeat(ratio, 1)
            result[index] += spread[: result.shape[1], : result.shape[2]]
        return result


def psnr(planes: np.ndarray, original: np.ndarray, where: np.ndarray) -> float:
    """Against grey levels, or RGB ones."""
    shown = planes if len(planes) == 1 else np.einsum("ij,jhw->ihw", TO_RGB, planes - MIDDLE)
    return 10 * np.log10(255**2 / np.mean((shown.clip(0, 255) - original)[:, where] ** 2))


def pictures(folder: Path, limit: int) -> list[Path]:
    paths = sorted(p for p in folder.iterdir() if p.suffix in {".png", ".webp"})
    return paths[:: max(1, len(paths) // limit)][:limit]


def part(path: Path, height: int = SIDE, width: int = SIDE) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))[:height, :width]


def coded(rgb: np.ndarray, kind: str, quality: int, rule) -> tuple[Coded, np.ndarray, np.ndarray]:
    """A picture's coefficients, its planes as they were coded, and what a result is compared with."""
    stored = stored_planes(rgb)
    stored = stored[:1] if kind == "grey" else stored
    original = stored.astype(np.float64) if kind == "grey" else rgb.astype(np.float64).transpose(2, 0, 1)
    return Coded(stored, quality, 2 if kind == "420" else 1, rule), stored, original


def fit(paths: list[Path], kinds: list[str], qualities: list[int], network: Network, rule) -> dict[str, list]:
    """Of luma and of chroma a law for every exit: those with the least mean logarithm of the squared error."""
    # By (exit, is chroma), then by (kind, quality): away, truth, spans with a scale and exponents of their own.
    samples: dict[tuple[int, int], dict[tuple[str, int], list]] = {}
    random = np.random.default_rng(1)
    for path in paths:
        for kind in kinds:
            for quality in qualities:
                file, stored, _ = coded(part(path), kind, quality, rule)
                truth = file.away(stored.astype(np.float64))
                for number, planes in enumerate(network.exits(file.decoded()), start=1):
                    for index, away in enumerate(file.away(planes)):
                        own = samples.setdefault((number, min(index, 1)), {}).setdefault((kind, quality), [])
                        chosen = random.permutation(away.shape[0] * away.shape[1])[:FIT_BLOCKS]
                        blocks = [a.reshape(-1, 8, 8)[chosen] for a in (away, truth[index], file.values[index])]
                        own.append((*blocks, file.tables[index]))
    laws: dict[str, list] = {"luma": [], "chroma": []}
    for (number, is_chroma), by_file in sorted(samples.items()):
        joined = [[np.concatenate(column) for column in list(zip(*own))[:3]] + [own[0][3]] for own in by_file.values()]

        def mean_error(parameters: np.ndarray, joined: list = joined) -> float:
            law = ErrorLaw(np.exp(parameters[0]), *parameters[1:])
            errors = [
                np.mean((expected(away, table / 2, law.spans(values, table)) - truth) ** 2)
                for away, truth, values, table in joined
            ]
            return float(np.mean(np.log(errors)))

        start = np.array([0.5, 0.5, 0.3]) + np.vstack([np.zeros(3), np.diag([0.5, -0.2, 0.2])])
        options = {"initial_simplex": start, "xatol": 0.01, "fatol": 1e-5}
        found = minimize(mean_error, start[0], method="Nelder-Mead", options=options)
        law = [round(float(v), 3) for v in (np.exp(found.x[0]), *found.x[1:])]
        laws["chroma" if is_chroma else "luma"].append(law)
        print(f"exit {number}, {'chroma' if is_chroma else 'luma'}: {law}", file=sys.stderr, flush=True)
    return laws


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path, help="folder of lossless images")
    parser.add_argument("--kind", default="420", help="grey, 420, 444, separated by commas")
    parser.add_argument("--quality", default="10,50,90", help="JPEG qualities, separated by commas")
    parser.add_argument("--rule", choices=["nearest", "trellis"], default="nearest", help="how the encoder rounds")
    parser.add_argument("--edges", choices=["repeated", "cut"], help="look at blocks across the edge only")
    parser.add_argument("--limit", type=int, default=5, help="images, evenly chosen")
    parser.add_argument("--model", type=Path, default=ROOT / "Sources" / "CModels" / "models" / "fast.onnx")
    parser.add_argument("--fit", type=Path, help="measure no gains, but fit laws of the errors and write them as JSON")
    arguments = parser.parse_args()
    paths = pictures(arguments.pictures, arguments.limit)
    network = Network(arguments.model)
    rule = np.rint if arguments.rule == "nearest" else fixtures.trellis
    kinds, qualities = arguments.kind.split(","), [int(text) for text in arguments.quality.split(",")]
    if arguments.fit:
        arguments.fit.write_text(json.dumps(fit(paths, kinds, qualities, network, rule), indent=2) + "\n")
        return
    laws = network.laws()
    ways = {"clamped": (None, False)} | ({"expected": (laws, False)} if laws else {})
    if arguments.edges:
        ways |= {f"{name}, always repeated": (own, True) for name, (own, _) in ways.items()}
    print("gain over no constraint in dB: mean, least\n| kind | QF | exit | " + " | ".join(ways) + " |")
    print("|" + "---|" * (3 + len(ways)))
    for kind in kinds:
        for quality in qualities:
            gains: dict[int, list[list[float]]] = {}
            for index, path in enumerate(paths):
                # Sizes of which the last blocks have one to eight samples.
                size = (SIDE - index % 8, SIDE - (3 * index + 2) % 8) if arguments.edges else (SIDE, SIDE)
                rgb = part(path, *(size if arguments.edges == "repeated" else ()))
                file, _, original = coded(rgb, kind, quality, rule)
                if arguments.edges == "cut":
                    height, width = min(size[0], rgb.shape[0]), min(size[1], rgb.shape[1])
                    file.cut_to(height, width)
                    original = original[:, :height, :width]
                where = file.is_cut() if arguments.edges else np.ones(file.size, bool)
                if not where.any():
                    continue
                exits = network.exits(file.decoded())
                for number in (1, len(exits)):
                    planes = exits[number - 1]
                    free = psnr(planes, original, where)
                    held = [
                        psnr(file.held(planes, own[number - 1] if own else None, only), original, where) - free
                        for own, only in ways.values()
                    ]
                    gains.setdefault(number, []).append(held)
            for number, rows in gains.items():
                cells = [f"{column.mean():+.3f}, {column.min():+.3f}" for column in np.array(rows).T]
                print(f"| {kind} | {quality} | {number} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
