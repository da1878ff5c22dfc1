"""Thresholds from the records of the program."""

import json

import numpy as np
import pytest

from rbqe_training import calibrate
from rbqe_training.calibrate import Measured, chosen_exits, saturated_exits, window_exits
from rbqe_training.forecast import Decisions, Forecast


def measured(gains, estimates=None, shares=None, scores=None, changes=None) -> Measured:
    count, exits = gains.shape[0], gains.shape[1] - 1
    lossless = np.arange(count) == (0 if estimates is None else estimates[:, 0].argmin())
    return Measured(
        gains=gains,
        shares=np.linspace(0, 1, exits + 1) if shares is None else np.array(shares),
        estimates=estimates,
        qualities=np.full(count, np.nan),
        colours=np.zeros(count, bool),
        lossless=lossless,
        spotless=lossless.copy(),
        scores=np.zeros((count, exits)) if scores is None else scores,
        changes=np.full((count, exits), np.nan) if changes is None else changes,
    )


def forecast_of(data: Measured) -> Forecast:
    """Half of the pictures' files tell a quality, which says nothing."""
    qualities = np.where(np.arange(len(data.gains)) % 2, np.nan, 50.0)
    return Forecast.fit(data.estimates, data.gains, qualities, data.colours)


def margins(data: Measured, forecast: Forecast, price: float, promised: float) -> np.ndarray:
    point = {"tau": price, "input": promised, "color_input": promised}
    return Decisions(forecast, data.shares, []).margins(*data.asked, point)


def test_decisions_follow_the_price():
    rng = np.random.default_rng(2)
    gains = np.cumsum(np.c_[np.zeros(300), rng.normal(0.3, 0.4, (300, 1)), rng.normal(0.1, 0.1, (300, 2))], axis=1)
    best = np.maximum.accumulate(gains[:, ::-1], axis=1)[:, ::-1][:, 1:]
    estimates = best - gains[:, :-1] + rng.normal(0, 0.02, (300, 3))
    data = measured(gains, estimates, [0.0, 0.2, 0.5, 1.0])
    forecast = forecast_of(data)
    least = calibrate.input_thresholds(data, forecast, False)
    assert least == sorted(least)
    exits = [
        calibrate.first_exits(margins(data, forecast, price, own) < 0)
        for price, own in zip(calibrate.GATE_PRICES, least)
    ]
    costs = [data.shares[chosen].mean() for chosen in exits]
    assert costs == sorted(costs, reverse=True) and costs[0] > 0.5 and costs[-1] < 0.05
    assert gains[np.arange(300), exits[0]].mean() > gains.mean(axis=0).max()


def test_what_is_lost_can_count_more():
    rng = np.random.default_rng(4)
    gains = np.c_[np.zeros(400), rng.normal(0.1, 0.5, 400)]
    data = measured(gains, gains[:, 1:] + rng.normal(0, 0.3, (400, 1)))
    lost = []
    for harm in (0, 10):
        least = calibrate.input_thresholds(data, forecast_of(data), False, harm)[0]
        lost.append(np.minimum(gains[np.arange(400), np.where(data.estimates[:, 0] < least, 0, 1)], 0).mean())
    assert lost[0] < 4 * lost[1] < 0


def test_much_is_never_left_alone():
    rng = np.random.default_rng(5)
    # One picture of which as much is expected as of others, and that is harmed: without a limit it decides.
    estimates = np.append(rng.uniform(0.2, 1.0, 60), 0.9)[:, None]
    data = measured(np.c_[np.zeros(61), np.append(estimates[:60, 0], -50.0)], estimates)
    free, held = (calibrate.input_thresholds(data, forecast_of(data), False, 2, most) for most in (np.inf, 0.5))
    assert free[0] > 0.9
    for price, least in zip(calibrate.GATE_PRICES, held):
        assert least <= max(0.5, calibrate.EARNED * price) + 1e-4


