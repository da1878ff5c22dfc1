"""What later exits add, from what gates said."""

import json

import numpy as np
import pytest

from rbqe_training.forecast import KNOTS, Decisions, Doubt, Forecast, Rule, terms, thresholds_of


def test_terms_are_as_the_program_has_them():
    grey, colour = np.array([False]), np.array([True])
    assert terms(np.array([[2.0, 3.0]]), None, colour).tolist() == [[1, 2, 3, 4, 6, 9]]
    told = terms(np.array([[2.0]]), np.array([96.0]), grey)[0]
    assert told[:3].tolist() == [1, 2, 4] and told[-3:] == pytest.approx([1.92, 0, 0])
    assert told[3:-3] == pytest.approx([max(0, 0.96 - knot) for knot in KNOTS])
    assert terms(np.array([[2.0]]), np.array([96.0]), colour)[0, -2:] == pytest.approx([0.06, 0.01])
    later = np.array([[2.0, 3.0]])
    assert (terms(later, np.array([96.0]), colour) == terms(later, np.array([96.0]), grey)).all()


def pictures(count: int = 600):
    """Gains that depend on the quality, and estimates that know half of it."""
    rng = np.random.default_rng(1)
    qualities = rng.choice([10.0, 50.0, 90.0, 98.0], count)
    first = 2 - qualities / 50 + rng.normal(0, 0.1, count)
    second = 0.3 * first + rng.normal(0, 0.02, count)
    gains = np.stack([np.zeros(count), first, first + second], 1)
    estimates = np.stack([first + second + rng.normal(0, 0.5, count), second + rng.normal(0, 0.1, count)], 1)
    return estimates, gains, np.where(rng.random(count) < 0.5, qualities, np.nan), rng.random(count) < 0.4


def test_what_a_file_tells_helps_and_what_is_unknown_is_forecast_too():
    estimates, gains, qualities, colours = pictures()
    forecast = Forecast.fit(estimates, gains, qualities, colours)
    errors = np.abs(forecast.gains(estimates[:, :1], qualities, colours) - gains[:, 1:]).mean(1)
    told = ~np.isnan(qualities)
    assert errors[told].mean() < 0.15 < errors[~told].mean() < 0.5
    assert np.abs(forecast.gains(estimates, qualities, colours)[:, 0] - (gains[:, 2] - gains[:, 1])).mean() < 0.1


def test_colour_of_high_quality_is_another_matter():
    estimates, gains, qualities, colours = pictures(2000)
    high = colours & (qualities == 98)
    gains[high, 1:] += 1
    forecast = Forecast.fit(estimates, gains, qualities, colours)
    for rows in (high, ~colours & (qualities == 98), colours & (qualities == 50)):
        forecasts = forecast.gains(estimates[rows, :1], qualities[rows], colours[rows])
        assert np.abs(forecasts - gains[rows, 1:]).mean() < 0.25


def test_an_outlier_does_not_rule():
    estimates, gains, _, colours = pictures()
    gains[0, 1:] = -400
    rule = Rule.fit(estimates, gains, None, colours)
    assert np.abs(rule.gains(estimates[:, :1], None, colours)[1:, 0] - gains[1:, 1]).mean() < 0.5


def test_what_is_uncertain_at_the_input_is_forecast_low():
    estimates, gains, _, colours = pictures()
    gains = gains.copy()
    gains[:, 1:] = gains[:, :1] + np.random.default_rng(4).normal(0, 1, (len(gains), 1))
    rule = Rule.fit(estimates, gains, None, colours)
    forecasts = rule.gains(estimates[:, :1], None, colours)[:, 0]
    # Too high counts 1.5 times as much as too low: right is what two of five stay below.
    assert np.mean(gains[:, 1] - gains[:, 0] < forecasts) == pytest.approx(0.4, abs=0.07)


def test_estimates_beyond_what_was_seen():
    estimates, gains, _, colours = pictures()
    rule = Rule.fit(estimates, gains, None, colours)
    highest = rule.gains(rule.high[None, :1], None, colours)
    assert rule.gains(np.array([[1e6]]), None, colours).tolist() == highest.tolist()
    # What a gate expects less than any did is taken off.
    least = rule.gains(rule.low[None, :1], None, colours)
    assert rule.gains(rule.low[None, :1] - 2, None, colours) == pytest.approx(least - 2)
    assert rule.gains(np.array([[rule.low[0] - 2, 1.0]]), None, colours) == pytest.approx(
        rule.gains(np.array([[rule.low[0], 1.0]]), None, colours)
    )


