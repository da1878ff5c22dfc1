"""Training losses."""

import pytest
import torch

from rbqe_training.losses import restoration_loss, specialised_shares

WEIGHTS = {"plane_weights": [1.0, 0.0, 0.0], "exit_weights": [1.0]}


@pytest.fixture
def target() -> torch.Tensor:
    return torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))


def test_root_mean_square_is_that_of_every_image(target):
    output = target.clone()
    output[0, 0] += 0.1
    output[1, 0, :, :8] -= 0.4
    loss = restoration_loss([output], target, **WEIGHTS, epsilon=0, kind="rms")
    assert loss.item() == pytest.approx((0.1 + (0.4**2 / 2) ** 0.5) / 2, rel=1e-5)


def test_root_mean_square_is_least_at_the_mean_and_charbonnier_at_the_median():
    target = torch.zeros(1, 3, 10, 10)
    target[..., :3] = 1
    levels = torch.linspace(0, 1, 101)
    for kind, best in (("rms", 0.3), ("charbonnier", 0.0)):
        losses = torch.stack(
            [restoration_loss([torch.full_like(target, x)], target, **WEIGHTS, epsilon=1e-4, kind=kind) for x in levels]
        )
        assert levels[losses.argmin()].item() == pytest.approx(best, abs=0.011)


@pytest.mark.parametrize("kind", ["charbonnier", "rms"])
def test_exits_planes_and_shares_weigh(target, kind):
    near, far = target + 0.05, target + 0.2
    options = {"kind": kind, "plane_weights": [1.0, 0.5, 0.5], "epsilon": 0.0}
    one = restoration_loss([near], target, exit_weights=[1.0], **options)
    both = restoration_loss([near, far], target, exit_weights=[3.0, 1.0], **options)
    assert one.item() == pytest.approx(0.05, rel=1e-4)
    assert both.item() == pytest.approx((3 * 0.05 + 0.2) / 4, rel=1e-4)
    shared = restoration_loss(
        [near, far], target, exit_weights=[1.0, 1.0], shares=torch.tensor([[2.0, 0.0], [2.0, 0.0]]), **options
    )
    assert shared.item() == pytest.approx(0.05, rel=1e-4)


def test_an_early_exit_learns_from_the_last_and_the_last_from_none(target):
    early, last = (target + 0.2).requires_grad_(), (target + 0.05).requires_grad_()
    options = {"kind": "rms", "plane_weights": [1.0, 1.0, 1.0], "epsilon": 0.0, "exit_weights": [1.0, 1.0]}
    loss = restoration_loss([early, last], target, distillation=0.4, **options)
    assert loss.item() == pytest.approx((0.6 * 0.2 + 0.4 * 0.15 + 0.05) / 2, rel=1e-4)
    loss.backward()
    distilled = last.grad.clone()
    last.grad = None
    restoration_loss([early, last], target, **options).backward()
    assert torch.equal(distilled, last.grad)


def test_shares_follow_the_quality():
    shares = specialised_shares(torch.tensor([5, 50, 95, 100, 1]), 3)
    assert torch.allclose(shares.mean(1), torch.ones(5))
    assert shares.argmax(1).tolist() == [2, 1, 0, 0, 2]
    assert torch.equal(shares[0], shares[4]) and torch.equal(shares[2], shares[3])
    assert (shares[0, 2] / shares[0, 0]).item() == pytest.approx(torch.e**2, rel=1e-4)
