"""Pictures for calibration."""

import numpy as np
import pytest
from PIL import Image

from rbqe_training import pictures


@pytest.fixture
def folder(tmp_path):
    """Two pictures, 96x64."""
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        smooth = np.cumsum(rng.normal(0, 3, (64, 96, 3)), axis=1)
        Image.fromarray(np.clip(128 + smooth, 0, 255).astype(np.uint8)).save(tmp_path / f"{name}.png")
    return tmp_path


def test_pairs_are_scaled_alike_after_compression(folder, monkeypatch):
    out = folder / "out"
    monkeypatch.setattr("sys.argv", ["pictures", str(folder), "--scaled-from", "10,90", "--out", str(out)])
    pictures.main()
    names = sorted(path.name for path in (out / "degraded").iterdir())
    assert names == ["a-10.png", "a-90.png", "b-10.png", "b-90.png"]
    errors = {}
    for name in names:
        pristine, degraded = (np.asarray(Image.open(out / part / name), float) for part in ("pristine", "degraded"))
        assert pristine.shape == degraded.shape != (64, 96, 3)
        errors[name] = np.abs(pristine - degraded).mean()
    assert all(0 < errors[f"{stem}-90.png"] < errors[f"{stem}-10.png"] < 30 for stem in "ab")


def test_the_same_picture_comes_out_again(folder):
    rgb = np.asarray(Image.open(folder / "a.png"))
    first, second = (pictures.scaled_after(rgb, 30, 4) for _ in range(2))
    assert all(np.array_equal(*parts) for parts in zip(first, second))
    sides = [pictures.scaled_after(rgb, 30, number)[0].shape[1] for number in range(40)]
    assert min(sides) >= 48 and max(sides) <= 135 and 2 <= sum(side > 96 for side in sides) <= 16


def test_the_busiest_part_is_found(folder, monkeypatch):
    rgb = np.full((96, 128, 3), 90, np.uint8)
    rgb[40:72, 80:112] = np.random.default_rng(1).integers(0, 255, (32, 32, 3))
    assert np.array_equal(pictures.busiest(rgb, 32), rgb[40:72, 80:112])
    assert np.array_equal(pictures.busiest(rgb.swapaxes(0, 1), 32), rgb.swapaxes(0, 1)[80:112, 40:72])
    assert pictures.busiest(rgb, 96).shape == (96, 96, 3) and pictures.busiest(rgb, 97) is None
    out = folder / "out"
    monkeypatch.setattr("sys.argv", ["pictures", str(folder), "--busiest", "32", "--out", str(out)])
    pictures.main()
    assert [Image.open(path).size for path in sorted(out.iterdir())] == [(32, 32)] * 2
