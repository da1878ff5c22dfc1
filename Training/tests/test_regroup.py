"""Dividing the blocks of a trained network into other stages."""

import onnxruntime
import pytest
import torch
from torch import nn

from rbqe_training.export import provisional_thresholds, to_onnx
from rbqe_training.models import build
from rbqe_training.regroup import (
    behind_branch,
    regrouped,
    with_adding_second,
    with_first_block,
    with_silent,
    with_split,
)

MODEL = {"family": "fast", "width": 16, "blocks": [1, 2, 1], "convolutions": 2, "chroma_widths": [16, 16, 16]}

IMAGE = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(2))


def network() -> nn.Module:
    torch.manual_seed(1)
    return build(MODEL)


def checkpoint_of(model: nn.Module) -> dict:
    return {"config": {"name": "x", "model": MODEL}, "ema": model.state_dict()}


def of(state: dict) -> nn.Module:
    model = build(state["config"]["model"])
    model.load_state_dict(state["ema"])
    return model


def test_the_whole_luma_chain_stays():
    before = network()
    state = regrouped(checkpoint_of(before), [2, 1, 1])
    after = of(state)
    assert state["config"]["model"]["blocks"] == [2, 1, 1] and MODEL["blocks"] == [1, 2, 1]
    with torch.no_grad():
        olds, news = before(IMAGE), after(IMAGE)
    # Ends after 1, 3 and 4 blocks were there before, an end after 2 was not.
    assert torch.allclose(olds[1][:, 0], news[1][:, 0], atol=1e-6)
    assert torch.allclose(olds[2][:, 0], news[2][:, 0], atol=1e-6)
    assert not torch.allclose(olds[0][:, 0], news[0][:, 0], atol=1e-6)


def test_a_descent_gives_nothing_yet():
    before = network()
    descent = {"coarse_width": 8, "coarse_blocks": [2], "joins": 2}
    state = regrouped(checkpoint_of(before), [0, 1, 2], descent)
    assert state["config"]["model"] == MODEL | {"blocks": [0, 1, 2]} | descent
    after = of(state)
    with torch.no_grad():
        olds, news = before(IMAGE), after(IMAGE)
    # One block, then three: as the ends of the old stages.
    assert torch.allclose(olds[1][:, 0], news[2][:, 0], atol=1e-6)
    with torch.no_grad():
        after.descent.join[-1].bias.add_(0.1)
    assert not torch.allclose(olds[1][:, 0], after(IMAGE)[2][:, 0], atol=1e-3)


def test_blocks_that_are_left_over_are_the_last_ones():
    before = network()
    state = regrouped(checkpoint_of(before), [1, 1, 1])
    after = of(state)
    assert torch.equal(after.stages[2][0].weight, before.stages[1][2].weight)
    assert torch.equal(after.heads[0].weight, before.heads[0].weight)


def test_blocks_that_are_added_give_nothing_yet():
    before = network()
    after = of(regrouped(checkpoint_of(before), [1, 2, 3]))
    with torch.no_grad():
        olds, news = before(IMAGE), after(IMAGE)
        assert all(torch.allclose(old, new, atol=1e-6) for old, new in zip(olds, news))
        after.stages[2][-1].bias.add_(0.1)
        assert not torch.allclose(olds[2], after(IMAGE)[2], atol=1e-3)


def test_a_first_block_gives_nothing_yet():
    before = network()
    state = with_first_block(checkpoint_of(before), 2)
    assert state["config"]["model"]["blocks"] == [1, 3, 1] and MODEL["blocks"] == [1, 2, 1]
    after = of(state)
    with torch.no_grad():
        assert all(torch.equal(old, new) for old, new in zip(before(IMAGE), after(IMAGE)))
        after.stages[1][1].bias.add_(0.1)
        first, second, _ = after(IMAGE)
    assert torch.equal(first, before(IMAGE)[0]) and not torch.allclose(second, before(IMAGE)[1], atol=1e-3)


def test_other_numbers_of_stages_are_refused():
    state = {"config": {"model": MODEL}, "ema": {}}
    for blocks in ([2, 2], [1, 2, 1, 1]):
        with pytest.raises(ValueError):
            regrouped(state, blocks)
    for stage in (-1, 0, 4):
        with pytest.raises(ValueError, match="no stage"):
            with_first_block(state, stage)


def test_an_exit_comes_before_all():
    before, front = network(), network()
    with torch.no_grad():
        for name, parameter in front.named_parameters():
            if not name.startswith("stem."):
                parameter.add_(0.01)
    state = behind_branch(checkpoint_of(before), checkpoint_of(front))
    assert state["config"]["model"]["blocks"] == [1, 3, 1]
    after = of(state)
    with torch.no_grad():
        olds, fronts, news = before(IMAGE), front(IMAGE), after(IMAGE)
        assert torch.equal(news[0], fronts[0])
        for old, new in zip(olds[1:], news[1:]):
            assert torch.allclose(old[:, 0], new[:, 0], atol=1e-6)
        # What the branch knows can reach them.
        after.merge.weight.add_(0.1)
        assert not torch.allclose(olds[1][:, 0], after(IMAGE)[1][:, 0], atol=1e-3)
        assert torch.equal(after(IMAGE)[0], fronts[0])


