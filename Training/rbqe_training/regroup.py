"""Other exits for a `fast` network that is trained already: its luma blocks, divided into stages differently, one
more in a stage, or an exit before all of them or within a stage.

Heads and chroma stay with the number of their stage; where a stage now ends after other blocks, its luma head is that
of the old stage whose end is nearest. Fewer blocks than before: the last ones are dropped. More: those added at the end
give nothing yet. With a descent, which gives nothing yet either, so that what follows it goes on as before. What comes
out is a start for training: the exits have to grow into their places.
"""

from __future__ import annotations

import argparse
from itertools import accumulate
from pathlib import Path

import torch

from . import checkpoint
from .models import build


def regrouped(state: dict, blocks: list[int], descent: dict | None = None) -> dict:
    """A checkpoint of a `fast` network with the luma blocks of one that has as many stages, `blocks` of them in each.

    descent: `coarse_width`, `coarse_blocks` and `joins` of a network that had none.
    """
    model = dict(state["config"]["model"])
    if descent and model.get("coarse_width"):
        raise ValueError("the network has a descent already")
    if model.get("branch"):
        raise ValueError("the blocks of a branch can't move to other stages")
    refuse_adding_second(model)
    before = model["blocks"]
    if len(before) != len(blocks):
        raise ValueError(f"{before} has not the stages of {blocks}")
    changed = model | {"blocks": blocks} | (descent or {})
    torch.manual_seed(1)
    old, new = build(model), build(changed)
    old.load_state_dict(state["ema"])
    silent = [new.descent.up, new.descent.join[-1]] if descent else []
    kept = {name: value for name, value in old.state_dict().items() if not name.startswith("stages.")}
    convolutions = [layer for stage in old.stages for layer in stage]
    places = [f"stages.{s}.{c}" for s, stage in enumerate(new.stages) for c in range(len(stage))]
    added = [layer for stage in new.stages for layer in stage][len(convolutions) :]
    silent += added[old.convolutions - 1 :: old.convolutions]
    with torch.no_grad():
        for last in silent:
            last.weight.zero_()
            last.bias.zero_()
    weights = new.state_dict() | kept
    for place, layer in zip(places, convolutions):  # those that are left over are dropped
        weights |= {f"{place}.{name}": value for name, value in layer.state_dict().items()}
    ends = list(accumulate(before))
    for stage, end in enumerate(accumulate(blocks)):
        # The later one of two that are as near.
        nearest = min(range(len(ends)), key=lambda place: (abs(ends[place] - end), -place))
        weights |= {f"heads.{stage}.{name}": value for name, value in old.heads[nearest].state_dict().items()}
    new.load_state_dict(weights)
    config = state["config"] | {"model": changed}
    return {"config": config, "ema": new.state_dict(), "step": 0, "elapsed": 0.0}


def with_first_block(state: dict, stage: int) -> dict:
    """A checkpoint of the same network with one more luma block, the first of a stage counted from 1, which gives
    nothing yet: all exits give what they gave."""
    model = dict(state["config"]["model"])
    if not 1 <= stage <= len(model["blocks"]):
        raise ValueError(f"{model['blocks']} has no stage {stage}")
    model["blocks"] = [count + (number == stage) for number, count in enumerate(model["blocks"], start=1)]
    torch.manual_seed(1)
    new = build(model)
    last = new.stages[stage - 1][new.convolutions - 1]
    with torch.no_grad():
        last.weight.zero_()
        last.bias.zero_()
    weights = new.state_dict()
    prefix = f"stages.{stage - 1}."
    for name, value in state["ema"].items():
        if name.startswith(prefix):
            place, kind = name.removeprefix(prefix).split(".")
            name = f"{prefix}{int(place) + new.convolutions}.{kind}"
        weights[name] = value
    new.load_state_dict(weights)
    return {"config": state["config"] | {"model": model}, "ema": new.state_dict(), "step": 0, "elapsed": 0.0}


