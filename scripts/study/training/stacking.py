"""Which cells train their seeds together, as one network with a leading dimension.

Light to import: what a job asks for depends on it.
"""

from collections.abc import Mapping
from typing import Any

from study.training.activations import ACTIVATIONS
from study.training.devices import DEVICES
from study.training.losses import loss_entry
from study.training.optimizers import OPTIMIZERS
from study.training.size import known_weights
from study.training.spelling import is_own, read_spelling

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
        return "there is one seed per split"
    if network not in DEVICES[device].stacked:
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
    most = DEVICES[device].most_weights
    if known_weights(parameters, shape, classes) > most:
        return f"the network has more than {most:,} weights and biases"
    return ""