@pytest.mark.parametrize("branch", [False, True])
@pytest.mark.parametrize("chroma_widths", [[16, 16, 16], [8, 12, 16]])
def test_an_exit_comes_between_and_the_others_stay(branch, chroma_widths):
    torch.manual_seed(1)
    model = MODEL | {"branch": branch, "chroma_widths": chroma_widths, "inner_widths": [10, 12, 14]}
    before = build(model)
    state = with_split({"config": {"model": model}, "ema": before.state_dict()}, 2, 1)
    changed = state["config"]["model"]
    assert changed["blocks"] == [1, 1, 1, 1] and changed["inner_widths"] == [10, 12, 12, 14]
    assert changed["chroma_widths"] == [chroma_widths[0], *chroma_widths]
    after = of(state)
    with torch.no_grad():
        olds, news = before(IMAGE), after(IMAGE)
        assert all(torch.equal(old, new) for old, new in zip(olds, [news[0], *news[2:]]))
        # The new exit's chroma is that of the one before; its luma is seen by the head of the one after.
        assert torch.allclose(news[1][:, 1:], olds[0][:, 1:], atol=1e-6)
        luma, _ = list(after.features(IMAGE, 2))[1]
        assert torch.equal(after.heads[1](luma), before.heads[1](luma))


def test_the_second_exit_begins_with_what_the_first_gives():
    before = network()
    state = with_adding_second(checkpoint_of(before))
    assert state["config"]["model"]["second_adds"] and "second_adds" not in MODEL
    after = of(state)
    with torch.no_grad():
        olds, news = before(IMAGE), after(IMAGE)
        assert all(torch.equal(old, new) for old, new in zip([olds[0], olds[0], olds[2]], news))
        after.heads[1].bias.add_(0.1)
        first, second, third = after(IMAGE)
        assert torch.allclose(second[:, 0], first[:, 0] + 0.1, atol=1e-6) and torch.equal(third, news[2])
    with pytest.raises(ValueError, match="can't begin"):
        with_adding_second(state)
    for change in (lambda: with_split(state, 2, 1), lambda: regrouped(state, [2, 1, 1])):
        with pytest.raises(ValueError, match="other exits"):
            change()


@pytest.mark.parametrize("adds", [False, True])
def test_an_exit_goes_and_the_others_stay(adds):
    model = MODEL | {"blocks": [1, 1, 1, 1], "chroma_widths": [8, 8, 12, 16], "branch": True, "second_adds": adds}
    torch.manual_seed(1)
    before = build(model)
    state = with_silent({"config": {"model": model}, "ema": before.state_dict()}, 2)
    after = of(state)
    assert after.exits == 3 and after.chroma_widths == [8, 12, 16]
    with torch.no_grad():
        olds, news = before(IMAGE), after(IMAGE)
        assert all(torch.equal(old, new) for old, new in zip([olds[0], *olds[2:]], news, strict=True))
        assert torch.equal(after(IMAGE, 2)[1], news[1])
    file = to_onnx(after.eval(), "fast", "0", provisional_thresholds(3)).SerializeToString()
    outputs = onnxruntime.InferenceSession(file).run(["exit_1", "exit_2", "exit_3"], {"image": IMAGE.numpy()})
    for new, exported in zip(news, outputs, strict=True):
        assert abs(exported - new.numpy()).max() < 1e-5
    for stage in (1, 4):
        with pytest.raises(ValueError, match="no stage"):
            with_silent({"config": {"model": model}, "ema": before.state_dict()}, stage)


def test_a_stage_that_has_no_place_for_an_exit_is_refused():
    state = checkpoint_of(network())
    for stage, first in ((1, 1), (2, 0), (2, 2), (3, 1), (4, 1), (0, 1)):
        with pytest.raises(ValueError, match="no stage"):
            with_split(state, stage, first)


def test_a_second_branch_is_refused():
    state = behind_branch(checkpoint_of(network()), checkpoint_of(network()))
    with pytest.raises(ValueError, match="another branch"):
        behind_branch(state, checkpoint_of(network()))
    with pytest.raises(ValueError, match="branch"):
        regrouped(state, [1, 2, 2])


def test_a_branch_of_another_stem_is_refused():
    before, front = network(), network()
    with torch.no_grad():
        front.stem.weight.add_(0.01)
    with pytest.raises(ValueError, match="another stem"):
        behind_branch(checkpoint_of(before), checkpoint_of(front))