def behind_branch(state: dict, front: dict) -> dict:
    """A checkpoint of a network whose first stage is that of another network, `front`, as a side branch, and whose
    second stage has the blocks of the first two of this one. Luma's later exits give what they gave; chroma goes on
    from the front's first stage. Both have the same stem, and no branch or descent."""
    model, other = state["config"]["model"], front["config"]["model"]
    refuse_adding_second(model)
    if any(options.get("branch") or options.get("coarse_width") for options in (model, other)):
        raise ValueError("a network that has a branch or a descent can't get another branch")
    old, ahead = build(model), build(other)
    old.load_state_dict(state["ema"])
    ahead.load_state_dict(front["ema"])
    kept, chosen = old.state_dict(), ahead.state_dict()
    if any(not torch.equal(kept[name], chosen[name]) for name in kept if name.startswith("stem.")):
        raise ValueError("the branch was trained with another stem")
    widths = [list(m.get("inner_widths") or [m["width"]] * len(m["blocks"])) for m in (model, other)]
    if widths[0][0] != widths[0][1]:
        raise ValueError(f"stages 1 and 2 have different channels inside, {widths[0]}, and can't become one")
    changed = model | {
        "blocks": [other["blocks"][0], sum(model["blocks"][:2]), *model["blocks"][2:]],
        "inner_widths": [widths[1][0], *widths[0][1:]],
        "branch": True,
    }
    torch.manual_seed(1)
    new = build(changed)
    with torch.no_grad():
        new.merge.weight.zero_()
        new.merge.bias.zero_()
    first = ("stages.0.", "heads.0.", "guides.0.", "chroma_entries.0.", "chroma_stages.0.", "chroma_heads.0.")
    weights = new.state_dict()
    weights |= {n: v for n, v in kept.items() if not n.startswith((*first, "stages.1."))}
    weights |= {n: v for n, v in chosen.items() if n.startswith(first)}
    for place, layer in enumerate([*old.stages[0], *old.stages[1]]):
        weights |= {f"stages.1.{place}.{name}": value for name, value in layer.state_dict().items()}
    new.load_state_dict(weights)
    return {"config": state["config"] | {"model": changed}, "ema": new.state_dict(), "step": 0, "elapsed": 0.0}


def with_split(state: dict, stage: int, first: int) -> dict:
    """A checkpoint of the same network with an exit more, after the first `first` luma blocks of a stage, counted from
    1; the exits there were give what they gave. Its chroma is as wide as that of the stage before and adds nothing yet;
    its luma head is that of the stage, its chroma head that of the stage before."""
    model = state["config"]["model"]
    refuse_adding_second(model)
    count = model["blocks"][stage - 1] if 2 <= stage <= len(model["blocks"]) else 0
    if not 0 < first < count:
        raise ValueError(f"{model['blocks']} has no stage {stage} behind the first one to divide after block {first}")
    place = stage - 1  # of the new stage, counted from 0
    widths = list(model.get("inner_widths") or [model["width"]] * len(model["blocks"]))
    chroma_widths = list(model["chroma_widths"][: len(model["blocks"])])
    changed = model | {
        "blocks": [*model["blocks"][:place], first, count - first, *model["blocks"][stage:]],
        "inner_widths": [*widths[:place], widths[place], *widths[place:]],
        "chroma_widths": [*chroma_widths[:place], chroma_widths[place - 1], *chroma_widths[place:]],
    }
    torch.manual_seed(1)
    new = build(changed)
    with torch.no_grad():
        last = new.chroma_stages[place][-1]
        last.weight.zero_()
        last.bias.zero_()
    weights = new.state_dict()
    convolutions = first * new.convolutions
    for name, value in state["ema"].items():
        parts = name.split(".")
        if parts[1].isdecimal() and int(parts[1]) >= place:
            number = int(parts[1]) + 1
            if parts[0] == "stages" and number == stage:
                behind = int(parts[2]) - convolutions
                number, parts[2] = (number, str(behind)) if behind >= 0 else (place, parts[2])
            parts[1] = str(number)
        weights[".".join(parts)] = value
    for kind, before in (("heads", stage), ("chroma_heads", place - 1)):
        for part in ("weight", "bias"):
            weights[f"{kind}.{place}.{part}"] = weights[f"{kind}.{before}.{part}"]
    new.load_state_dict(weights)
    return {"config": state["config"] | {"model": changed}, "ema": new.state_dict(), "step": 0, "elapsed": 0.0}


