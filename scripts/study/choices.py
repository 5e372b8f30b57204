"""The named choices of a training: losses, activations and optimizers, each in one table.

A new choice is one new entry here: the config schema, the trainer and the titles in tables and
figures all read these tables. torch is imported inside functions only, because the Snakefile
reads the names from here and must stay quick to parse.
"""

from collections.abc import Callable
from typing import NamedTuple


class Loss(NamedTuple):
    """A loss with the output layer that goes with it, and how its outputs become a prediction."""

    title: str
    outputs: int  # nodes of the output layer
    criterion: str  # the class in torch.nn
    target: Callable  # labels (n,) int64 -> what the criterion compares the logits with
    score: Callable  # logits (n, outputs) -> (n,) the logit of the positive class


LOSSES = {
    "bce": Loss(
        title="BCE",
        outputs=1,
        criterion="BCEWithLogitsLoss",
        target=lambda labels: labels[:, None].float(),
        score=lambda logits: logits[:, 0],
    ),
    "ce": Loss(
        title="CE",
        outputs=2,
        criterion="CrossEntropyLoss",
        target=lambda labels: labels,
        score=lambda logits: logits[:, 1] - logits[:, 0],
    ),
}


class Activation(NamedTuple):
    """A function between the layers."""

    title: str
    module: str  # the class in torch.nn


ACTIVATIONS = {
    "relu": Activation("ReLU", "ReLU"),
    "leaky_relu": Activation("Leaky ReLU", "LeakyReLU"),
    "tanhshrink": Activation("Tanhshrink", "Tanhshrink"),
}


class Optimizer(NamedTuple):
    """An update rule and the names of the tensors that it keeps beside every weight.

    `update(weights, gradients, state, learning_rate)` changes the weights and the state in place.
    `state` maps each name in `moments` to a list of tensors, one a weight and of its shape, and
    `"step"` to a list of 0-dimensional step counts. We call torch's fused updates as functions:
    the classes in `torch.optim` import the whole of `torch.compile` when they are first used,
    which costs 0.7 s in a job that may take one.
    """

    title: str
    moments: tuple[str, ...]
    update: Callable


def _adam(weights: list, gradients: list, state: dict[str, list], learning_rate: float) -> None:
    """As `torch.optim.Adam(weights, learning_rate, fused=True).step()`."""
    from torch.optim.adam import adam

    adam(
        weights,
        gradients,
        state["exp_avg"],
        state["exp_avg_sq"],
        [],
        state["step"],
        fused=True,
        amsgrad=False,
        beta1=0.9,
        beta2=0.999,
        lr=learning_rate,
        weight_decay=0.0,
        eps=1e-8,
        maximize=False,
    )


def _sgd(weights: list, gradients: list, state: dict[str, list], learning_rate: float) -> None:
    """As `torch.optim.SGD(weights, learning_rate, fused=True).step()`."""
    from torch.optim.sgd import sgd

    sgd(
        weights,
        gradients,
        [None] * len(weights),
        fused=True,
        weight_decay=0.0,
        momentum=0.0,
        lr=learning_rate,
        dampening=0.0,
        nesterov=False,
        maximize=False,
    )


OPTIMIZERS = {
    "adam": Optimizer("Adam", ("exp_avg", "exp_avg_sq"), _adam),
    "sgd": Optimizer("SGD", (), _sgd),
}

# Which training parameters are chosen by name, and from which table.
CHOICES = {"loss": LOSSES, "activation": ACTIVATIONS, "optimizer": OPTIMIZERS}


def level_title(parameter: str, level) -> str:
    """How tables and figures print a level: `leaky_relu` -> `Leaky ReLU`, 32 -> `32`."""
    return CHOICES[parameter][level].title if parameter in CHOICES else str(level)


def parameter_title(parameter: str) -> str:
    """How tables and figures print a parameter's name: `batch_size` -> `Batch size`."""
    return parameter.replace("_", " ").capitalize()
