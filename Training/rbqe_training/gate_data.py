"""What gates are fitted to: degraded crops, what the frozen network makes of them, and what its exits gain.

Made once for a network, in shards that an interrupted run doesn't make again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn
from torch.nn import functional as F

from .coefficients import ErrorLaw, held
from .data import CropSource
from .degradation import NEUTRAL, Degradation, to_pixels
from .evaluate import psnr
from .export import network_with_taps
from .models.gates import correction_squares

LEVELS = np.float32(65535)  # samples are kept in 16 bits


@dataclass
class GateData:
    """Crops, one an index."""

    images: np.ndarray  # uint16 [n, 3, S, S]
    features: np.ndarray  # float16 [n, exits - 1, channels, places, places], zeros behind those that an exit has
    squares: np.ndarray  # float32 [n, exits - 1, 2 * correction channels]
    psnrs: np.ndarray  # float32 [n, exits + 1] in dB, at most 50
    held_psnrs: np.ndarray  # the same of results held to what a file's luma coefficients say, where they are known
    qualities: np.ndarray  # int16 [n], of the JPEG file; 0: not known

    def __len__(self) -> int:
        return len(self.images)

    @property
    def gains(self) -> np.ndarray:
        """float32 [n, exits]: what the best later exit adds to exits 0 ... N-1, if the file is no JPEG."""
        return later_gains(self.psnrs)

    @property
    def held_gains(self) -> np.ndarray:
        """The same, if it is one."""
        return later_gains(self.held_psnrs)

    @classmethod
    def joined(cls, parts: list[GateData]) -> GateData:
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    def save(self, path: Path) -> None:
        temporary = path.with_suffix(".part.npz")
        np.savez(temporary, **{field.name: getattr(self, field.name) for field in fields(self)})
        temporary.replace(path)

    @classmethod
    def load(cls, path: Path) -> GateData:
        with np.load(path) as arrays:
            return cls(**{field.name: arrays[field.name] for field in fields(cls)})


def later_gains(psnrs: np.ndarray) -> np.ndarray:
    """[n, exits] of [n, exits + 1]: what the best later exit adds."""
    return np.maximum.accumulate(psnrs[:, ::-1], axis=1)[:, ::-1][:, 1:] - psnrs[:, :-1]


class Taps:
    """A frozen network's (features, correction, restored image) of every exit: PyTorch on a GPU, otherwise ONNX
    Runtime, which takes a tenth of PyTorch's time on a CPU."""

    def __init__(self, model: nn.Module, device: str, threads: int = 1) -> None:
        self.model, self.device = model.to(device), device
        if device == "cpu":
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads
            network = network_with_taps(model).SerializeToString()
            self.session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])

    @torch.inference_mode()
    def __call__(self, image: np.ndarray) -> list[tuple[torch.Tensor, torch.Tensor, np.ndarray]]:
        """float32 [3, H, W] to one tuple an exit."""
        batch = image[None]
        if self.device == "cpu":
            flat = self.session.run(None, {"image": batch})
            triples = zip(flat[0::3], flat[1::3], flat[2::3])
            return [(torch.from_numpy(f), torch.from_numpy(c), restored[0]) for f, c, restored in triples]
        tensor = torch.from_numpy(batch).to(self.device)
        return [(f.cpu(), c.cpu(), self.model.restored(tensor, c)[0].cpu().numpy()) for f, c in self.model.taps(tensor)]


def crops(
    seed: int,
    count: int,
    size: int,
    source: CropSource,
    degradation: Degradation,
    taps: Taps,
    stride: int,
    laws: list[ErrorLaw],
) -> GateData:
    """Data of `count` crops, a function of the arguments alone. laws: of luma, one an exit; none: nothing is held."""
    degradation.check_size(size)
    rng = np.random.default_rng(seed)
    rows: list[tuple] = []
    for _ in range(count):
        image, target, told, _ = degradation.draw(rng, source, size)
        dimensions = 2 if np.all(target[1:] == NEUTRAL) else 3
        image = np.round(image * LEVELS) / LEVELS
        exits = taps(image.astype(np.float32))
        reference = to_pixels(target, dimensions)
        psnrs = [psnr(to_pixels(out, dimensions), reference) for out in (image, *(exit[2] for exit in exits))]
        held_psnrs = list(psnrs)
        if laws and told is not None and told.luma_table is not None:
            for number, (law, (_, _, out)) in enumerate(zip(laws, exits, strict=True), start=1):
                out = np.concatenate([held(out[0], image[0], told.luma_table, law)[None], out[1:]])
                held_psnrs[number] = psnr(to_pixels(out, dimensions), reference)
        sampled = [f[:, :, ::stride, ::stride] for f, _, _ in exits[:-1]]
        widest = max(f.shape[1] for f in sampled)
        features = torch.cat([F.pad(f, (0, 0, 0, 0, 0, widest - f.shape[1])) for f in sampled])
        before = [None, *(correction for _, correction, _ in exits)]
        squares = torch.cat([correction_squares(c, b) for (_, c, _), b in zip(exits[:-1], before)])
        rows.append(
            (
                np.round(image * LEVELS).astype(np.uint16),
                features.half().numpy(),
                squares.numpy(),
                np.float32(psnrs),
                np.float32(held_psnrs),
                np.int16(told.quality if told else 0),
            )
        )
    return GateData(*(np.stack(column) for column in zip(*rows)))


def shards(folder: Path, seed: int, count: int, per_shard: int, **options: object) -> Iterator[GateData]:
    """`count` crops in shards, each read if an earlier run made it."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, first in enumerate(range(0, count, per_shard)):
        path = folder / f"{number:04d}.npz"
        if not path.exists():
            crops([seed, number], min(per_shard, count - first), **options).save(path)
        yield GateData.load(path)
