"""The network families, by name."""

from __future__ import annotations

from torch import nn

from .fast import Fast
from .gates import Gates
from .nested import Nested

FAMILIES: dict[str, type[nn.Module]] = {family.family: family for family in (Fast, Nested)}


def build(config: dict) -> nn.Module:
    """A network from the `[model]` table of a configuration: `family` and its constructor's options."""
    options = {key: value for key, value in config.items() if key != "family"}
    return FAMILIES[config["family"]](**options)


def gates_for(network: nn.Module, config: dict) -> Gates:
    """Gates that fit a network, from the `[gates]` table of a configuration: options of `Gates`."""
    chroma_widths = network.chroma_widths if isinstance(network, Fast) else ()
    return Gates(network.exits, network.width, network.correction_channels, chroma_widths=chroma_widths, **config)
