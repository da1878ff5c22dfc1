#!/usr/bin/env python3
"""What deciding tile by tile saves, against one exit for each image: measured from outside; only decisions are those of
`rbqe_training.forecast`.

Compresses every picture (JPEG 4:2:0; `none`: not at all; `20+none`: only its right half), runs `rbqe enhance` to every
exit, and with `--threshold 0` by image and by tile, for the gates' estimates in the records. From those it puts
together what either way gives at any threshold: mean gain in luma PSNR (50 dB at most) and multiply-accumulates as a
share of the last exit's; beside it what tiles would cost if neighbours shared their halos, or had none, and what
oracles would take.

    Scripts/measure_tiles.py PICTURES --mix hard=10,40 --mix archive=70,90 --mix half=20+none --as-png \\
        --model Sources/CModels/models/fast.onnx --rbqe .build/release/rbqe --data tiles.json
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.append(str(Path(__file__).resolve().parents[1] / "Training"))
from rbqe_training.forecast import Decisions  # noqa: E402

PSNR_CAP = 50.0
# As the program has them: sides of the sample's tiles and of their grid, and what exits see of the surroundings.
SAMPLE_SIDE, SAMPLE_GRID, HALO = 256, 64, 72
# What later stages see, beyond a tile, of what each stage makes, in the mean of its convolutions: of fast 1.12.0, whose
# stages have 6, 9, 6 and 6 convolutions of luma.
MARGINS = [58, 43, 27, 15]


def luma(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        red, green, blue = np.moveaxis(np.asarray(image.convert("RGB"), np.float64), 2, 0)
    return np.round(0.299 * red + 0.587 * green + 0.114 * blue)


def errors(picture: np.ndarray, reference: np.ndarray, side: int) -> list[list[float]]:
    """Squared errors of every tile."""
    squares = (picture - reference) ** 2
    rows = np.add.reduceat(squares, range(0, squares.shape[0], side), axis=0)
    return np.add.reduceat(rows, range(0, squares.shape[1], side), axis=1).tolist()


def enhance(rbqe: str, inputs: list[Path], output: Path, options: list[str]) -> list[dict]:
    records = output.with_suffix(".jsonl")
    command = [rbqe, "enhance", *inputs, "-o", f"{output}/", "--format", "png", "--level", "1", "--records", records]
    command += options
    if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        sys.exit(f"failed: {' '.join(map(str, command))}")
    lines = [json.loads(line) for line in records.read_text().splitlines()]
    return [line for line in lines if line["kind"] == "image"]


def measure(pictures: list[Path], quality: str, arguments: argparse.Namespace) -> list[dict]:
    """All that is known of the pictures at a quality."""
    with tempfile.TemporaryDirectory(prefix="measure-tiles-") as name:
        scratch = Path(name)
        degraded = scratch / "degraded"
        degraded.mkdir()
        for path in pictures:
            with Image.open(path) as image:
                picture = image.convert("RGB")
            file = degraded / f"{path.stem}.jpg"
            number, _, rest = quality.partition("+")
            pristine = picture.crop((0, 0, picture.width // 2, picture.height))
            if number != "none":
                picture.save(file, quality=int(number), subsampling="4:2:0")
                picture = Image.open(file).convert("RGB")
            if rest == "none":
                picture.paste(pristine, (0, 0))
            if "none" in quality or arguments.as_png:
                picture.save(file.with_suffix(".png"), compress_level=1)
                file.unlink(missing_ok=True)
        inputs = sorted(degraded.iterdir())
        blind = ["--no-constraint"] if arguments.as_png else []
        deciding = ["--threshold", "0", *blind]
        by_tile = enhance(arguments.rbqe, inputs, scratch / "tile", ["--granularity", "tile", *deciding])
        by_image = enhance(arguments.rbqe, inputs, scratch / "image", deciding)
        count = by_tile[0]["exits"]
        for exit in range(1, count + 1):
            output = scratch / f"exit-{exit}"
            output.mkdir()
            missing = []
            for path, record in zip(inputs, by_image):
                if record["exit"] == exit:
                    (scratch / "image" / f"{path.stem}.png").rename(output / f"{path.stem}.png")
                else:
                    missing.append(path)
            if missing:
                enhance(arguments.rbqe, missing, output, ["--exit", str(exit), *blind])
        results = []
        for index, record in enumerate(by_tile):
            stem, side = Path(record["path"]).stem, record["tile_size"]
            reference = luma(next(path for path in pictures if path.stem == stem))
            images = [next(degraded.glob(f"{stem}.*"))]
            images += [scratch / f"exit-{exit}" / f"{stem}.png" for exit in range(1, count + 1)]
            results.append(
                {
                    "path": stem, "quality": quality, "side": side,
                    "width": record["width"], "height": record["height"],
                    "errors": [errors(luma(image), reference, side) for image in images],
                    "tile_gains": record["tile_gain_estimates"], "gains": by_image[index]["gain_estimates"],
                    "tile_macs": record["macs_per_pixel"], "image_macs": by_image[index]["macs_per_pixel"],
                    "tile_exits": record["tile_exits"], "image_exit": by_image[index]["exit"],
                    "told": record.get("estimated_quality") or record.get("found_quality"),
                }
            )  # fmt: skip
        return results


def costs(rbqe: str, model: Path) -> tuple[np.ndarray, np.ndarray]:
    """Multiply-accumulates a pixel of every exit alone, and of asking the gates up to each, as `rbqe doctor` says them
    of the shipped network that this model file is. What a run records is compared with them."""
    lines = [
        line.strip() for line in subprocess.run([rbqe, "doctor"], capture_output=True, text=True).stdout.splitlines()
    ]
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    start = next((place for place, line in enumerate(lines) if line == f"sha256 {digest}"), None)
    if start is None:
        sys.exit(f"{rbqe} has no network like {model}")

    def numbers(label: str) -> list[int]:
        line = next(line for line in lines[start:] if line.startswith(label))
        return [int(word) for word in line.removeprefix(label).split()]

    return np.array([0, *numbers("each exit alone:")]), np.array(numbers("gates up to each:"))


class Picture:
    """One picture at one quality, whatever is decided about it."""

    def __init__(self, values: dict, exit_costs: np.ndarray, gate_costs: np.ndarray, decisions: Decisions) -> None:
        self.values, self.decisions = values, decisions
        self.width, self.height, self.side = values["width"], values["height"], values["side"]
        self.errors = np.array(values["errors"])
        self.exits, self.rows, self.columns = self.errors.shape
        self.last = exit_costs[-1]
        self.macs = exit_costs / self.last
        self.gates = gate_costs / self.last
        across = [min(self.side, self.width - x) for x in range(0, self.width, self.side)]
        down = [min(self.side, self.height - y) for y in range(0, self.height, self.side)]
        self.areas = np.outer(down, across) / (self.width * self.height)
        wide = [self.seen(x, self.side, self.width) for x in range(0, self.width, self.side)]
        tall = [self.seen(y, self.side, self.height) for y in range(0, self.height, self.side)]
        self.padded = np.outer(tall, wide) / (self.width * self.height)
        across, down = (self.corners(extent) for extent in (self.width, self.height))
        sample = np.outer(
            [self.seen(y, SAMPLE_SIDE, self.height) for y in down],
            [self.seen(x, SAMPLE_SIDE, self.width) for x in across],
        )
        self.sample = sample.sum() / (self.width * self.height)

    @staticmethod
    def seen(start: int, side: int, extent: int) -> int:
        """Pixels that go through the network for a tile, along one side."""
        size = min(extent, start + side + HALO) - max(0, start - HALO)
        return (size + 7) // 8 * 8

    @staticmethod
    def corners(extent: int) -> list[int]:
        corners: list[int] = []
        for index in range(3):
            corner = min(extent - SAMPLE_SIDE, max(0, (2 * index + 1) * extent // 6 - SAMPLE_SIDE // 2))
            corner = corner // SAMPLE_GRID * SAMPLE_GRID
            if not corners or corner >= corners[-1] + SAMPLE_SIDE:
                corners.append(corner)
        return corners

    def psnr(self, exits: np.ndarray) -> float:
        error = np.take_along_axis(self.errors, exits[None], 0).sum() / (self.width * self.height)
        return PSNR_CAP if error == 0 else min(PSNR_CAP, 10 * np.log10(255**2 / error))

    def gain(self, exits: np.ndarray) -> float:
        return self.psnr(exits) - self.psnr(np.zeros_like(exits))

    def everywhere(self, exit: int) -> np.ndarray:
        return np.full((self.rows, self.columns), exit)

    def by_image(self, point: dict) -> tuple[float, float]:
        exit, ran = self.decisions.path(self.values["gains"], self.values["told"], True, point, is_sample=True)
        asked = self.gates[min(ran, self.exits - 2)]
        return self.gain(self.everywhere(exit)), self.sample * asked + self.macs[exit]

    def without_sample(self, point: dict) -> tuple[float, float]:
        exit, ran = self.decisions.path(self.values["gains"], self.values["told"], True, point, is_sample=True)
        return self.gain(self.everywhere(exit)), self.gates[0] + self.macs[max(exit, ran)]

    def tile_exits(self, point: dict) -> np.ndarray:
        """Tiles in doubt are left alone."""
        decisions = dataclasses.replace(self.decisions, doubt=None)
        told = self.values["told"]
        return np.array(
            [[decisions.exit(gains, told, True, point) for gains in row] for row in self.values["tile_gains"]]
        )

    def by_tile(self, point: dict) -> tuple[float, float]:
        exits = self.tile_exits(point)
        return self.gain(exits), self.gates[0] + (self.padded * self.macs[exits]).sum()

    def shared(self, point: dict, unit: int = 8) -> tuple[float, float]:
        """As if neighbours shared what they see of each other, by units of columns and rows."""
        exits, cost = self.tile_exits(point), self.gates[0]
        for stage, margin in enumerate(MARGINS, 1):
            cells = np.zeros((-(-self.height // 8), -(-self.width // unit)), bool)
            for row, column in np.argwhere(exits >= stage):
                y, x = row * self.side, column * self.side
                top, left = max(0, y - margin) // 8, max(0, x - margin) // unit
                cells[top : -(-(y + self.side + margin) // 8), left : -(-(x + self.side + margin) // unit)] = True
            cost += cells.mean() * (self.macs[stage] - self.macs[stage - 1])
        return self.gain(exits), cost

    def without_halo(self, point: dict) -> tuple[float, float]:
        exits = self.tile_exits(point)
        return self.gain(exits), self.gates[0] + (self.areas * self.macs[exits]).sum()

    def oracle_image(self, price: float) -> tuple[float, float]:
        gains = [self.gain(self.everywhere(exit)) for exit in range(self.exits)]
        exit = int(np.argmax(gains - price * self.macs))
        return gains[exit], self.macs[exit]

    def oracle_tile(self, price: float) -> tuple[float, float]:
        pixels = self.width * self.height
        exits = self.everywhere(self.exits - 1)
        for _ in range(4):
            # dB for a change of the squared error, around what was chosen before.
            worth = 10 / np.log(10) / max(np.take_along_axis(self.errors, exits[None], 0).sum(), 0.65 * pixels)
            exits = np.argmin(self.errors * worth + price * self.macs[:, None, None] * self.areas, axis=0)
        return self.gain(exits), (self.areas * self.macs[exits]).sum()


PRICES = [20, 10, 5, 3, 2, 1.5, 1, 0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08, 0.05, 0.03, 0.02, 0.01, 0.005, 0.002, 0]
WAYS = ["by_image", "without_sample", "by_tile", "shared", "without_halo", "oracle_image", "oracle_tile"]


def curves_of(picture: Picture, points: list[dict]) -> dict[str, np.ndarray]:
    """Gain and cost of every way, one row for each setting."""
    settings = {way: PRICES if way.startswith("oracle") else points for way in WAYS}
    return {way: np.array([getattr(picture, way)(setting) for setting in settings[way]]) for way in WAYS}


def cost_at(points: np.ndarray, gain: float) -> float:
    """The least cost of a gain; settings in between are a mix of the nearest."""
    order = np.argsort(points[:, 0])
    gains, costs = points[order, 0], np.minimum.accumulate(points[order, 1][::-1])[::-1]
    return float(np.interp(gain, gains, costs, right=np.nan))


def report(name: str, pictures: list[Picture], points: list[dict]) -> None:
    everything = [curves_of(picture, points) for picture in pictures]
    curves = {way: np.mean([one[way] for one in everything], axis=0) for way in WAYS}
    most = curves["by_image"][:, 0].max()
    last = np.mean([p.gain(p.everywhere(p.exits - 1)) for p in pictures])
    print(f"\n{name}: {len(pictures)} pictures at their qualities, last exit {last:.3f} dB")
    print(
        "| gain in dB | "
        + " | ".join(WAYS)
        + " | by_tile / by_image | shared / by_image | without_halo / by_image |\n|"
        + "---|" * (len(WAYS) + 4)
    )
    stems = sorted({picture.values["path"] for picture in pictures})
    for share in (0.7, 0.8, 0.9, 0.95, 0.99):
        gain = share * most
        costs = {way: cost_at(curve, gain) for way, curve in curves.items()}
        ratios = []
        for way in ("by_tile", "shared", "without_halo"):
            generator, drawn = np.random.default_rng(1), []
            for _ in range(200):
                stem_list = generator.choice(stems, len(stems))
                chosen = [one for stem in stem_list for one, p in zip(everything, pictures) if p.values["path"] == stem]
                image, tile = (np.mean([one[name] for one in chosen], axis=0) for name in ("by_image", way))
                wanted = share * image[:, 0].max()
                drawn.append(cost_at(tile, wanted) / cost_at(image, wanted))
            low, high = np.nanpercentile(drawn, [2.5, 97.5])
            ratios.append(f"{costs[way] / costs['by_image']:.2f} [{low:.2f}, {high:.2f}]")
        print(f"| {gain:.3f} | " + " | ".join(f"{costs[way]:.3f}" for way in WAYS) + " | " + " | ".join(ratios) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path, help="folder of lossless pictures above 2 megapixels")
    parser.add_argument(
        "--mix", action="append", required=True, help="name=qualities, separated by commas; none: lossless"
    )
    parser.add_argument(
        "--as-png", action="store_true", help="save them as PNG, and use nothing that pixels tell of files"
    )
    parser.add_argument("--model", type=Path, required=True, help="the model file that rbqe has, for its thresholds")
    parser.add_argument("--rbqe", default="rbqe", help="the program")
    parser.add_argument(
        "--data", type=Path, required=True, help="what was measured; what it holds isn't measured again"
    )
    arguments = parser.parse_args()

    pictures = sorted(path for path in arguments.pictures.iterdir() if path.suffix.lower() in {".png", ".webp"})
    mixes = {name: values.split(",") for name, values in (mix.split("=") for mix in arguments.mix)}
    known = json.loads(arguments.data.read_text()) if arguments.data.exists() else {}
    for quality in dict.fromkeys(quality for values in mixes.values() for quality in values):
        if quality not in known:
            known[quality] = measure(pictures, quality, arguments)
            arguments.data.write_text(json.dumps(known))
    known_costs = costs(arguments.rbqe, arguments.model)
    decisions = Decisions.of_model(arguments.model.read_bytes(), known_costs[0] / known_costs[0][-1])
    everything = {
        quality: [Picture(value, *known_costs, decisions) for value in values] for quality, values in known.items()
    }
    worst = 0.0
    for picture in (picture for values in everything.values() for picture in values):
        for (_, cost), recorded in zip(
            (picture.by_tile(decisions.points[0]), picture.by_image(decisions.points[0])), ("tile", "image")
        ):
            worst = max(worst, abs(cost * picture.last / picture.values[f"{recorded}_macs"] - 1))
    print(f"costs put together differ from recorded ones by {100 * worst:.1f}% at most")
    for name, qualities in mixes.items():
        report(name, [picture for quality in qualities for picture in everything[quality]], decisions.points)


if __name__ == "__main__":
    main()
