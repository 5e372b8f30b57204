"""Logistic regression: a multilayer perceptron without hidden layers."""

from typing import TYPE_CHECKING

from study.training.networks import mlp

if TYPE_CHECKING:
    import torch

BARE = {"hidden_layers": 0, "batch_norm": False, "dropout": 0.0}


def count_weights(shape: tuple[int, ...], outputs: int, parameters: dict) -> int:
    """How many weights and biases the network has."""
    return mlp.count_weights(shape, outputs, parameters | BARE)


def count_values(shape: tuple[int, ...], outputs: int, parameters: dict) -> int:
    """The outputs."""
    return outputs


def count_products(shape: tuple[int, ...], outputs: int, parameters: dict) -> int:
    """One per weight."""
    return count_weights(shape, outputs, parameters)


def build(
    shape: tuple[int, ...], outputs: int, parameters: dict, generator: "torch.Generator"
) -> "torch.nn.Module":
    """One linear layer, initialized as that of a perceptron."""
    return mlp.build(shape, outputs, parameters | BARE, generator)