def refuse_adding_second(model: dict) -> None:
    """Heads of exit 2 that add to exit 1 belong where they are, and so do stages without an exit."""
    if model.get("second_adds") or model.get("silent"):
        raise ValueError("a network whose second exit adds to the first, or is gone, can't get other exits any more")


def with_adding_second(state: dict) -> dict:
    """A checkpoint of the same network whose second exit adds to the first one's correction, nothing yet."""
    model = state["config"]["model"]
    if model.get("second_adds") or model.get("silent") or len(model["blocks"]) < 2:
        raise ValueError(f"the second exit of {model} can't begin to add to the first one's correction")
    weights = dict(state["ema"])
    for name in weights:
        if name.startswith(("heads.1.", "chroma_heads.1.")):
            weights[name] = torch.zeros_like(weights[name])
    changed = model | {"second_adds": True}
    return {"config": state["config"] | {"model": changed}, "ema": weights, "step": 0, "elapsed": 0.0}


def with_silent(state: dict, stage: int) -> dict:
    """A checkpoint of the same network without the exit of a stage, counted from 1; the others give what they gave."""
    model = state["config"]["model"]
    if model.get("silent") or not 2 <= stage < len(model["blocks"]):
        raise ValueError(f"{model['blocks']} has no stage {stage} between others whose exit could go")
    weights = {}
    for name, value in state["ema"].items():
        parts = name.split(".")
        if parts[0] in ("heads", "chroma_heads"):
            if int(parts[1]) == stage - 1:
                continue
            parts[1] = str(int(parts[1]) - (int(parts[1]) >= stage))
        weights[".".join(parts)] = value
    changed = model | {"silent": [stage]}
    if stage == 2:
        changed.pop("second_adds", None)
    return {"config": state["config"] | {"model": changed}, "ema": weights, "step": 0, "elapsed": 0.0}


def numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    ways = parser.add_mutually_exclusive_group(required=True)
    ways.add_argument("--blocks", help="luma blocks of every stage, such as 2,1,2,2")
    ways.add_argument("--first-block", type=int, metavar="STAGE", help="one more, the first of a stage counted from 1")
    ways.add_argument("--branch", type=Path, metavar="CHECKPOINT", help="whose first stage comes before all, beside it")
    ways.add_argument("--split", metavar="STAGE,BLOCKS", help="an exit more, after so many blocks of a stage")
    ways.add_argument("--second-adds", action="store_true", help="exit 2 adds to the correction of exit 1")
    ways.add_argument("--silent", type=int, metavar="STAGE", help="without its exit")
    parser.add_argument("--coarse-width", type=int, help="channels of a descent")
    parser.add_argument("--coarse-blocks", default="3", help="convolutions of each of its blocks, such as 2,2")
    parser.add_argument("--joins", type=int, default=2, help="convolutions that follow it")
    arguments = parser.parse_args()
    if arguments.coarse_width and arguments.blocks is None:
        parser.error("a descent goes with --blocks")
    if arguments.first_block is not None:
        checkpoint.save(arguments.out, with_first_block(checkpoint.load(arguments.checkpoint), arguments.first_block))
        return
    if arguments.branch is not None:
        state = behind_branch(checkpoint.load(arguments.checkpoint), checkpoint.load(arguments.branch))
        checkpoint.save(arguments.out, state)
        return
    if arguments.split is not None:
        if len(numbers(arguments.split)) != 2:
            parser.error("--split takes two numbers: a stage and its first blocks")
        checkpoint.save(arguments.out, with_split(checkpoint.load(arguments.checkpoint), *numbers(arguments.split)))
        return
    if arguments.second_adds:
        checkpoint.save(arguments.out, with_adding_second(checkpoint.load(arguments.checkpoint)))
        return
    if arguments.silent is not None:
        checkpoint.save(arguments.out, with_silent(checkpoint.load(arguments.checkpoint), arguments.silent))
        return
    descent = None
    if arguments.coarse_width:
        coarse_blocks = numbers(arguments.coarse_blocks)
        descent = {"coarse_width": arguments.coarse_width, "coarse_blocks": coarse_blocks, "joins": arguments.joins}
    state = regrouped(checkpoint.load(arguments.checkpoint), numbers(arguments.blocks), descent)
    checkpoint.save(arguments.out, state)


if __name__ == "__main__":
    main()
