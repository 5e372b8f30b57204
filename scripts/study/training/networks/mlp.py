"""A fully connected network: `hidden_layers` layers of `hidden_units`, an activation after each.

With `batch_norm` each is normalized before its activation, with `dropout` thinned out after it.
"""

import itertools
import math
from typing import TYPE_CHECKING

from study.training.activations import make_activation

if TYPE_CHECKING:
    import torch


def widths(shape: tuple[int, ...], outputs: int, parameters: dict) -> list[int]:
    """How many values there are before and after each layer."""
    hidden = [parameters["hidden_units"]] * parameters["hidden_layers"]
    return [math.prod(shape), *hidden, outputs]


def count_weights(shape: tuple[int, ...], outputs: int, parameters: dict) -> int:
    """How many weights and biases the network has."""
    layers = itertools.pairwise(widths(shape, outputs, parameters))
    linear = sum((fan_in + 1) * fan_out for fan_in, fan_out in layers)
    hidden = parameters["hidden_layers"] * parameters["hidden_units"]
    return linear + (2 * hidden if parameters["batch_norm"] else 0)


def count_values(shape: tuple[int, ...], outputs: int, parameters: dict) -> int:
    """How many values one sample becomes on its way, before and after each activation."""
    stages = 2 + parameters["batch_norm"] + (parameters["dropout"] > 0)
    return stages * parameters["hidden_units"] * parameters["hidden_layers"] + outputs


def count_products(shape: tuple[int, ...], outputs: int, parameters: dict) -> int:
    """One per weight."""
    return count_weights(shape, outputs, parameters)


def build(
    shape: tuple[int, ...], outputs: int, parameters: dict, generator: "torch.Generator"
) -> "torch.nn.Module":
    """The network, initialized as `torch.nn.Linear` is, layer by layer from the input on.

    Weights and biases are uniform in ±1/sqrt(fan-in), which is what Linear's default comes to
    (He et al. 2015 with a = sqrt(5)). The hidden layers are drawn before the output layer, so that
    networks that differ in the loss or the activation start from the same hidden layers.
    """
    import torch

    *hidden, last = itertools.pairwise(widths(shape, outputs, parameters))
    layers: list[torch.nn.Module] = []
    for fan_in, fan_out in hidden:
        layers.append(draw_linear(fan_in, fan_out, generator))
        if parameters["batch_norm"]:
            layers.append(torch.nn.BatchNorm1d(fan_out))
        layers.append(make_activation(parameters["activation"]))
        if parameters["dropout"]:
            layers.append(torch.nn.Dropout(parameters["dropout"]))
    return torch.nn.Sequential(*layers, draw_linear(*last, generator))


def draw_linear(fan_in: int, fan_out: int, generator: "torch.Generator") -> "torch.nn.Linear":
    """A linear layer, its weights and biases drawn from the generator."""
    import torch

    layer = torch.nn.Linear(fan_in, fan_out)
    bound = 1 / math.sqrt(fan_in)
    for tensor in (layer.weight, layer.bias):
        torch.nn.init.uniform_(tensor, -bound, bound, generator=generator)
    return layer
