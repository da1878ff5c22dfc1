"""What later exits add, from what gates said."""

import numpy as np
import pytest

from rbqe_training.forecast import KNOTS, Forecast, Rule, terms


def test_terms_are_as_the_program_has_them():
    assert terms(np.array([[2.0, 3.0]]), None).tolist() == [[1, 2, 3, 4, 6, 9]]
    told = terms(np.array([[2.0]]), np.array([85.0]))[0]
    assert told[:3].tolist() == [1, 2, 4] and told[-1] == pytest.approx(1.7)
    assert told[3:-1] == pytest.approx([max(0, 0.85 - knot) for knot in KNOTS])


def pictures(count: int = 600):
    """Gains that depend on the quality, and estimates that know half of it."""
    rng = np.random.default_rng(1)
    qualities = rng.choice([10.0, 50.0, 90.0], count)
    first = 2 - qualities / 50 + rng.normal(0, 0.1, count)
    second = 0.3 * first + rng.normal(0, 0.02, count)
    gains = np.stack([np.zeros(count), first, first + second], 1)
    estimates = np.stack([first + second + rng.normal(0, 0.5, count), second + rng.normal(0, 0.1, count)], 1)
    return estimates, gains, np.where(rng.random(count) < 0.5, qualities, np.nan)


def test_what_a_file_tells_helps_and_what_is_unknown_is_forecast_too():
    estimates, gains, qualities = pictures()
    forecast = Forecast.fit(estimates, gains, qualities)
    errors = np.abs(forecast.gains(estimates[:, :1], qualities) - gains[:, 1:]).mean(1)
    told = ~np.isnan(qualities)
    assert errors[told].mean() < 0.15 < errors[~told].mean() < 0.5
    assert np.abs(forecast.gains(estimates, qualities)[:, 0] - (gains[:, 2] - gains[:, 1])).mean() < 0.1


def test_an_outlier_does_not_rule():
    estimates, gains, _ = pictures()
    gains[0, 1:] = -400
    rule = Rule.fit(estimates, gains, None)
    assert np.abs(rule.gains(estimates[:, :1], None)[1:, 0] - gains[1:, 1]).mean() < 0.5


def test_estimates_beyond_what_was_seen_count_as_the_last_seen():
    estimates, gains, _ = pictures()
    rule = Rule.fit(estimates, gains, None)
    assert rule.gains(np.array([[1e6]]), None).tolist() == rule.gains(rule.high[None, :1], None).tolist()
