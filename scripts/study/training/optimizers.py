"""Optimizers to choose from."""

from typing import NamedTuple


class Optimizer(NamedTuple):
    """A class of torch.optim, or one like those."""

    title: str
    optimizer: str  # `module:class`, made with the weights, the learning rate `lr` and the options
    options: dict  # the class's defaults but for these
    copies: int  # of the weights, that it keeps


OPTIMIZERS = {
    "adam": Optimizer(
        title="Adam", optimizer="torch.optim:Adam", options={"fused": True}, copies=2
    ),
    "sgd": Optimizer(title="SGD", optimizer="torch.optim:SGD", options={"fused": True}, copies=0),
}
