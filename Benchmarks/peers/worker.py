"""One engine, one network, one image: runs the network each time that a line comes in and prints the milliseconds.

    worker.py ENGINE MODEL.onnx THREADS IMAGE.npy OUT.npy

ENGINE: openvino, onnxruntime, ncnn or torch. Prints "ready" first; the last result goes to OUT.npy at the end.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

Run = Callable[[], np.ndarray]


def openvino(model: str, threads: int, image: np.ndarray) -> Run:
    import openvino

    core = openvino.Core()
    network = core.read_model(model)
    network.reshape(list(image.shape))
    options = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    request = core.compile_model(network, "CPU", options).create_infer_request()
    return lambda: request.infer({0: image})[0]


def onnxruntime(model: str, threads: int, image: np.ndarray) -> Run:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"image": image})[0]


def torch(model: str, threads: int, image: np.ndarray) -> Run:
    import onnx
    import torch

    from onnx_to_torch import Network

    torch.set_num_threads(threads)
    inputs = torch.from_numpy(image).contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        network = torch.jit.freeze(torch.jit.trace(Network(onnx.load(model)).eval(), inputs))

    def run() -> np.ndarray:
        with torch.inference_mode():
            return network(inputs).numpy()

    return run


def ncnn(model: str, threads: int, image: np.ndarray) -> Run:
    import ncnn

    folder = Path(tempfile.mkdtemp())
    (folder / "network.onnx").write_bytes(Path(model).read_bytes())
    shape = ",".join(str(size) for size in image.shape)
    tool = Path(sys.executable).with_name("pnnx")
    subprocess.run(
        [tool, "network.onnx", f"inputshape=[{shape}]"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    network = ncnn.Net()
    network.opt.num_threads = threads
    network.opt.use_fp16_packed = network.opt.use_fp16_storage = network.opt.use_fp16_arithmetic = False
    network.opt.use_bf16_storage = False
    network.load_param(str(folder / "network.ncnn.param"))
    network.load_model(str(folder / "network.ncnn.bin"))
    planes = ncnn.Mat(image[0]).clone()

    def run() -> np.ndarray:
        with network.create_extractor() as extractor:
            extractor.input("in0", planes)
            return np.array(extractor.extract("out0")[1])[None]

    return run


def main() -> None:
    engine, model, threads, image, out = sys.argv[1:]
    run = globals()[engine](model, int(threads), np.load(image))
    result = run()  # warm-up
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        result = run()
        print((time.perf_counter() - start) * 1e3, flush=True)
    np.save(out, result)


if __name__ == "__main__":
    main()
