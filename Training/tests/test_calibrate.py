"""The policy and the search for its thresholds."""

import numpy as np

from rbqe_training.calibrate import chosen_exits, optimise
from rbqe_training.export import ALWAYS, NEVER


def test_policy_stops_at_the_first_score_that_reaches_its_threshold():
    scores = np.array([[0.9, 0.1], [0.5, 0.7], [0.5, 0.6], [1.0, 1.0]])
    assert chosen_exits(scores, np.array([0.9, 0.7])).tolist() == [0, 1, 2, 0]
    assert chosen_exits(scores, np.array([NEVER, NEVER])).tolist() == [2, 2, 2, 2]
    assert chosen_exits(scores, np.array([NEVER, ALWAYS])).tolist() == [1, 1, 1, 1]


def test_scores_that_tell_clean_from_bad_are_used():
    rng = np.random.default_rng(0)
    clean = rng.random(400) < 0.5
    scores = np.where(clean, 0.8, 0.4)[:, None] + 0.1 * rng.random((400, 2))
    values = np.where(clean[:, None], [0.0, -1.0, -2.0], [0.0, 0.5, 0.9])
    thresholds = optimise(scores, values)
    assert (chosen_exits(scores, thresholds) == np.where(clean, 0, 2)).all()


def test_useless_scores_fall_back_to_the_best_fixed_exit():
    values = np.tile([0.0, 0.7, 0.6], (50, 1))
    scores = np.random.default_rng(0).random((50, 2))
    assert (chosen_exits(scores, optimise(scores, values)) == 1).all()
