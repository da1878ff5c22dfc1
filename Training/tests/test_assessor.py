"""The assessor against its definition's reference values; with RBQE_REFERENCE also against the full list.

RBQE_REFERENCE names the folder that holds `assessor-scores.json`; its images are looked up beside and below it.
"""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rbqe_training.assessor import score, score_parts, tchebichef


def checker(height: int, width: int) -> np.ndarray:
    """A reproducible plane with flat, smooth and busy parts."""
    y, x = np.mgrid[:height, :width]
    plane = 40 + x + (y // 24) * 31 + np.where((x // 5 + y // 7) % 3 == 0, (x * x + 3 * y * x) % 83, 0)
    plane[: height // 3] = (100 + x // 9 + y % 2)[: height // 3]
    plane[:, : width // 3] = 77
    return (plane % 256).astype(np.uint8)


GOLDEN = {  # (variant, block): score parts of checker(70, 90)
    ("evidence", 8): (0.7638823, 0.7778705, 0.6487815, 0.5285714),
    ("evidence", 4): (0.4717276, 0.4491113, 0.7340530, 0.3273810),
    ("paper", 8): (0.3073456, 0.2828620, 0.6487815, 0.5285714),
    ("paper", 4): (0.2548051, 0.2265429, 0.7340530, 0.3273810),
}


@pytest.mark.parametrize("variant, size", GOLDEN)
def test_golden(variant, size):
    assert score_parts(checker(70, 90), variant, size) == pytest.approx(GOLDEN[variant, size], abs=1e-6)


@pytest.mark.parametrize("size", [4, 8])
def test_basis_is_orthonormal(size):
    basis = tchebichef(size)
    assert np.abs(basis @ basis.T - np.eye(size)).max() < 1e-12


def test_flat_images():
    white, black = np.full((64, 64), 255, np.uint8), np.zeros((64, 64), np.uint8)
    assert score(white, "paper") == 0 and score(black, "paper") == 1
    assert score(white, "evidence") == score(black, "evidence") == 1


@pytest.mark.parametrize("shape", [(1, 1), (15, 100), (16, 16)])
def test_small_images(shape):
    assert 0 <= score(checker(*shape)) <= 1


@pytest.mark.skipif("RBQE_REFERENCE" not in os.environ, reason="RBQE_REFERENCE is not set")
def test_reference_scores():
    folder = Path(os.environ["RBQE_REFERENCE"])
    scores = json.loads((folder / "assessor-scores.json").read_text())["scores"]
    for path, variants in scores.items():
        with Image.open(folder.parent / path) as image:
            luma = np.asarray(image)
        for variant, sizes in variants.items():
            for size, expected in sizes.items():
                assert score_parts(luma, variant, int(size)) == pytest.approx(expected, abs=1e-5), path
