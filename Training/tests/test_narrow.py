"""Taking channels out of a trained network's blocks."""

import onnxruntime
import pytest
import torch

from rbqe_training.export import provisional_thresholds, to_onnx
from rbqe_training.models import build
from rbqe_training.narrow import narrow

MODEL = {"family": "fast", "width": 12, "blocks": [1, 2], "convolutions": 3, "chroma_widths": [8, 8]}


@pytest.mark.parametrize("branch", [False, True])
def test_channels_that_nothing_needs_go_first(branch):
    torch.manual_seed(1)
    model = MODEL | {"branch": branch}
    before = build(model)
    with torch.no_grad():
        for block in before.residual_blocks(before.stages[1]):
            for layer in block[1:]:
                layer.weight[:, [2, 5, 7]] = 0
    luma = torch.rand(4, 1, 32, 32, generator=torch.Generator().manual_seed(2))
    image = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(3))
    errors = {}
    for width in (9, 5):
        state = narrow({"config": {"model": model}, "ema": before.state_dict()}, 2, width, luma)
        assert state["config"]["model"]["inner_widths"] == [12, width] and "inner_widths" not in MODEL
        after = build(state["config"]["model"])
        after.load_state_dict(state["ema"])
        assert [layer.out_channels for layer in after.stages[1]] == [width, width, 12] * 2
        with torch.no_grad():
            olds, news = before(image), after(image)
        assert torch.equal(olds[0], news[0])
        file = to_onnx(after.eval(), "fast", "0", provisional_thresholds(2)).SerializeToString()
        exported = onnxruntime.InferenceSession(file).run(["exit_2"], {"image": image.numpy()})[0]
        assert abs(exported - news[1].numpy()).max() < 1e-5
        errors[width] = (olds[1] - news[1]).abs().max().item()
    assert errors[9] < 1e-5 < errors[5] < 0.1
