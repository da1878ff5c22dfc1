"""Gates: for every exit, from the input itself on, an estimate of what the best later exit would still add, in dB.

They look at means over the whole image alone. The gate of the input has a branch of its own, an analysis of 8x8 blocks
on the grid on which JPEG quantises; those of the exits look at the stage's features, at how large its correction is,
and at how it differs from the one before.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional as F

from .common import MIDDLE

BLOCK = 8  # of JPEG; heights and widths must be multiples of it
SMALLEST = 1e-10  # mean squares are at least this, far below a level of 8 bits
LEVELS = 255
# 1 if the file is a JPEG; a fourth of log2 of what the IJG library multiplies its tables with; zeros: nothing is known.
FILE_FACTS = 2


def fourth_root(squares: torch.Tensor) -> torch.Tensor:
    """A mean square to a number that grows slowly with it, as decibels do."""
    return (squares + SMALLEST).sqrt().sqrt()


def cosines() -> torch.Tensor:
    """The orthonormal cosine basis of JPEG, [frequency, sample]."""
    k, x = torch.arange(BLOCK)[:, None], torch.arange(BLOCK)[None]
    basis = torch.cos((2 * x + 1) * k * torch.pi / (2 * BLOCK)) * (2 / BLOCK) ** 0.5
    basis[0] /= 2**0.5
    return basis


def zigzag() -> list[tuple[int, int]]:
    """Pairs of frequencies from low to high."""
    return sorted(((y, x) for y in range(BLOCK) for x in range(BLOCK)), key=lambda p: (p[0] + p[1], p))


class Pooled(nn.Module):
    """Linear map of every pixel, ReLU, then mean and root mean square over the image."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 1, stride=stride)
        self.size = 2 * outputs

    def forward(self, features: torch.Tensor, is_sampled: bool = False) -> torch.Tensor:
        """is_sampled: only every `stride`th place is in there, so that none is left out again."""
        convolution = self.convolution
        stride = 1 if is_sampled else convolution.stride
        values = F.relu(F.conv2d(features, convolution.weight, convolution.bias, stride))
        return torch.cat([values.mean((2, 3)), fourth_root(values.square().mean((2, 3)))], 1)


class Estimate(nn.Sequential):
    """What was pooled to decibels. The normalisation is linear and becomes part of the first product in the file."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(nn.BatchNorm1d(inputs), nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def folded(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Weight and bias of normalisation and first product in one."""
        norm, linear = self[0], self[1]
        scale = norm.weight / (norm.running_var + norm.eps).sqrt()
        shift = norm.bias - norm.running_mean * scale
        return linear.weight * scale, linear.bias + linear.weight @ shift


