#!/usr/bin/env python3
"""Which margin the coefficient constraint should have: an independent model of it, in float64, around the shipped
network.

Pictures are coded here (libjpeg's colour conversion, chroma means and tables; rounding to nearest, or by a rule like
trellis quantisation), decoded without rounding, enhanced by ONNX Runtime, projected with several margins, and compared
with the original.

    Scripts/measure_margin.py FOLDER --kind grey,420 --quality 10,50,90,98 --margin 0,0.25,0.5,1 --limit 8
    Scripts/measure_margin.py FOLDER --kind grey --quality 50,75,90 --rule trellis
    Scripts/measure_margin.py FOLDER --kind grey --quality 10,50,90 --margin 0 --edges repeated
        looks only at blocks that the picture's edge cuts; `--edges cut`: of files that were cut out of larger ones

Needs numpy, scipy, Pillow and onnxruntime.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image
from scipy.fft import dctn, idctn

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests" / "ImagingTests"))
import make_coefficient_fixtures as fixtures  # noqa: E402

TO_RGB = np.array([[1, 0, 1.402], [1, -0.344136286, -0.714136286], [1, 1.772, 0]])
MIDDLE = np.array([0, 128, 128.0])[:, None, None]
SIDE = 384
# How the program tells that a file doesn't repeat its picture's edge: multiples of half a step.
REPETITION = 4


class Network:
    def __init__(self, path: Path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(path), options)
        self.outputs = [output.name for output in self.session.get_outputs() if output.name.startswith("exit_")]

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

    def projected(self, planes: np.ndarray, margin: float, only_repeats: bool = False) -> np.ndarray:
        result = planes.copy()
        for plane, values, table, ratio in zip(result, self.values, self.tables, self.ratios):
            own = means(padded(plane, ratio), ratio)
            height, width = (-(-length // ratio) for length in self.size)
            file = (fixtures.plane_of(idctn(values * table, axes=(2, 3), norm="ortho")) + 128).clip(0, 255)
            rest = ((0, file.shape[0] - height), (0, file.shape[1] - width))
            beyond = fixtures.blocks_of(file - np.pad(file[:height, :width], rest, mode="edge"))
            is_other = (np.abs(dctn(beyond, axes=(2, 3), norm="ortho")) > REPETITION / 2 * table).any((2, 3))
            if not only_repeats:
                own = own + fixtures.plane_of(beyond * is_other[..., None, None])
            away = dctn(fixtures.blocks_of(own) - 128, axes=(2, 3), norm="ortho") - values * table
            change = away.clip(-table / 2 - margin, table / 2 + margin) - away
            spread = fixtures.plane_of(idctn(change, axes=(2, 3), norm="ortho")).repeat(ratio, 0).repeat(ratio, 1)
            plane += spread[: plane.shape[0], : plane.shape[1]]
        return result


def psnr(planes: np.ndarray, original: np.ndarray, where: np.ndarray) -> float:
    """Against grey levels, or RGB ones."""
    shown = planes if len(planes) == 1 else np.einsum("ij,jhw->ihw", TO_RGB, planes - MIDDLE)
    return 10 * np.log10(255**2 / np.mean((shown.clip(0, 255) - original)[:, where] ** 2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path, help="folder of lossless images")
    parser.add_argument("--kind", default="420", help="grey, 420, 444, separated by commas")
    parser.add_argument("--quality", default="10,50,90", help="JPEG qualities, separated by commas")
    parser.add_argument("--margin", default="0,0.25,0.5,1", help="margins, separated by commas")
    parser.add_argument("--rule", choices=["nearest", "trellis"], default="nearest", help="how the encoder rounds")
    parser.add_argument("--edges", choices=["repeated", "cut"], help="look at blocks across the edge only")
    parser.add_argument("--limit", type=int, default=5, help="images, evenly chosen")
    parser.add_argument("--model", type=Path, default=ROOT / "Sources" / "CModels" / "models" / "fast.onnx")
    arguments = parser.parse_args()
    paths = sorted(p for p in arguments.pictures.iterdir() if p.suffix in {".png", ".webp"})
    paths = paths[:: max(1, len(paths) // arguments.limit)][: arguments.limit]
    network = Network(arguments.model)
    rule = np.rint if arguments.rule == "nearest" else fixtures.trellis
    margins = [float(text) for text in arguments.margin.split(",")]
    columns = [f"m = {m:g}" for m in margins] + (["m = 0, always repeated"] if arguments.edges else [])
    print("gain over no constraint in dB: mean, least\n| kind | QF | exit | " + " | ".join(columns) + " |")
    print("|" + "---|" * (3 + len(columns)))
    for kind in arguments.kind.split(","):
        for quality in map(int, arguments.quality.split(",")):
            gains: dict[int, list[list[float]]] = {}
            for index, path in enumerate(paths):
                # Sizes of which the last blocks have one to eight samples.
                height, width = (SIDE - index % 8, SIDE - (3 * index + 2) % 8) if arguments.edges else (SIDE, SIDE)
                rgb = np.asarray(Image.open(path).convert("RGB"))[:SIDE, :SIDE]
                rgb = rgb[:height, :width] if arguments.edges == "repeated" else rgb
                stored = stored_planes(rgb)
                stored = stored[:1] if kind == "grey" else stored
                original = stored.astype(np.float64) if kind == "grey" else rgb.astype(np.float64).transpose(2, 0, 1)
                coded = Coded(stored, quality, 2 if kind == "420" else 1, rule)
                if arguments.edges == "cut":
                    coded.cut_to(height, width)
                    original = original[:, :height, :width]
                where = coded.is_cut() if arguments.edges else np.ones(coded.size, bool)
                if not where.any():
                    continue
                exits = network.exits(coded.decoded())
                for number in (1, len(exits)):
                    free = psnr(exits[number - 1], original, where)
                    held = [psnr(coded.projected(exits[number - 1], m), original, where) - free for m in margins]
                    if arguments.edges:
                        held.append(psnr(coded.projected(exits[number - 1], 0, True), original, where) - free)
                    gains.setdefault(number, []).append(held)
            for number, rows in gains.items():
                cells = [f"{column.mean():+.3f}, {column.min():+.3f}" for column in np.array(rows).T]
                print(f"| {kind} | {quality} | {number} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
