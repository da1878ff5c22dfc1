"""Pictures to measure with."""

import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image


def test_photographs_are_scaled_down_and_small_ones_left_out(tmp_path: Path):
    rng = np.random.default_rng(1)
    for name, size in [("large.jpg", (400, 300)), ("tall.png", (200, 500)), ("small.jpg", (200, 150))]:
        Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)).save(tmp_path / name)
    command = [sys.executable, "-m", "rbqe_training.pictures", tmp_path, "--megapixels", "0.03", "--out"]
    subprocess.run([*map(str, command), str(tmp_path / "out")], check=True, cwd=Path(__file__).parents[1])
    sizes = {path.name: Image.open(path).size for path in (tmp_path / "out").iterdir()}
    assert sizes == {"large.png": (200, 150), "tall.png": (110, 274)}