class Analysis(nn.Module):
    """What the gate of the input sees of some planes: filters of 8x8 blocks, ReLU, patterns of them, means over the
    image.

    energies: the root mean square of every filter is seen too. absolute: the filters' absolute values take the place of
    the ReLU, and one filter that of a pair.
    """

    def __init__(
        self, first: int, planes: int, filters: int, patterns: int, energies: bool, absolute: bool = False
    ) -> None:
        super().__init__()
        self.first, self.planes, self.energies, self.absolute = first, planes, energies, absolute
        self.filters = nn.Conv2d(planes * BLOCK**2, filters, 1)
        self.patterns = Pooled(filters, patterns)
        self.size = self.patterns.size + (filters if energies else 0)
        with torch.no_grad():
            self.begin_with_frequencies()

    def begin_with_frequencies(self) -> None:
        """Begin where JPEG quantises: filters are frequencies of the cosine transform of a plane, where a ReLU follows
        each with its negative; patterns are large where a frequency is close to zero, by two measures of close. What a
        network of random weights does not find in an hour (how many coefficients were quantised away) is there at once.
        """
        signs = (1,) if self.absolute else (1, -1)
        count = self.filters.out_channels // len(signs)
        shares = {1: [count], 2: [count - count // 2, count // 2], 3: [count - 2 * (count // 10)] + 2 * [count // 10]}
        pairs = [(plane, rank) for plane, share in enumerate(shares[self.planes]) for rank in range(share)]
        self.filters.weight.zero_()
        self.filters.bias.zero_()
        for index, (plane, rank) in enumerate(pairs):
            # Of all 64, the mean comes last.
            basis = torch.outer(*(cosines()[k] for k in zigzag()[(rank + 1) % BLOCK**2])) * LEVELS / 4
            kernel = torch.zeros(self.planes, BLOCK, BLOCK)
            kernel[plane] = basis
            for place, sign in enumerate(signs, start=len(signs) * index):
                self.filters.weight[place, :, 0, 0] = sign * kernel.flatten()
        patterns = self.patterns.convolution
        patterns.weight.mul_(0.02)
        patterns.bias.fill_(1.0)
        for index in range(min(patterns.out_channels, 2 * count)):
            closeness = 4 / 0.8 if index < count else 4 / 4  # levels
            # The second measure, if it isn't there for all, for the highest: they are quantised most.
            frequency = index if index < count else 2 * count - 1 - index
            if patterns.out_channels >= 2 * count:
                frequency = index % count
            patterns.weight[index, len(signs) * frequency : len(signs) * (frequency + 1), 0, 0] = -closeness

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """What is seen of [B, 3, H, W], H and W multiples of 8."""
        planes = image[:, self.first : self.first + self.planes] - MIDDLE
        filtered = self.filters(F.pixel_unshuffle(planes, BLOCK))
        filtered = filtered.abs() if self.absolute else F.relu(filtered)
        seen = self.patterns(filtered)
        return torch.cat([seen, fourth_root(filtered.square().mean((2, 3)))], 1) if self.energies else seen


class Gates(nn.Module):
    """Gates of a network with `exits` exits.

    width: channels of the stages' features, of luma where chroma has its own, and those are `chroma_widths`, stage by
    stage; correction: channels of the heads' corrections; filters, patterns: channels of the block analysis;
    chroma_filters, chroma_patterns: of an analysis of the chroma planes beside it, the first then being of luma alone,
    with the energy of every frequency (0: one analysis of all three planes, as in fast 1.3.0); absolute: absolute
    values take the place of pairs of filters, for half the cost; pooled: channels kept of a stage's features;
    chroma_pooled: of its chroma features (0: they aren't looked at); stride: every so manyth feature along each side
    is looked at; hidden: units between what was pooled and the estimate; corrections: whether gates see how large an
    exit's correction is, and how it differs from the one before. Then every exit's head runs on the way, a fortieth of
    the cost.
    """

    def __init__(
        self,
        exits: int,
        width: int,
        correction: int,
        filters: int = 64,
        patterns: int = 64,
        pooled: int = 24,
        stride: int = 4,
        hidden: int = 32,
        corrections: bool = True,
        chroma_filters: int = 0,
        chroma_patterns: int = 16,
        absolute: bool = False,
        chroma_pooled: int = 0,
        chroma_widths: Sequence[int] = (),
    ) -> None:
        super().__init__()
        self.corrections = corrections
        self.width = width
        self.exits, self.stride = exits, stride
        self.analyses = nn.ModuleList()
        if chroma_filters:
            self.analyses.append(Analysis(0, 1, filters, patterns, True, absolute))
            self.analyses.append(Analysis(1, 2, chroma_filters, chroma_patterns, False, absolute))
        else:
            self.analyses.append(Analysis(0, 3, filters, patterns, False, absolute))
        self.features = nn.ModuleList(Pooled(width, pooled, stride) for _ in range(exits - 1))
        self.chroma_features = nn.ModuleList(
            Pooled(channels, chroma_pooled, stride) for channels in chroma_widths[: exits - 1] if chroma_pooled
        )
        if chroma_pooled and len(self.chroma_features) < exits - 1:
            raise ValueError("only a network with features of chroma has any to pool")
        seen = sum(analysis.size for analysis in self.analyses) + FILE_FACTS
        self.estimates = nn.ModuleList([Estimate(seen, hidden)])
        kept = 2 * (pooled + chroma_pooled)
        for _ in range(exits - 1):
            self.estimates.append(Estimate(seen + kept + (2 * correction if corrections else 0), hidden))
        with torch.no_grad():
            for estimate in self.estimates:
                estimate[-1].weight.mul_(0.1)

    def look(self, image: torch.Tensor) -> torch.Tensor:
        """What the gate of the input sees of [B, 3, H, W], H and W multiples of 8."""
        return torch.cat([analysis(image) for analysis in self.analyses], 1)

    def _load_from_state_dict(self, state: dict, prefix: str, *others: object) -> None:
        for name in ("filters", "patterns"):  # as checkpoints had them when there was one analysis
            for key in [key for key in state if key.startswith(f"{prefix}{name}.")]:
                state[f"{prefix}analyses.0.{key[len(prefix) :]}"] = state.pop(key)
        super()._load_from_state_dict(state, prefix, *others)

    def pooled(self, exit: int, features: torch.Tensor, is_sampled: bool = False) -> torch.Tensor:
        """What the gate of exit `exit`, 1 ... N-1, sees of [B, channels, height, width], luma's channels first.

        is_sampled: as of `Pooled`.
        """
        parts = [self.features[exit - 1](features[:, : self.width], is_sampled)]
        if self.chroma_features:
            module = self.chroma_features[exit - 1]
            chroma = features[:, self.width : self.width + module.convolution.in_channels]
            parts.append(module(chroma, is_sampled))
        return torch.cat(parts, 1)

    def input_gain(self, seen: torch.Tensor, file: torch.Tensor) -> torch.Tensor:
        """[B]: what the best exit adds to the input."""
        return self.estimates[0](torch.cat([seen, file], 1))[:, 0]

    def gain(
        self, exit: int, seen: torch.Tensor, file: torch.Tensor, pooled: torch.Tensor, squares: torch.Tensor
    ) -> torch.Tensor:
        """[B]: what the best later exit adds to exit `exit`, 1 ... N-1.

        pooled: of its stage's features; squares: `correction_squares` of this exit and the one before.
        """
        known = [seen, file, pooled, fourth_root(squares)] if self.corrections else [seen, file, pooled]
        return self.estimates[exit](torch.cat(known, 1))[:, 0]

    def forward(
        self, image: torch.Tensor, taps: list[tuple[torch.Tensor, torch.Tensor]], file: torch.Tensor | None = None
    ) -> list[torch.Tensor]:
        """gain_0 ... gain_{N-1}, each [B], from (features, correction) of the exits."""
        if file is None:
            file = image.new_zeros(len(image), FILE_FACTS)
        seen = self.look(image)
        gains = [self.input_gain(seen, file)]
        before = None
        for number, (features, correction) in enumerate(taps[: self.exits - 1], start=1):
            squares = correction_squares(correction, before)
            gains.append(self.gain(number, seen, file, self.pooled(number, features), squares))
            before = correction
        return gains


def correction_squares(correction: torch.Tensor, before: torch.Tensor | None) -> torch.Tensor:
    """Mean squares of a correction and of its difference to the one before: [B, 2 * channels]."""
    difference = correction if before is None else correction - before
    return torch.cat([correction.square().mean((2, 3)), difference.square().mean((2, 3))], 1)
