"""The fast network: two chains at half resolution, luma and chroma, with an exit after every stage, or nearly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F

from .common import MIDDLE, rectify

FOLD = 2  # pixels along each side that become channels


def convolution(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1)


class Descent(nn.Module):
    """What luma features gain from a quarter of the resolution, where a convolution costs a fourth and sees twice as
    far: down, residual blocks, up, and a block that joins both."""

    def __init__(self, width: int, coarse_width: int, blocks: Sequence[int], joins: int) -> None:
        super().__init__()
        self.down = nn.Conv2d(width, coarse_width, 3, stride=2, padding=1)
        self.blocks = nn.ModuleList(
            nn.ModuleList(convolution(coarse_width, coarse_width) for _ in range(count)) for count in blocks
        )
        self.up = nn.ConvTranspose2d(coarse_width, width, 2, stride=2)
        self.join = nn.ModuleList(convolution(width, width) for _ in range(joins))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        coarse = self.down(features)
        for block in self.blocks:
            coarse = coarse + chain(block, coarse)
        features = features + self.up(coarse)
        return features + chain(self.join, features)


class Fast(nn.Module):
    """Luma and chroma are folded to half resolution; each goes through stages of residual blocks of 3x3 convolutions.

    Between the convolutions of a block stands a leaky rectifier; what a block adds is linear (with a rectifier on the
    path that the blocks add to, all features died within the first hundred steps). The chroma chain is narrower and
    sees the luma features of its stage through a 1x1 convolution; the luma chain never sees chroma. After every stage,
    but for those of `silent`, counted from 1, two heads (3x3 convolution, depth to space) make a correction to the
    input.

    With `coarse_width` the first luma stage begins with a descent to a quarter of the resolution. With `branch` the
    first luma stage is a side branch: its exit is made from what it gives, while the second stage goes on from the
    stem's features, to which a 1x1 convolution adds what the branch knows. So the first exit can be thin and the later
    ones need not grow out of it. With `second_adds` what the second exit's heads give is added to the first exit's
    correction: one block of the second stage can improve what the branch gives, but not make it anew.

    `blocks`: residual luma blocks of every stage, each of `convolutions`; `inner_widths`: channels between the
    convolutions of a block, stage by stage (none: as many as `width`); `chroma_widths`: channels of the chroma
    chain in every stage; `chroma_convolutions`: of the one chroma block that a stage has; `coarse_width`: channels of
    the descent (0: there is none), `coarse_blocks`: convolutions of each of its blocks, `joins`: convolutions of
    the block that follows it.
    """

    family = "fast"
    correction_channels = 12  # three planes of 2x2 pixels

    def __init__(
        self,
        width: int = 48,
        blocks: Sequence[int] = (1, 2, 2, 2),
        convolutions: int = 3,
        chroma_widths: Sequence[int] = (16, 32, 32, 32),
        chroma_convolutions: int = 3,
        coarse_width: int = 0,
        coarse_blocks: Sequence[int] = (),
        joins: int = 1,
        inner_widths: Sequence[int] = (),
        branch: bool = False,
        second_adds: bool = False,
        silent: Sequence[int] = (),
    ) -> None:
        super().__init__()
        self.width, self.convolutions, self.second_adds = width, convolutions, second_adds
        self.stem = convolution(4, width)
        self.descent = Descent(width, coarse_width, coarse_blocks, joins) if coarse_width else nn.Identity()
        self.stride = 4 if coarse_width else 2
        inner_widths = inner_widths or [width] * len(blocks)
        self.stages = nn.ModuleList(
            nn.ModuleList(
                convolution(before, after)
                for _ in range(count)
                for before, after in pairwise([width, *[inner] * (convolutions - 1), width])
            )
            for count, inner in zip(blocks, inner_widths, strict=True)
        )
        self.merge = nn.Conv2d(width, width, 1) if branch else None
        # Of every exit the stage that it follows, counted from 0.
        self.exit_stages = [stage for stage in range(len(blocks)) if stage + 1 not in silent]
        if self.exit_stages[-1:] != [len(blocks) - 1]:
            raise ValueError("an exit must follow the last stage")
        self.heads = nn.ModuleList(convolution(width, 4) for _ in self.exit_stages)
        # Of a chroma stage the first convolution is there where the width changes, and in the first stage always: it
        # takes the folded planes, whose order differs in the ONNX file.
        widths = [8, *chroma_widths[: len(blocks)]]
        self.chroma_entries = nn.ModuleList(
            convolution(before, after) if number == 0 or before != after else nn.Identity()
            for number, (before, after) in enumerate(pairwise(widths))
        )
        self.guides = nn.ModuleList(nn.Conv2d(width, channels, 1) for channels in widths[1:])
        self.chroma_stages = nn.ModuleList(
            nn.ModuleList(convolution(channels, channels) for _ in range(chroma_convolutions))
            for channels in widths[1:]
        )
        self.chroma_heads = nn.ModuleList(convolution(widths[1 + stage], 8) for stage in self.exit_stages)
        with torch.no_grad():
            for head in [*self.heads, *self.chroma_heads]:
                head.weight.mul_(0.1)
                head.bias.zero_()

    @property
    def exits(self) -> int:
        return len(self.exit_stages)

    @property
    def chroma_widths(self) -> list[int]:
        """Channels of the chroma features of every exit."""
        return [self.guides[stage].out_channels for stage in self.exit_stages]

    def residual_blocks(self, stage: nn.ModuleList) -> Iterator[nn.ModuleList]:
        """The blocks of a luma stage, each a list of convolutions."""
        for start in range(0, len(stage), self.convolutions):
            yield stage[start : start + self.convolutions]

    def forward(self, image: torch.Tensor, exits: int | None = None) -> list[torch.Tensor]:
        """[B, 3, H, W], H and W multiples of `stride`, to one restored image of the same shape per exit.

        exits: compute only so many.
        """
        return [self.restored(image, correction) for _, correction in self.taps(image, exits)]

    def features(self, image: torch.Tensor, exits: int | None = None) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """(luma, chroma) features of every exit, each at half resolution."""
        stages = None if exits is None else self.exit_stages[exits - 1] + 1
        centred = image - MIDDLE
        luma = self.descent(self.stem(F.pixel_unshuffle(centred[:, :1], FOLD)))
        chroma = F.pixel_unshuffle(centred[:, 1:], FOLD)
        trunk = luma
        for number, stage in enumerate(self.stages[:stages]):
            if number == 1 and self.merge is not None:
                luma = trunk + self.merge(luma)
            for block in self.residual_blocks(stage):
                luma = luma + chain(block, luma)
            chroma = self.chroma_entries[number](chroma)
            guided = rectify(chroma + self.guides[number](luma))
            chroma = chroma + chain(self.chroma_stages[number], guided)
            if number in self.exit_stages:
                yield luma, chroma

    def taps(self, image: torch.Tensor, exits: int | None = None) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """(luma and chroma features, folded correction of the three planes) of every exit, each at half resolution."""
        first = None
        for number, (luma, chroma) in enumerate(self.features(image, exits)):
            correction = self.correction(number, luma, chroma)
            first = correction if first is None else first
            adds = number == 1 and self.second_adds
            yield torch.cat([luma, chroma], 1), first + correction if adds else correction

    def correction(self, number: int, luma: torch.Tensor, chroma: torch.Tensor) -> torch.Tensor:
        """Of the three planes, folded: what the heads make of the features of exit `number`, counted from 0."""
        return torch.cat([self.heads[number](luma), self.chroma_heads[number](chroma)], 1)

    def restored(self, image: torch.Tensor, correction: torch.Tensor) -> torch.Tensor:
        """The image with a correction of `taps`."""
        return image + F.pixel_shuffle(correction, FOLD)


def chain(convolutions: nn.ModuleList, features: torch.Tensor) -> torch.Tensor:
    """One convolution after the other, a rectifier between them."""
    for layer in convolutions[:-1]:
        features = rectify(layer(features))
    return convolutions[-1](features)
