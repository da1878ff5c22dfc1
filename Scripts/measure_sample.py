#!/usr/bin/env python3
"""What deciding on a sample costs, against deciding on the whole picture: of pictures above 2 megapixels.

Compresses every picture (JPEG 4:2:0, saved again as PNG, so that nothing tells the quality; `none`: not at all) and
runs `rbqe evaluate`, whose records hold the luma PSNR of every exit and what the gates expect by the sample. What they
expect by the whole picture comes from the same model file in ONNX Runtime. From both it puts together the exits that
either takes at every price of computing that the model file knows, and their mean gains (50 dB at most).

    Scripts/measure_sample.py PICTURES --qualities 10,40,70,90 --model Sources/CModels/models/fast.onnx \\
        --rbqe .build/release/rbqe --data sample.json
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

sys.path.append(str(Path(__file__).resolve().parents[1] / "Training"))
from rbqe_training.forecast import Decisions  # noqa: E402

PSNR_CAP = 50.0


def planes(picture: Image.Image, multiple: int) -> np.ndarray:
    """float32 [1, 3, H, W]: Y, Cb, Cr in [0, 1], the edges repeated up to whole multiples."""
    rgb = np.asarray(picture, np.float32) / 255
    matrix = np.float32([[0.299, 0.587, 0.114], [-0.168735892, -0.331264108, 0.5], [0.5, -0.418687589, -0.081312411]])
    values = np.einsum("ij,hwj->ihw", matrix, rgb) + np.float32([0, 128 / 255, 128 / 255])[:, None, None]
    height, width = values.shape[1:]
    return np.pad(values, ((0, 0), (0, -height % multiple), (0, -width % multiple)), mode="edge")[None].astype(
        np.float32
    )


def expected(session: onnxruntime.InferenceSession, picture: Image.Image) -> list[float]:
    names = sorted(output.name for output in session.get_outputs() if output.name.startswith("gain_"))
    multiple = int(session.get_modelmeta().custom_metadata_map["stride"])
    return [float(gain.item()) for gain in session.run(names, {"image": planes(picture, multiple)})]


def measure(
    pictures: list[Path], quality: str, session: onnxruntime.InferenceSession, arguments: argparse.Namespace
) -> list[dict]:
    with tempfile.TemporaryDirectory(prefix="measure-sample-") as name:
        references, degraded = Path(name) / "references", Path(name) / "degraded"
        references.mkdir()
        degraded.mkdir()
        whole = {}
        for path in pictures:
            with Image.open(path) as image:
                picture = image.convert("RGB")
            picture.save(references / f"{path.stem}.png", compress_level=1)
            if quality != "none":
                picture.save(Path(name) / "a.jpg", quality=int(quality), subsampling="4:2:0")
                with Image.open(Path(name) / "a.jpg") as image:
                    picture = image.convert("RGB")
            picture.save(degraded / f"{path.stem}.png", compress_level=1)
            whole[path.stem] = expected(session, picture)
        records = Path(name) / "records.jsonl"
        subprocess.run(
            [
                arguments.rbqe,
                "evaluate",
                "--reference",
                references,
                "--degraded",
                degraded,
                "--channel",
                "luma",
                "--policy",
                "oracle",
                "--model",
                arguments.model,
                "--no-constraint",
                "--jobs",
                "1",
                "--records",
                records,
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        lines = [json.loads(line) for line in records.read_text().splitlines()]
    return [
        {
            "path": Path(line["path"]).stem, "quality": quality, "width": line["width"], "height": line["height"],
            "psnr": [PSNR_CAP if value is None else min(PSNR_CAP, value) for value in line["psnr"]],
            "macs": line["macs_per_pixel"], "colour": line["channels"] == 3,
            "sample": line["gain_estimates"], "whole": whole[Path(line["path"]).stem],
        }
        for line in lines if line["kind"] == "evaluation"
    ]  # fmt: skip


def report(rows: list[dict], decisions: Decisions) -> None:
    paths = sorted({row["path"] for row in rows})
    sizes = [row["width"] * row["height"] / 1e6 for row in rows]
    print(f"{len(paths)} pictures of {min(sizes):.1f} to {max(sizes):.1f} megapixels, {len(rows)} measurements")
    difference = np.array([row["sample"] for row in rows]) - np.array([row["whole"] for row in rows])
    print(
        "sample less whole picture, dB expected: mean "
        + ", ".join(f"{value:+.3f}" for value in difference.mean(0))
        + "; rms "
        + ", ".join(f"{value:.3f}" for value in np.sqrt(np.square(difference).mean(0)))
    )
    print(
        "| price | exit by the whole picture: dB | share of the cost | by the sample: dB | share "
        "| sample less whole, dB | same exit |"
    )
    print("|---|---|---|---|---|---|---|")
    for point in decisions.points:
        results = {}
        for way in ("whole", "sample"):
            exits = [decisions.exit(row[way], None, row["colour"], point) for row in rows]
            gains = np.array([row["psnr"][exit] - row["psnr"][0] for row, exit in zip(rows, exits)])
            # Of going to an exit at once, without what was spent on deciding.
            cost = np.mean([row["macs"][exit] / row["macs"][-1] for row, exit in zip(rows, exits)])
            results[way] = exits, gains, cost
        (e, g, c), (es, gs, cs) = results["whole"], results["sample"]
        generator, drawn = np.random.default_rng(1), []
        for _ in range(1000):
            chosen = generator.choice(paths, len(paths))
            drawn.append(np.mean([(gs - g)[[row["path"] == path for row in rows]].mean() for path in chosen]))
        low, high = np.percentile(drawn, [2.5, 97.5])
        same = np.mean([a == b for a, b in zip(e, es)])
        print(
            f"| {point['tau']} | {g.mean():.3f} | {c:.3f} | {gs.mean():.3f} | {cs:.3f} | "
            f"{gs.mean() - g.mean():+.4f} [{low:+.4f}, {high:+.4f}] | {100 * same:.0f}% |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path, help="folder of lossless pictures above 2 megapixels")
    parser.add_argument("--qualities", required=True, help="separated by commas; none: lossless")
    parser.add_argument("--count", type=int, help="the first so many pictures")
    parser.add_argument("--model", type=Path, required=True, help="the model file")
    parser.add_argument("--rbqe", default="rbqe", help="the program")
    parser.add_argument(
        "--data", type=Path, required=True, help="what was measured; what it holds isn't measured again"
    )
    arguments = parser.parse_args()
    pictures = []
    for path in sorted(arguments.pictures.iterdir()):
        if path.suffix.lower() in {".png", ".webp"} and len(pictures) != arguments.count:
            with Image.open(path) as image:
                if image.width * image.height > 2_000_000:
                    pictures.append(path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(arguments.model), options, providers=["CPUExecutionProvider"])
    known = json.loads(arguments.data.read_text()) if arguments.data.exists() else {}
    for quality in arguments.qualities.split(","):
        if quality not in known:
            known[quality] = measure(pictures, quality, session, arguments)
            arguments.data.write_text(json.dumps(known))
    rows = [row for quality in arguments.qualities.split(",") for row in known[quality]]
    costs = np.array(rows[0]["macs"]) / rows[0]["macs"][-1]
    report(rows, Decisions.of_model(arguments.model.read_bytes(), costs))


if __name__ == "__main__":
    main()
