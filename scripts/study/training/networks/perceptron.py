"""A fully connected network: `hidden_layers` layers of `hidden_units`, an activation after each."""

import itertools
import math
from pkgutil import resolve_name
from typing import TYPE_CHECKING

from study.training.activations import ACTIVATIONS

if TYPE_CHECKING:
    import torch


def widths(shape: tuple[int, ...], outputs: int, parameters: dict) -> list[int]:
    """How many values there are before and after each layer."""
    hidden = [parameters["hidden_units"]] * parameters["hidden_layers"]
    return [math.prod(shape), *hidden, outputs]


def count_weights(shape: tuple[int, ...], outputs: int, parameters: dict) -> int:
    """How many weights and biases the network has."""
    return sum(
        (fan_in + 1) * fan_out
        for fan_in, fan_out in itertools.pairwise(widths(shape, outputs, parameters))
    )


def count_values(shape: tuple[int, ...], outputs: int, parameters: dict) -> int:
    """How many values one sample becomes on its way, before and after each activation."""
    return 2 * parameters["hidden_units"] * parameters["hidden_layers"] + outputs


def build(
    shape: tuple[int, ...], outputs: int, parameters: dict, generator: "torch.Generator"
) -> "torch.nn.Module":
    """The network, initialized as `torch.nn.Linear` is, layer by layer from the input on.

    Weights and biases are uniform in ±1/sqrt(fan-in), which is what Linear's default comes to
    (He et al. 2015 with a = sqrt(5)). The hidden layers are drawn before the output layer, so that
    networks that differ in the loss or the activation start from the same hidden layers.
    """
    import torch

    activation = resolve_name(ACTIVATIONS[parameters["activation"]].module)
    layers = []
    for fan_in, fan_out in itertools.pairwise(widths(shape, outputs, parameters)):
        layer = torch.nn.Linear(fan_in, fan_out)
        bound = 1 / math.sqrt(fan_in)
        for tensor in (layer.weight, layer.bias):
            torch.nn.init.uniform_(tensor, -bound, bound, generator=generator)
        layers += [layer, activation()]
    return torch.nn.Sequential(*layers[:-1])
