"""Training on a CPU: nothing but what torch does."""

import torch

from study.training.devices import Work
from study.training.stacked_layers import stack_layers


def begin_epoch() -> None:
    """Nothing: layers draw from the generator that has the seed's random state."""


def repeated(work: Work, buffers: list[torch.Tensor], parameters: dict) -> Work:
    """The work itself."""
    return work


def stack_network(
    network: torch.nn.Module, weights: dict[str, torch.Tensor], buffers: dict[str, torch.Tensor]
) -> torch.nn.Module:
    """A stack of networks: see `stack_layers`; those that are stacked here have no buffers."""
    return stack_layers(network, weights)
