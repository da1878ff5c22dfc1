"""Gates of several networks compared."""

import numpy as np
import pytest

from rbqe_training.compare_gates import above_chance, upper_hull


def test_the_hull_is_what_no_mix_beats():
    hull = upper_hull([(0.0, 0.0), (0.25, 0.5), (0.5, 0.6), (0.75, 0.95), (1.0, 1.0)])
    assert hull.tolist() == [[0.0, 0.0], [0.25, 0.5], [0.75, 0.95], [1.0, 1.0]]


@pytest.mark.parametrize("informed", [True, False])
def test_only_gates_that_know_something_are_above_chance(informed):
    rng = np.random.default_rng(3)
    first, second = rng.exponential(0.5, 4000), rng.exponential(0.3, 4000)
    psnrs = 30 + np.stack([np.zeros(4000), first, first + second], 1)
    told = np.stack([first + second, second], 1)
    estimated = told if informed else rng.permutation(told)
    gained = above_chance(estimated, psnrs, np.array([0, 0.4, 1.0]))
    assert all(value > 0.05 if informed else value < 0.02 for value in gained)
