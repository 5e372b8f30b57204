"""Optimizers to choose from."""

from collections.abc import Mapping
from typing import NamedTuple

from study.training.spelling import NO_OPTIONS


class Optimizer(NamedTuple):
    """A class of torch.optim, or one like those."""

    title: str
    # `module:class`, made with the weights, the learning rate `lr`, `weight_decay`, the parameters
    # that it uses, and the options
    optimizer: str
    copies: int  # of the weights, that it keeps
    fixed: Mapping = NO_OPTIONS  # what it is made with always
    options: Mapping = NO_OPTIONS  # option -> its JSON schema, with its default
    uses: tuple[str, ...] = ()  # training parameters that are arguments of this class
    # whether a weight's step depends on its own gradients alone, not on its layer
    by_weight: bool = False


def fraction(default: float) -> dict:
    """An option that is at least 0 and below 1."""
    return {"type": "number", "minimum": 0, "exclusiveMaximum": 1, "default": default}


BETAS = {"type": "array", "items": fraction(0.9), "minItems": 2, "maxItems": 2}
BETAS["default"] = [0.9, 0.999]

OPTIMIZERS = {
    "adam": Optimizer(
        title="Adam",
        optimizer="torch.optim:Adam",
        copies=2,
        fixed={"fused": True},
        options={"betas": BETAS},
        by_weight=True,
    ),
    "sgd": Optimizer(
        title="SGD",
        optimizer="torch.optim:SGD",
        copies=1,
        fixed={"fused": True},
        options={"nesterov": {"type": "boolean", "default": False}},
        uses=("momentum",),
        by_weight=True,
    ),
    "adamw": Optimizer(
        title="AdamW",
        optimizer="torch.optim:AdamW",
        copies=2,
        fixed={"fused": True},
        options={"betas": BETAS},
        by_weight=True,
    ),
    "rmsprop": Optimizer(
        title="RMSprop",
        optimizer="torch.optim:RMSprop",
        copies=2,
        options={"alpha": fraction(0.99)},
        uses=("momentum",),
        by_weight=True,
    ),
}