def test_pictures_as_good_as_their_originals_are_left_alone():
    rng = np.random.default_rng(7)
    lossless = rng.random(400) < 0.5
    # As much is expected of half of those without any loss as of the others, and little is lost by them.
    estimates = rng.uniform(0.3, 1.0, (400, 1)) - np.where(lossless & (rng.random(400) < 0.5), 0.3, 0)[:, None]
    data = measured(np.c_[np.zeros(400), np.where(lossless, -0.01, 1.0)], estimates)
    data.lossless[:] = lossless & (np.arange(400) < 200)
    data.spotless[:] = lossless
    least = calibrate.input_thresholds(data, forecast_of(data), False)[0]
    assert (estimates[lossless, 0] < least).mean() == pytest.approx(calibrate.UNTOUCHED, abs=0.02)
    assert calibrate.input_thresholds(data, forecast_of(data), False, most=0.5)[0] == 0.5


def test_files_that_tell_their_quality_are_asked_for_no_more_than_their_price():
    gains = np.tile([0.0, 0.3], (40, 1))
    data = measured(gains, np.full((40, 1), 0.3), [0.0, 1.0])
    data.qualities[:20] = 80
    found = margins(data, forecast_of(data), 0.2, 0.5)[:, 0]
    assert found[:20] == pytest.approx(0.1, abs=0.02) and found[20:] == pytest.approx(-0.2, abs=1e-9)


def test_records_of_one_kind_are_refused():
    data = measured(np.tile([0.0, 0.3], (9, 1)), np.full((9, 1), 0.3))
    with pytest.raises(SystemExit, match="of which nothing is known"):
        calibrate.calibrate(data, 0.15, 2, (0.6, 0.6), "test")


def test_scores_that_tell_clean_from_bad_are_used():
    rng = np.random.default_rng(0)
    clean = rng.random(400) < 0.5
    scores = np.where(clean, 0.8, 0.4)[:, None] + 0.1 * rng.random((400, 2))
    gains = np.where(clean[:, None], [0.0, -1.0, -2.0], [0.0, 0.5, 0.9])
    data = measured(gains, scores=scores)
    thresholds = calibrate.assessor_thresholds(data)[0]
    assert (chosen_exits(-scores, -thresholds) == np.where(clean, 0, 2)).mean() > 0.98


def test_useless_scores_fall_back_to_the_best_fixed_exit():
    gains = np.tile([0.0, 0.7, 0.6], (50, 1))
    scores = np.random.default_rng(0).random((50, 2))
    thresholds = calibrate.assessor_thresholds(measured(gains, scores=scores))[0]
    assert (chosen_exits(-scores, -thresholds) == 1).all()


def test_the_window_leaves_goes_on_or_goes_to_the_end():
    estimates = np.array([[0.1, 9.0, 9.0], [0.9, 0.0, 0.0], [0.5, 0.1, 9.0], [0.5, 0.5, 0.5]])
    best = np.array([[3, 3, 3], [2, 3, 3], [3, 3, 3], [1, 2, 3]])
    assert window_exits(estimates - 0.5, best, 0.2).tolist() == [0, 2, 1, 3]


def test_saturation_never_leaves_before_the_second_exit():
    changes = np.array([[np.nan, np.nan, 0.1, 0.5], [np.nan, np.nan, 0.5, 0.1], [np.nan, np.nan, 0.5, 0.5]])
    assert saturated_exits(changes, 0.2).tolist() == [2, 3, 4]


def test_touching_what_lost_nothing_counts(tmp_path):
    record = {
        "kind": "evaluation",
        "status": "measured",
        "channel": "luma",
        "macs_per_pixel": [0, 4],
        "scores": [1.0],
        "changes": [None],
    }
    lines = [record | {"psnr": psnr} for psnr in ([None, 55.0], [51.0, 55.0], [30.0, 31.0])]
    (tmp_path / "records.jsonl").write_text("\n".join(map(json.dumps, lines)))
    data = Measured.read([tmp_path / "records.jsonl"])
    assert data.gains.tolist() == [[0, -calibrate.TOUCHED], [0, -calibrate.TOUCHED], [0, 1]]
    assert data.spotless.tolist() == [True, True, False] and data.lossless.tolist() == [True, False, False]
    assert data.shares.tolist() == [0, 1]
    assert "saturation" not in calibrate.calibrate(data, 0.15, 2, (0.45, 0.45), "test")