def test_a_model_file_says_where_images_leave():
    estimates, gains, qualities, colours = pictures()
    forecast = Forecast.fit(estimates, gains, qualities, colours)
    points = [{"tau": 1.0, "input": 0.8, "color_input": 1.0, "share": 0.3}]
    text = json.dumps({"gate": {"points": points, "forecast": forecast.json()}})
    shares = np.array([0, 0.25, 1])
    decisions = Decisions.of_model(b"\x00thresholds\x12" + text.encode() + b"\x00", shares)
    assert decisions.points == points
    margins, best = decisions.outlook(estimates, qualities, colours, points[0])
    blind = np.isnan(qualities)
    assert (margins[blind, 0] == (estimates[:, 0] - np.where(colours, 1.0, 0.8))[blind]).all()
    # The second exit brings at most 0.7 dB more for three quarters of the cost.
    assert (best[:, 0] == 1).mean() > 0.99 and (best[:, 1] == 2).all()
    row = int(np.flatnonzero(margins[:, 0] > 0)[0])
    quality = None if np.isnan(qualities[row]) else qualities[row]
    assert decisions.exit(estimates[row].tolist(), quality, colours[row], points[0]) == 1
    assert decisions.exit([estimates[row, 0], None], quality, colours[row], points[0]) == 1
    assert decisions.exit([-9.0, None], None, False, points[0]) == 0
    assert decisions.exit([None, None], 50, False, points[0]) == 0
    assert decisions.exit([0.9, None], None, False, points[0]) == 1
    assert decisions.exit([0.9, None], None, True, points[0]) == 0


def test_inputs_in_doubt_are_tried_and_taken_back():
    estimates, gains, qualities, colours = pictures()
    point = {"tau": 0.1, "input": 1.0, "color_input": 1.2, "share": 0.5}
    forecast = Forecast.fit(estimates, gains, qualities, colours)
    plain = Decisions(forecast, np.array([0, 0.25, 1]), [point])
    doubting = Decisions(forecast, np.array([0, 0.25, 1]), [point], Doubt(0.5, 0.6))
    asked = np.where(colours, 1.2, 1.0)
    blind, promise = np.isnan(qualities), estimates[:, 0]
    tried = blind & (promise < asked) & (promise >= 0.5 * asked)
    confirmed = tried & (estimates[:, 1] < 0.6 * promise)
    assert tried.sum() > 30 and 0 < confirmed.sum() < tried.sum()
    before, _ = plain.taken(estimates, qualities, colours, point)
    exits, ran = doubting.taken(estimates, qualities, colours, point)
    assert (exits[~tried] == before[~tried]).all() and (before[tried] == 0).all()
    assert (exits[confirmed] > 0).all() and (exits[tried & ~confirmed] == 0).all()
    assert (ran[tried & ~confirmed] == 1).all() and (ran[~tried | confirmed] == exits[~tried | confirmed]).all()
    # One by one, as records have them: what wasn't asked isn't there.
    for row in np.flatnonzero(blind)[:100]:
        asked_of = [float(value) if k <= ran[row] else None for k, value in enumerate(estimates[row])]
        assert doubting.exit(asked_of, None, bool(colours[row]), point) == exits[row]
    # What the first stage must bring at least isn't worth its cost at any price.
    assert not doubting.tried(estimates, qualities, colours, point | {"tau": 9}).any()


def test_of_a_sample_the_first_stage_has_the_last_word():
    estimates, gains, qualities, colours = pictures()
    # A third exit, which is worth little more than the second.
    more = np.stack([*gains.T, gains[:, 2] + 0.05], 1)
    estimates = np.concatenate([estimates, np.full((len(estimates), 1), 0.05)], 1)
    point = {"tau": 0.2, "input": 0.5, "color_input": 0.5, "share": 0.5}
    decisions = Decisions(
        Forecast.fit(estimates, more, qualities, colours), np.array([0, 0.2, 0.4, 1]), [point], Doubt(0.7, 0.6)
    )
    _, best = decisions.outlook(estimates, qualities, colours, point)
    exits, ran = decisions.taken(estimates, qualities, colours, point)
    deeper = 0
    for row, gain in enumerate(estimates.tolist()):
        quality = None if np.isnan(qualities[row]) else qualities[row]
        found = decisions.path(gain, quality, bool(colours[row]), point, is_sample=True)
        # What wasn't asked isn't needed.
        assert decisions.path([*gain[:2], None], quality, bool(colours[row]), point, is_sample=True) == found
        if ran[row] > 1:
            deeper += 1
            assert found == (best[row, 1], 1)
        else:
            assert found == (exits[row], ran[row])
    assert 0 < deeper < len(estimates)


def test_a_rule_for_doubt_is_read_from_a_file():
    estimates, gains, qualities, colours = pictures()
    forecast = Forecast.fit(estimates, gains, qualities, colours)
    gate = {"points": [], "forecast": forecast.json(), "doubt": Doubt(0.7, 0.72).json()}
    data = f"noise thresholds {json.dumps({'gate': gate})} noise".encode()
    assert thresholds_of(data)["gate"]["points"] == []
    assert Decisions.of_model(data, np.array([0, 0.25, 1])).doubt == Doubt(0.7, 0.72)
