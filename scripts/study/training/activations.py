"""Activations to choose from: the function after every hidden layer."""

from typing import NamedTuple


class Activation(NamedTuple):
    """A function between the layers."""

    title: str
    module: str  # `module:class` of a torch.nn.Module, made without arguments


ACTIVATIONS = {
    "relu": Activation(title="ReLU", module="torch.nn:ReLU"),
    "leaky_relu": Activation(title="Leaky ReLU", module="torch.nn:LeakyReLU"),
    "tanhshrink": Activation(title="Tanhshrink", module="torch.nn:Tanhshrink"),
}