def test_records_of_two_models_are_refused(tmp_path):
    lines = [{"kind": "run", "model_hash": name, "options": {"constraint": "auto"}} for name in "ab"]
    (tmp_path / "records.jsonl").write_text("\n".join(map(json.dumps, lines)))
    with pytest.raises(SystemExit, match="of one model"):
        Measured.read([tmp_path / "records.jsonl"])


def test_records_that_do_not_say_what_was_told_are_refused(tmp_path):
    (tmp_path / "records.jsonl").write_text(json.dumps({"kind": "run", "model_hash": "a", "options": {}}))
    with pytest.raises(SystemExit, match="told"):
        Measured.read([tmp_path / "records.jsonl"])


@pytest.mark.parametrize("has_gates", [True, False])
def test_records_become_what_a_model_file_holds(tmp_path, has_gates):
    record = {"kind": "evaluation", "status": "measured", "macs_per_pixel": [0, 1, 2, 4]}
    rng = np.random.default_rng(6)
    run = {"kind": "run", "model_hash": "a", "options": {"constraint": "auto"}}
    lines = [run, {"kind": "evaluation", "status": "failed"}]
    for index in range(40):
        one = record | {
            "psnr": [None if index in (0, 2) else 30.0, *(30 + np.cumsum(rng.random(3))).tolist()],
            "scores": rng.random(4).tolist(),
            "changes": [None, None, float(rng.random())],
            "told_quality": [None, 75][index % 2],
            "channel": ["luma", "rgb"][index // 2 % 2],
        }
        lines.append(one | ({"gain_estimates": rng.random(3).tolist()} if has_gates else {}))
    (tmp_path / "records.jsonl").write_text("\n".join(map(json.dumps, lines)))
    data = Measured.read([tmp_path / "records.jsonl"])
    assert len(data.gains) == 40 and data.shares.tolist() == [0, 0.25, 0.5, 1]
    assert (data.gains[3:, 1:] > 0).all() and np.flatnonzero(data.lossless).tolist() == [0, 2]
    found = calibrate.calibrate(data, 0.15, 2, (0.3, 0.45), "test")
    assert set(found) == {"assessor", "saturation"} | ({"gate", "window"} if has_gates else set())
    assert [point["tau"] for point in found["assessor"]["points"]] == calibrate.PRICES
    assert all(len(point["values"]) == 3 for point in found["assessor"]["points"])
    if has_gates:
        assert [point["tau"] for point in found["gate"]["points"]] == calibrate.GATE_PRICES
        first = found["gate"]["points"][0]  # of no price, so what is asked is no more than given
        assert first["input"] <= 0.3 and first["color_input"] <= 0.45
        assert calibrate.calibrate(data, 0.15, 2, (0.3, 0.1), "test")["gate"]["points"][0]["color_input"] <= 0.1
        assert [len(exit) for exit in found["gate"]["forecast"]["told"]["weights"]] == [3, 2, 1]
    assert found["assessor"]["values"] in [point["values"] for point in found["assessor"]["points"]]


def test_records_for_gates_alone_change_nothing_else(tmp_path, monkeypatch):
    rng = np.random.default_rng(9)
    run = {"kind": "run", "model_hash": "a", "options": {"constraint": "auto"}}
    for name, gain in (("some", 0.5), ("more", 3.0)):
        lines = [run]
        for index in range(24):
            lines.append(
                {
                    "kind": "evaluation",
                    "status": "measured",
                    "macs_per_pixel": [0, 1, 4],
                    "psnr": [None if index < 4 else 30.0, *(30 + gain * np.cumsum(rng.random(2))).tolist()],
                    "scores": rng.random(3).tolist(),
                    "changes": [None, None],
                    "channel": ["luma", "rgb"][index % 2],
                    "told_quality": 75 if index > 16 else None,
                    "gain_estimates": rng.random(2).tolist(),
                }
            )
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)))

    def chosen(*options: str) -> dict:
        command = ["calibrate", str(tmp_path / "some.jsonl"), "--out", str(tmp_path / "out.json"), *options]
        monkeypatch.setattr("sys.argv", command)
        calibrate.main()
        return json.loads((tmp_path / "out.json").read_text())

    alone, joined = chosen(), chosen("--gates-also", str(tmp_path / "more.jsonl"))
    assert joined["assessor"] == alone["assessor"] and joined["gate"]["forecast"] != alone["gate"]["forecast"]
    assert [joined[policy]["calibrated_on"] for policy in ("assessor", "gate")] == [
        "CID22 validation part, 24 pictures",
        "CID22 validation part, 48 pictures",
    ]


