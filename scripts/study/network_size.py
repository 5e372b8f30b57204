"""How large a cell's network is, counted from its definition, without torch."""

from study.spelling import is_own, read_spelling
from study.training.losses import loss_entry
from study.training.networks import network_module


def network_size(cell: dict, shape: tuple[int, ...], classes: int) -> tuple[int, int, int]:
    """How many weights a cell's network has; what a sample becomes in it: values, products.

    Of a class in a user's file they are guesses.

    Args:
        cell: its parameters.
        shape: of a sample of the data set.
        classes: how many there are.

    Raises:
        UserError: the network does not take such samples.
    """
    network, outputs = network_module(cell["network"]), loss_entry(cell["loss"]).outputs(classes)
    if size := cell["image_size"]:
        shape = (size, size, *shape[2:])
    counts = (network.count_weights, network.count_values, network.count_products)
    return tuple(count(shape, outputs, cell) for count in counts)


def known_weights(cell: dict, shape: tuple[int, ...], classes: int) -> int:
    """How many weights and biases a cell's network has; 0 for a class in a user's file.

    Arguments and errors as for `network_size`.
    """
    if is_own(read_spelling(cell["network"]).name):
        return 0
    weights, _, _ = network_size(cell, shape, classes)
    return weights
