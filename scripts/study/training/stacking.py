"""Which cells train their seeds together, as one network with a leading dimension.

Light to import: what a job asks for depends on it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from study.training.activations import ACTIVATIONS
from study.training.losses import loss_entry
from study.training.optimizers import OPTIMIZERS
from study.training.size import known_weights
from study.training.spelling import is_own, read_spelling


class Stacks(NamedTuple):
    """How seeds are stacked on a device."""

    # How many seeds a stack has, always: where a seed is in it is its number modulo this, and both
    # decide a result's last bits.
    width: int
    most_weights: int  # and biases of a network that is stacked


STACKS = {
    # A step of a stack takes as long as three or four of one network; with a width of 16 a little
    # more is won where all places have a seed, and less with 5, 10 or 12 seeds. Twelve seeds take
    # 0.3 of the time at 8,000 weights and batches of 32, 0.55 at 50,000, 0.7 at 100,000; at
    # 200,000, where their weights and moments leave a core's cache, they take more. At this bound
    # a stack gains with two thirds of its places filled.
    "cpu": Stacks(width=12, most_weights=60_000),
    # Here a step waits for the host, however many seeds it is of. At this bound the weights,
    # gradients and moments of all take 5 GB of the card.
    "cuda": Stacks(width=32, most_weights=10_000_000),
}
NETWORKS_STACKED = ("mlp", "logistic")
# What draws numbers as it trains, or keeps them of a batch, or is compiled.
EACH_ALONE = ("dropout", "batch_norm", "flip", "shift", "rotation", "compile")


def is_stacked(
    parameters: Mapping[str, Any], device: str, shape: tuple[int, ...], classes: int, redrawn: bool
) -> bool:
    """Whether the seeds of a cell train together: arguments as for `why_alone`."""
    return not why_alone(parameters, device, shape, classes, redrawn)


def why_alone(
    parameters: Mapping[str, Any], device: str, shape: tuple[int, ...], classes: int, redrawn: bool
) -> str:
    """Why the seeds of a cell train one after the other, as a sentence; nothing if together.

    It depends on nothing else, so that a seed's results do not depend on the seeds beside it.

    Args:
        parameters: the cell's.
        device: cpu or cuda.
        shape: of a sample of the data set.
        classes: how many there are.
        redrawn: whether it is a split that was drawn anew, on which one seed trains.
    """
    network, activation, optimizer = (
        read_spelling(parameters[key]).name for key in ("network", "activation", "optimizer")
    )
    if redrawn:
        return "there is one seed a split"
    if network not in NETWORKS_STACKED:
        return f"the network is {'your own' if is_own(network) else network}"
    if not loss_entry(parameters["loss"]).by_sample:
        return "the loss is your own"
    if ACTIVATIONS[activation].alone:
        return f"the activation {activation} learns or draws as it trains"
    if not OPTIMIZERS[optimizer].by_weight:
        return f"the optimizer is {optimizer}"
    for key in EACH_ALONE:
        if parameters[key]:
            return f"{key} is {str(parameters[key]).lower()}"
    if parameters["precision"] != "float32":
        return f"precision is {parameters['precision']}"
    most = STACKS[device].most_weights
    if known_weights(parameters, shape, classes) > most:
        return f"the network has more than {most:,} weights and biases"
    return ""