def grainy_and_compressed(little: float | None = None) -> tuple[Measured, np.ndarray]:
    """What is measured of 600 pictures, and which have grain. Compressed pictures lose most of what there is to gain in
    the first stage; grain keeps all of it. little: what those gain, in dB, that promise less than 0.9."""
    rng = np.random.default_rng(8)
    count = 600
    grain = np.arange(count) % 3 == 0
    promise = rng.uniform(0.2, 2, count)
    rest = promise * np.where(grain, rng.uniform(0.8, 1.2, count), rng.uniform(0.1, 0.5, count))
    gains = np.c_[np.zeros(count), np.where(grain, -0.5, promise - rest), np.where(grain, -0.3, promise)]
    if little is not None:
        gains[~grain & (promise < 0.9), 1:] = little
    data = measured(gains, np.c_[promise, rest], [0.0, 0.2, 1.0])
    data.lossless = grain
    return data, grain


def test_doubt_is_settled_as_far_as_nothing_clean_goes_on():
    data, grain = grainy_and_compressed()
    promise, rest = data.estimates.T.copy()
    decisions = Decisions(forecast_of(data), data.shares, [])
    points = [{"tau": tau, "input": 1.5, "color_input": 1.5} for tau in (0.0, 0.1, 1.0)]
    doubt = calibrate.doubt_of(data, decisions, points, 0.1, 2)
    assert doubt.least == 0.5 and 0.45 <= doubt.remaining < 0.8
    decisions.doubt = doubt
    for point in points:
        assert (decisions.taken(*data.asked, point)[0][grain & (promise < 1.5)] == 0).all()
    exits, _ = decisions.taken(*data.asked, points[1])
    assert (exits[~grain & (promise > 0.8) & (rest < 0.45 * promise)] > 0).all()
    # Where grain can't be told from compression, nobody doubts.
    data.estimates[:, 1] = 0.15 * promise
    assert calibrate.doubt_of(data, decisions, points, 0.1, 2) is None
    # Nor where there is no second gate.
    data.estimates = data.estimates[:, :1]
    assert calibrate.doubt_of(data, decisions, points, 0.1, 2) is None


def test_of_rules_that_bring_nearly_as_much_the_one_that_doubts_most_is_taken():
    points = [{"tau": 0.1, "input": 1.5, "color_input": 1.5}]

    def least(little: float) -> float:
        data, _ = grainy_and_compressed(little)
        return calibrate.doubt_of(data, Decisions(forecast_of(data), data.shares, []), points, 0.1, 2).least

    assert least(0.05) == 0.5  # a few stages in vain
    assert least(-1) > 0.5


def test_a_rule_that_tries_less_may_be_allowed_where_one_that_goes_on_sooner_is_not():
    """Of one clean picture so little is left to gain after the first stage that it would go on, if it were tried."""
    data, _ = grainy_and_compressed()
    data.estimates[np.flatnonzero(data.lossless)[0]] = 0.8, 0.1
    decisions = Decisions(forecast_of(data), data.shares, [])
    points = [{"tau": 2.0, "input": 1.5, "color_input": 1.5}]  # it is tried where (1 - remaining) 0.8 >= 0.4
    doubt = calibrate.doubt_of(data, decisions, points, 2.0, 2)
    assert doubt.least == 0.5 and doubt.remaining > 0.5
