"""Times rbqe's networks in rbqe and in other engines: the same ONNX file to the same exit, the same image, in turn.

    compare.py MODEL.onnx PICTURE [--exits 1,last] [--threads 1,2] [--sizes 256x256,512x512,1920x1080,4000x3000]
               [--engines rbqe,rbqe-avx2,openvino,openvino-avx2,onnxruntime,ncnn,torch] [--rounds 9] [--timer FILE]

Prints a Markdown table: medians in milliseconds, what the others take compared to rbqe (medians of the ratios within a
round), the rate in operations as they stand in the network (two for each multiply-accumulate), its share of what the
processor's multipliers can do, and peak memory of the process. For the others the file is cut to the exit, which costs
what rbqe runs to that exit when it needn't decide anything on the way.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import onnx
import onnx.utils
from PIL import Image

HERE = Path(__file__).resolve().parent
TIMER = HERE.parent / ".build/release/NetworkTimer"
# Seconds before an engine's turn, for threads of the one before that wait by spinning to go to sleep.
PAUSE = 0.2
# Engines limited to AVX2, by the environment variable that does it.
LIMITED = {"rbqe-avx2": {"RBQE_CPU": "avx2"}, "openvino-avx2": {"ONEDNN_MAX_CPU_ISA": "AVX2"}}


class Engine:
    """A process that runs a network each time that it is asked."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self.times: list[float] = []
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | LIMITED.get(name, {})
        )
        if self.process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"{name} did not start")

    def run(self) -> float:
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def peak_memory(self) -> float:
        """MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1000

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def planes(picture: Path, width: int, height: int) -> np.ndarray:
    """Y, Cb, Cr of a picture resized to this size, float32 [1, 3, H, W]."""
    with Image.open(picture) as image:
        resized = image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS).convert("YCbCr")
    return np.ascontiguousarray(np.asarray(resized).transpose(2, 0, 1)[None], dtype=np.float32) / np.float32(255)


def commands(model: Path, cut: Path, exit_number: int, threads: int, folder: Path, image: np.ndarray, timer: Path):
    """What starts each engine, by name: its command and the file of its result."""
    np.save(folder / "image.npy", image)
    image.tofile(folder / "image.f32")
    _, _, height, width = image.shape

    def command(name: str) -> tuple[list[str], Path]:
        engine = name.split("-")[0]
        if engine == "rbqe":
            out = folder / f"{name}.f32"
            numbers = [str(exit_number), str(threads), str(folder / "image.f32"), str(height), str(width)]
            return [str(timer), str(model), *numbers, str(out)], out
        out = folder / f"{name}.npy"
        arguments = [engine, str(cut), str(threads), str(folder / "image.npy"), str(out)]
        return [sys.executable, str(HERE / "worker.py"), *arguments], out

    return command


def result(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    return np.fromfile(path, np.float32).reshape(shape) if path.suffix == ".f32" else np.load(path).reshape(shape)


def multiply_accumulates(model: Path, image: np.ndarray) -> int:
    """Of all convolutions of a file, for an image."""
    graph = onnx.load(model)
    for place, size in enumerate(image.shape):
        graph.graph.input[0].type.tensor_type.shape.dim[place].dim_value = size
    graph = onnx.shape_inference.infer_shapes(graph).graph
    weights = {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    shapes = {
        value.name: [dimension.dim_value for dimension in value.type.tensor_type.shape.dim]
        for value in [*graph.input, *graph.value_info, *graph.output]
    }
    total = 0
    for node in graph.node:
        if node.op_type in ("Conv", "ConvTranspose"):
            # Each number of a kernel is used once for every place of the output, of a transposed one of the input.
            places = shapes[node.output[0] if node.op_type == "Conv" else node.input[0]][2:]
            total += int(np.prod(weights[node.input[1]])) * int(np.prod(places))
    return total


def measure(
    arguments: argparse.Namespace, exit_number: int, peak: float, size: tuple[int, int], threads: int
) -> list[str]:
    """The rows of the table for one exit, size and number of threads."""
    width, height = size
    image = planes(arguments.picture, width, height)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cut = folder / "cut.onnx"
        onnx.utils.extract_model(str(arguments.model), str(cut), ["image"], [f"exit_{exit_number}"])
        macs = multiply_accumulates(cut, image)
        command = commands(arguments.model, cut, exit_number, threads, folder, image, arguments.timer)
        engines, outputs = [], {}
        for engine in arguments.engines:
            line, outputs[engine] = command(engine)
            try:
                engines.append(Engine(engine, line))
            except (RuntimeError, ValueError) as error:
                print(f"left out: {engine}: {error}", file=sys.stderr)
        for engine in engines:
            engine.run()
        for _ in range(arguments.rounds):
            for engine in engines:
                time.sleep(PAUSE)
                engine.run()  # wakes the processor and fills its caches
                engine.times.append(engine.run())
        memory = {engine.name: engine.peak_memory() for engine in engines}
        for engine in engines:
            engine.stop()
        expected = result(outputs[engines[0].name], image.shape)
        own = {engine.name.endswith("avx2"): engine.times for engine in engines if engine.name.startswith("rbqe")}
        for engine in engines:
            difference = np.abs(result(outputs[engine.name], image.shape) - expected).max()
            if not difference <= 1e-4:
                print(f"left out: {engine.name} computes something else: {difference}", file=sys.stderr)
                continue
            base = own.get(engine.name.endswith("avx2"), own.get(False))
            ratio = statistics.median(theirs / ours for theirs, ours in zip(engine.times, base))
            median = statistics.median(engine.times)
            rate = 2 * macs / median / 1e6
            rows.append(
                f"| {width}x{height} | {exit_number} | {threads} | {engine.name} | {median:.1f} | {ratio:.2f} "
                f"| {rate:.0f} | {100 * rate / (peak * threads):.0f}% | {memory[engine.name]:.0f} |"
            )
    return rows


def versions() -> str:
    names = ["openvino", "onnxruntime", "ncnn", "torch"]
    found = []
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            pass
    return ", ".join(found)


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--exits", default="1,last")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--sizes", default="256x256,512x512,1920x1080,4000x3000")
    parser.add_argument("--engines", default="rbqe,openvino,onnxruntime,ncnn,torch,rbqe-avx2,openvino-avx2")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--timer", type=Path, default=TIMER)
    arguments = parser.parse_args()
    arguments.engines = arguments.engines.split(",")
    properties = {p.key: p.value for p in onnx.load(arguments.model).metadata_props}
    exits = len(json.loads(properties["macs_per_pixel"]))
    peak = float(subprocess.run([arguments.timer, "--peak"], capture_output=True, text=True, check=True).stdout)
    print(f"{processor()}, {os.cpu_count()} cores, peak {peak:.1f} GFLOP/s a core; {versions()}\n")
    print("| size | exit | threads | engine | ms | compared to rbqe | GFLOP/s | of the peak | peak MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    for size in arguments.sizes.split(","):
        for exit_name in arguments.exits.split(","):
            number = exits if exit_name == "last" else int(exit_name)
            for threads in arguments.threads.split(","):
                width, height = (int(v) for v in size.split("x"))
                rows = measure(arguments, number, peak, (width, height), int(threads))
                print("\n".join(rows), flush=True)


if __name__ == "__main__":
    main()
