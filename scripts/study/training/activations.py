"""Activations to choose from: the function after every hidden layer.

They are the element-wise ones of `torch.nn`, under their names in `torch.nn.functional`, and their
options are its arguments with its defaults: https://docs.pytorch.org/docs/stable/nn.html
"""

from collections.abc import Mapping
from pkgutil import resolve_name
from typing import TYPE_CHECKING, NamedTuple

from study.training.spelling import NO_OPTIONS, choose

if TYPE_CHECKING:
    import torch


class Activation(NamedTuple):
    """A function between the layers."""

    title: str
    module: str  # `module:class` of a torch.nn.Module, made with the options that are not default
    options: Mapping = NO_OPTIONS  # option -> its JSON schema, with its default
    alone: bool = False  # it learns or draws something, which several seeds cannot share


def number(default: float, **limits: float) -> dict:
    """An option that is a number."""
    return {"type": "number", "default": default, **limits}


ACTIVATIONS = {
    "relu": Activation(title="ReLU", module="torch.nn:ReLU"),
    "leaky_relu": Activation(
        title="Leaky ReLU", module="torch.nn:LeakyReLU", options={"negative_slope": number(0.01)}
    ),
    "tanhshrink": Activation(title="Tanhshrink", module="torch.nn:Tanhshrink"),
    "celu": Activation(
        title="CELU", module="torch.nn:CELU", options={"alpha": number(1.0, exclusiveMinimum=0)}
    ),
    "elu": Activation(title="ELU", module="torch.nn:ELU", options={"alpha": number(1.0)}),
    "gelu": Activation(
        title="GELU",
        module="torch.nn:GELU",
        options={"approximate": {"enum": ["none", "tanh"], "default": "none"}},
    ),
    "hardshrink": Activation(
        title="Hardshrink",
        module="torch.nn:Hardshrink",
        options={"lambd": number(0.5, minimum=0)},
    ),
    "hardsigmoid": Activation(title="Hardsigmoid", module="torch.nn:Hardsigmoid"),
    "hardswish": Activation(title="Hardswish", module="torch.nn:Hardswish"),
    "hardtanh": Activation(
        title="Hardtanh",
        module="torch.nn:Hardtanh",
        options={"min_val": number(-1.0), "max_val": number(1.0)},
    ),
    "logsigmoid": Activation(title="LogSigmoid", module="torch.nn:LogSigmoid"),
    "mish": Activation(title="Mish", module="torch.nn:Mish"),
    "prelu": Activation(
        title="PReLU", module="torch.nn:PReLU", options={"init": number(0.25)}, alone=True
    ),
    "relu6": Activation(title="ReLU6", module="torch.nn:ReLU6"),
    "rrelu": Activation(
        title="RReLU",
        module="torch.nn:RReLU",
        options={"lower": number(1 / 8), "upper": number(1 / 3)},
        alone=True,
    ),
    "selu": Activation(title="SELU", module="torch.nn:SELU"),
    "sigmoid": Activation(title="Sigmoid", module="torch.nn:Sigmoid"),
    "silu": Activation(title="SiLU", module="torch.nn:SiLU"),
    "softplus": Activation(
        title="Softplus",
        module="torch.nn:Softplus",
        options={"beta": number(1.0, exclusiveMinimum=0), "threshold": number(20.0)},
    ),
    "softshrink": Activation(
        title="Softshrink", module="torch.nn:Softshrink", options={"lambd": number(0.5, minimum=0)}
    ),
    "softsign": Activation(title="Softsign", module="torch.nn:Softsign"),
    "tanh": Activation(title="Tanh", module="torch.nn:Tanh"),
    "threshold": Activation(
        title="Threshold",
        module="torch.nn:Threshold",
        options={"threshold": number(0.0), "value": number(0.0)},
    ),
}


def make_activation(text: str) -> "torch.nn.Module":
    """The module of an activation, from its text in a cell."""
    choice, options = choose(ACTIVATIONS, text)
    return resolve_name(choice.module)(**options)
