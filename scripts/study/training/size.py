"""How large a cell's network is, counted from its definition, without torch."""

from collections.abc import Mapping
from typing import Any

from study.training.losses import loss_entry
from study.training.networks import NETWORKS, network_module
from study.training.spelling import is_own, read_spelling


def size_parameters(network: str = "") -> tuple[str, ...]:
    """The parameters that decide how large a network is, besides which one it is.

    Args:
        network: as a cell has it; nothing for those of all networks together. A class in a user's
            file has options of its own instead, and none of these.
    """
    name = read_spelling(network).name if network else ""
    entries = [NETWORKS[name]] if name in NETWORKS else [] if name else [*NETWORKS.values()]
    return tuple(dict.fromkeys(size for entry in entries for size in entry.sizes))


def network_size(
    cell: Mapping[str, Any], shape: tuple[int, ...], classes: int
) -> tuple[int, int, int]:
    """How many weights a cell's network has, and how many values and products a sample makes in it.

    For a class in a user's file they are guesses.

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
    return (
        network.count_weights(shape, outputs, cell),
        network.count_values(shape, outputs, cell),
        network.count_products(shape, outputs, cell),
    )


def known_weights(cell: Mapping[str, Any], shape: tuple[int, ...], classes: int) -> int:
    """How many weights and biases a cell's network has; 0 for a class in a user's file.

    Arguments and errors as for `network_size`.
    """
    if is_own(read_spelling(cell["network"]).name):
        return 0
    weights, _, _ = network_size(cell, shape, classes)
    return weights
