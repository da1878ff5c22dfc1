"""Dividing the blocks of a trained network into other stages."""

import pytest
import torch

from rbqe_training.models import build
from rbqe_training.regroup import regrouped

MODEL = {"family": "fast", "width": 16, "blocks": [1, 2, 1], "convolutions": 2, "chroma_widths": [16, 16, 16]}


def test_the_whole_luma_chain_stays():
    torch.manual_seed(1)
    before = build(MODEL)
    state = regrouped({"config": {"name": "x", "model": MODEL}, "ema": before.state_dict()}, [2, 1, 1])
    after = build(state["config"]["model"])
    after.load_state_dict(state["ema"])
    assert state["config"]["model"]["blocks"] == [2, 1, 1] and MODEL["blocks"] == [1, 2, 1]
    image = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        olds, news = before(image), after(image)
    # Ends after 1, 3 and 4 blocks were there before, an end after 2 was not.
    assert torch.allclose(olds[1][:, 0], news[1][:, 0], atol=1e-6)
    assert torch.allclose(olds[2][:, 0], news[2][:, 0], atol=1e-6)
    assert not torch.allclose(olds[0][:, 0], news[0][:, 0], atol=1e-6)


def test_other_numbers_of_blocks_or_stages_are_refused():
    state = {"config": {"model": MODEL}, "ema": {}}
    for blocks in ([1, 2, 2], [2, 2]):
        with pytest.raises(ValueError):
            regrouped(state, blocks)
