#!/usr/bin/env python3
"""What knowing the JPEG file is worth, measured from outside with Pillow and numpy.

Scripts/measure_jpeg.py gain LIVE1 --quality 10,50,90 --exit 1,4 --kind grey,420,444 --rbqe .build/release/rbqe
    rbqe on JPEG files (decoded without rounding, constrained) against rbqe on the same pictures saved again as PNG
Scripts/measure_jpeg.py twice LIVE1 --first 10,30,50 --quality 90 --exit 1,4
    files that were compressed twice, on one grid and on shifted ones: the default against --no-constraint
Scripts/measure_jpeg.py detect LIVE1 --first 0,10,20,30,40,50,60,70,80,90,95 --quality 10,30,50,70,80,90,95
    how often `rbqe assess` calls a file compressed before; --first 0 is once
Scripts/measure_jpeg.py found LIVE1 --quality 0,10,50,90 --exit 1,4 --kind grey,420,444
    how often the quality of a file saved as PNG is found in its pixels, and what that is worth against --no-constraint;
    --quality 0 is the picture itself
Scripts/measure_jpeg.py cost LIVE1 --quality 50
    what exact decoding and the constraint add to a plain decode, as a share of the whole at exit 1
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from measure_gain import REFERENCES, load, psnr

SAMPLINGS = {"420": "4:2:0", "444": "4:4:4", "422": "4:2:2"}
SHIFTS = [(0, 0), (3, 5), (4, 4), (0, 1), (6, 2)]


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def file_of(pixels: np.ndarray, quality: int, kind: str) -> bytes:
    buffer = io.BytesIO()
    options = {"subsampling": SAMPLINGS[kind]} if pixels.ndim == 3 else {}
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality, **options)
    return buffer.getvalue()


def pixels_of(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def enhance(rbqe: str, folder: Path, result: Path, *options: str) -> None:
    command = [rbqe, "enhance", folder, "-o", result, "--format", "png", "--depth", "8", "-q", *options]
    if subprocess.run(command, stdout=subprocess.DEVNULL).returncode != 0:
        sys.exit(f"rbqe failed on {folder}")


def figures(folder: Path, truth: dict[str, np.ndarray]) -> np.ndarray:
    mode = {2: "L", 3: "RGB"}
    return np.array([psnr(pixels, load(folder / f"{name}.png", mode[pixels.ndim])) for name, pixels in truth.items()])


def sources(arguments: argparse.Namespace, kind: str) -> dict[str, np.ndarray]:
    return {path.stem: load(path, "L" if kind == "grey" else "RGB") for path in arguments.images}


def gain(arguments: argparse.Namespace, scratch: Path) -> None:
    print("| kind | QF | exit | saved again | JPEG | gain | least gain of an image |\n|---|---|---|---|---|---|---|")
    for kind in arguments.kind.split(","):
        truth = sources(arguments, kind)
        for quality in numbers(arguments.quality):
            place = scratch / f"{kind}-{quality}"
            for folder in ("jpeg", "png"):
                (place / folder).mkdir(parents=True)
            for name, pixels in truth.items():
                data = file_of(pixels, quality, kind)
                (place / "jpeg" / f"{name}.jpg").write_bytes(data)
                Image.fromarray(pixels_of(data)).save(place / "png" / f"{name}.png", compress_level=1)
            for exit_name in arguments.exit.split(","):
                results = {}
                for folder in ("jpeg", "png"):
                    out = place / f"{folder}-{exit_name}"
                    options = [*arguments.options.split(), *(["--no-constraint"] if folder == "png" else [])]
                    enhance(arguments.rbqe, place / folder, out, "--exit", exit_name, *options)
                    results[folder] = figures(out, truth)
                change = results["jpeg"] - results["png"]
                worst = list(truth)[int(change.argmin())]
                print(
                    f"| {kind} | {quality} | {exit_name} | {results['png'].mean():.3f} | {results['jpeg'].mean():.3f} "
                    f"| {change.mean():+.3f} | {change.min():+.3f} ({worst}) |", flush=True)  # fmt: skip


def twice_compressed(pixels: np.ndarray, first: int, quality: int, kind: str, shift: tuple[int, int]):
    """The file, and the part of the original that it shows."""
    x, y = shift
    once = pixels_of(file_of(pixels, first, kind)) if first else pixels
    return file_of(np.ascontiguousarray(once[y:, x:]), quality, kind), pixels[y:, x:]


def enhanced(arguments: argparse.Namespace, files: dict[str, bytes], place: Path, exit_name: str, mode: str) -> Path:
    """The folder of what rbqe makes of JPEG files, each named by its stem."""
    if not place.exists():
        place.mkdir()
        for name, data in files.items():
            (place / f"{name}.jpg").write_bytes(data)
    out = place.parent / f"{place.name}-{exit_name}-{mode}"
    enhance(arguments.rbqe, place, out, "--exit", exit_name, "--constraint", mode)
    return out


def mean_input(files: dict[str, bytes], truth: dict[str, np.ndarray]) -> float:
    return float(np.mean([psnr(truth[name], pixels_of(data)) for name, data in files.items()]))


def twice(arguments: argparse.Namespace, scratch: Path) -> None:
    print("share: gain without constraint, relative to that of the first compression alone")
    print("| kind | first | then | shift | exit | input | no constraint | default | difference | share |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for kind in arguments.kind.split(","):
        originals = sources(arguments, kind)
        for first in numbers(arguments.first):
            once = {name: file_of(pixels, first, kind) for name, pixels in originals.items()}
            gain_once = {}
            for exit_name in arguments.exit.split(","):
                out = enhanced(arguments, once, scratch / f"{kind}-{first}", exit_name, "off")
                gain_once[exit_name] = figures(out, originals).mean() - mean_input(once, originals)
            for quality in numbers(arguments.quality):
                for shift in SHIFTS[:2]:
                    files, truth = {}, {}
                    for name, pixels in originals.items():
                        files[name], truth[name] = twice_compressed(pixels, first, quality, kind, shift)
                    before = mean_input(files, truth)
                    for exit_name in arguments.exit.split(","):
                        place = scratch / f"{kind}-{first}-{quality}-{shift[0]}"
                        free, default = (
                            figures(enhanced(arguments, files, place, exit_name, mode), truth).mean()
                            for mode in ("off", "auto")
                        )
                        print(
                            f"| {kind} | {first} | {quality} | {shift[0]},{shift[1]} | {exit_name} | {before:.3f} "
                            f"| {free:.3f} | {default:.3f} | {default - free:+.3f} "
                            f"| {(free - before) / gain_once[exit_name]:.2f} |", flush=True)  # fmt: skip


def detect(arguments: argparse.Namespace, scratch: Path) -> None:
    print("share of files called compressed before: on the same grid / shifted; first 0: compressed once")
    qualities = numbers(arguments.quality)
    print(
        "| kind | first | " + " | ".join(f"then {q}" for q in qualities) + " |\n" + "|---" * (2 + len(qualities)) + "|"
    )
    for kind in arguments.kind.split(","):
        pictures = sources(arguments, kind)
        for first in numbers(arguments.first):
            cells = []
            for quality in qualities:
                shares = []
                for aligned in (True,) if first == 0 else (True, False):
                    folder = scratch / f"{kind}-{first}-{quality}-{aligned}"
                    folder.mkdir()
                    for index, (name, pixels) in enumerate(pictures.items()):
                        shift = SHIFTS[0] if aligned else SHIFTS[1 + index % (len(SHIFTS) - 1)]
                        (folder / f"{name}.jpg").write_bytes(twice_compressed(pixels, first, quality, kind, shift)[0])
                    command = [arguments.rbqe, "assess", folder, "--exit", "0", "--json"]
                    lines = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.splitlines()
                    shares.append(np.mean([json.loads(line)["compressed_before"] for line in lines]))
                cells.append(" / ".join(f"{100 * share:.0f}%" for share in shares))
            print(f"| {kind} | {first} | " + " | ".join(cells) + " |", flush=True)


def found(arguments: argparse.Namespace, scratch: Path) -> None:
    print("| kind | QF | found | exit | no constraint | default | gain | least of an image |\n" + "|---" * 8 + "|")
    for kind in arguments.kind.split(","):
        truth = sources(arguments, kind)
        for quality in numbers(arguments.quality):
            folder = scratch / f"{kind}-{quality}"
            folder.mkdir()
            for name, pixels in truth.items():
                saved = pixels_of(file_of(pixels, quality, kind)) if quality else pixels
                Image.fromarray(saved).save(folder / f"{name}.png", compress_level=1)
            for exit_name in arguments.exit.split(",") if quality else ["0"]:
                records = scratch / f"{folder.name}-{exit_name}.jsonl"
                results = []
                for mode in ("off", "auto"):
                    out = scratch / f"{folder.name}-{exit_name}-{mode}"
                    options = ["--exit", exit_name, "--constraint", mode, "--records", records]
                    enhance(arguments.rbqe, folder, out, *options, "--existing", "overwrite")
                    results.append(figures(out, truth) if quality else np.zeros(1))
                lines = [json.loads(line) for line in records.read_text().splitlines()]
                told = [line.get("found_quality", 0) for line in lines if line["kind"] == "image"]
                right = sum(value == quality if quality else value > 0 for value in told)
                change = results[1] - results[0]
                print(
                    f"| {kind} | {quality or 'none'} | {right} of {len(told)} | {exit_name} "
                    f"| {results[0].mean():.3f} | {results[1].mean():.3f} "
                    f"| {change.mean():+.3f} | {change.min():+.3f} |", flush=True)  # fmt: skip


def cost(arguments: argparse.Namespace, scratch: Path) -> None:
    print(
        "| kind | QF | plain decode | without: total | decode | constrain | total | added share |\n"
        "|---|---|---|---|---|---|---|---|"
    )
    for kind in arguments.kind.split(","):
        for quality in numbers(arguments.quality):
            folder = scratch / f"{kind}-{quality}"
            folder.mkdir()
            for name, pixels in sources(arguments, kind).items():
                (folder / f"{name}.jpg").write_bytes(file_of(pixels, quality, kind))
            files = [path.read_bytes() for path in sorted(folder.iterdir())]
            plain, runs = [], []
            for _ in range(arguments.rounds):
                start = time.process_time()
                for data in files:
                    image = Image.open(io.BytesIO(data))
                    image.draft("L" if kind == "grey" else "YCbCr", image.size)
                    image.load()
                plain.append(1000 * (time.process_time() - start))
                runs.append(stages(arguments, folder, scratch))
            best = {key: min(run[key] for run in runs) for key in runs[0]}
            # What takes coefficients to samples is timed with the network: the kernels' own times say how little it is.
            added = best["decode"] + best["constrain"] - min(plain)
            print(
                f"| {kind} | {quality} | {min(plain):.0f} ms | {best['total'] - added:.0f} ms "
                f"| {best['decode']:.0f} ms | {best['constrain']:.0f} ms | {best['total']:.0f} ms "
                f"| {100 * added / best['total']:.1f}% |",
                flush=True,
            )


def stages(arguments: argparse.Namespace, folder: Path, scratch: Path) -> dict[str, float]:
    """Milliseconds of all files at exit 1."""
    records = scratch / "records.jsonl"
    records.unlink(missing_ok=True)
    command = [arguments.rbqe, "enhance", folder, "-o", scratch / "out", "--exit", "1", "--jobs", "1", "--threads", "1"]
    subprocess.run([*command, "--existing", "overwrite", "--records", records, "-q"], check=True)
    lines = [json.loads(line) for line in records.read_text().splitlines()]
    images = [line["ms"] for line in lines if line["kind"] == "image"]
    sums = {name: sum(ms.get(name, 0) for ms in images) for name in ("decode", "constrain", "assess", "total")}
    return sums | {"total": sums["total"] - sums["assess"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["gain", "twice", "detect", "found", "cost"])
    parser.add_argument("references", type=Path, help="folder of lossless images")
    parser.add_argument("--quality", default="90", help="JPEG qualities, separated by commas")
    parser.add_argument("--first", default="10,30,50", help="qualities of the compression before, 0: none")
    parser.add_argument("--exit", default="1", help="exits, separated by commas")
    parser.add_argument("--kind", default="420", help="grey, 420, 444, 422, separated by commas")
    parser.add_argument("--limit", type=int, help="the first so many images only")
    parser.add_argument("--rounds", type=int, default=5, help="repetitions of a time, of which the least counts")
    parser.add_argument("--rbqe", default=".build/release/rbqe", help="the program")
    parser.add_argument("--options", default="", help="more options of rbqe for JPEG and PNG input alike")
    arguments = parser.parse_args()
    arguments.images = sorted(p for p in arguments.references.iterdir() if p.suffix.lower() in REFERENCES)
    arguments.images = arguments.images[: arguments.limit]
    if not arguments.images:
        sys.exit(f"no lossless images in {arguments.references}")
    with tempfile.TemporaryDirectory(prefix="measure-jpeg-") as scratch:
        modes = {"gain": gain, "twice": twice, "detect": detect, "found": found, "cost": cost}
        modes[arguments.what](arguments, Path(scratch))


if __name__ == "__main__":
    main()
