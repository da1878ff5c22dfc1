"""The weights of an ONNX file, back in the network."""

import pytest
import torch

from rbqe_training.export import to_graph
from rbqe_training.random_networks import random_model
from rbqe_training.recover import recovered


@pytest.mark.parametrize("family, depth, coarse_width", [("fast", 2, 0), ("fast", 2, 4), ("nested", 3, 0)])
def test_recovers_every_weight(family, depth, coarse_width):
    model = random_model(family, 4, depth, 2, 1, coarse_width)
    other = random_model(family, 4, depth, 2, 2, coarse_width)
    found = recovered(to_graph(model, family), other).state_dict()
    assert found.keys() == model.state_dict().keys()
    for name, value in model.state_dict().items():
        assert torch.equal(found[name], value), name


def test_another_shape_is_refused():
    graph = to_graph(random_model("nested", 4, 3, 2, 1), "nested")
    with pytest.raises(ValueError, match="of the shape"):
        recovered(graph, random_model("nested", 6, 3, 2, 1))
    with pytest.raises(ValueError, match="exits"):
        recovered(graph, random_model("nested", 4, 2, 2, 1))
