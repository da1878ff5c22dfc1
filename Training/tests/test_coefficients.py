"""What a file's coefficients say of a result."""

import json

import numpy as np
import pytest

from rbqe_training.coefficients import ErrorLaw, blocks_of, expected, held, plane_of
from rbqe_training.degradation import tables_of
from rbqe_training.export import provisional_thresholds, to_onnx
from rbqe_training.random_networks import random_model


@pytest.mark.parametrize("span", [0.05, 0.7, 3.0, 40.0])
def test_the_expected_place_is_what_integration_finds(span):
    reach = 0.8
    places = np.linspace(-reach, reach, 20001)
    for away in np.linspace(-reach - 0.9 * span, reach + 0.9 * span, 23):
        density = np.maximum(0, 1 - ((places - away) / span) ** 2)
        found = float(expected(np.array(away), np.array(reach), np.array(span)))
        assert abs(found - (density * places).sum() / density.sum()) < 2e-4 * reach


def test_far_outside_is_the_end_and_nothing_moves_without_errors():
    away = np.array([-5.0, -0.3, 0.0, 0.4, 7.0])
    assert np.allclose(expected(away, np.float64(0.5), np.float64(0)), away.clip(-0.5, 0.5), atol=1e-4)


def test_spans_grow_with_steps_and_activity():
    values = np.zeros((2, 8, 8))
    values[:, 0, 0] = 9  # doesn't count
    values[1, 0, 1:4] = [1, -2, 1]
    low = ErrorLaw(2.0, 0.5, 1.0).spans(values, np.full((8, 8), 16.0))
    assert low.shape == (2, 1, 1) and np.allclose(low.ravel(), [8, 32])


def test_results_come_into_the_files_intervals():
    rng = np.random.default_rng(1)
    table = tables_of(40)[0].astype(np.float64)
    values = np.round(rng.normal(0, 0.6, (3, 2, 8, 8)))
    decoded = plane_of(values * table) / 255
    result = decoded + rng.normal(0, 0.1, decoded.shape)
    after = held(result, decoded, table, ErrorLaw(1.0, 0.5, 0.2))
    assert (np.abs(blocks_of(after * 255) - values * table) <= table / 2 + 1e-3).all()


def test_the_file_states_the_laws_of_its_exits():
    model = random_model("fast", 8, 2, 1, seed=1)
    laws = {"luma": [[1, 0.5, 0.2], [2, 0.4, 0.1]], "chroma": [[3, 0.5, 0.2], [4, 0.4, 0.1]]}
    file = to_onnx(model, "fast", "0", provisional_thresholds(2), errors=laws)
    stated = next(p.value for p in file.metadata_props if p.key == "coefficient_errors")
    assert json.loads(stated) == laws
    with pytest.raises(ValueError):
        to_onnx(model, "fast", "0", provisional_thresholds(2), errors=laws | {"luma": laws["luma"][:1]})
