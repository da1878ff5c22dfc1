"""Other exits for a `fast` network that is trained already: the same luma blocks, divided into stages differently.

Heads and chroma stay with the number of their stage; where a stage now ends after more blocks, its luma head is that of
the old stage whose end is nearest. What comes out is a start for training: the exits have to grow into their places.
"""

from __future__ import annotations

import argparse
from itertools import accumulate
from pathlib import Path

from . import checkpoint
from .models import build


def regrouped(state: dict, blocks: list[int]) -> dict:
    """A checkpoint of a `fast` network with as many luma blocks and stages as before, `blocks` of them in each
    stage."""
    model = dict(state["config"]["model"])
    before = model["blocks"]
    if sum(before) != sum(blocks) or len(before) != len(blocks):
        raise ValueError(f"{blocks} has not the blocks and stages of {before}")
    old, new = build(model), build(model | {"blocks": blocks})
    old.load_state_dict(state["ema"])
    weights = {name: value for name, value in old.state_dict().items() if not name.startswith("stages.")}
    convolutions = [layer for stage in old.stages for layer in stage]
    places = [f"stages.{s}.{c}" for s, stage in enumerate(new.stages) for c in range(len(stage))]
    for place, layer in zip(places, convolutions, strict=True):
        weights |= {f"{place}.{name}": value for name, value in layer.state_dict().items()}
    ends = list(accumulate(before))
    for stage, end in enumerate(accumulate(blocks)):
        # The later one of two that are as near.
        nearest = min(range(len(ends)), key=lambda place: (abs(ends[place] - end), -place))
        weights |= {f"heads.{stage}.{name}": value for name, value in old.heads[nearest].state_dict().items()}
    new.load_state_dict(weights)
    config = state["config"] | {"model": model | {"blocks": blocks}}
    return {"config": config, "ema": new.state_dict(), "step": 0, "elapsed": 0.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--blocks", required=True, help="luma blocks of every stage, such as 2,1,2,2")
    arguments = parser.parse_args()
    blocks = [int(count) for count in arguments.blocks.split(",")]
    checkpoint.save(arguments.out, regrouped(checkpoint.load(arguments.checkpoint), blocks))


if __name__ == "__main__":
    main()
