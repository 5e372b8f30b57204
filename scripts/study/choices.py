"""Which training parameters are chosen by name, and from which registry; and how people read them.

A new choice is one entry in its registry: the configuration, the trainer and the titles in tables
and figures all read these.
"""

from collections.abc import Iterable

from study.training.activations import ACTIVATIONS
from study.training.losses import LOSSES
from study.training.networks import NETWORKS
from study.training.optimizers import OPTIMIZERS

CHOICES = {
    "loss": LOSSES,
    "activation": ACTIVATIONS,
    "optimizer": OPTIMIZERS,
    "network": NETWORKS,
}
# The registries by their name in the code, of which a run's digests cover only what it chooses.
REGISTRIES = {
    "loss": "study.training.losses:LOSSES",
    "activation": "study.training.activations:ACTIVATIONS",
    "optimizer": "study.training.optimizers:OPTIMIZERS",
    "network": "study.training.networks:NETWORKS",
}


def level_title(parameter: str, level: str | int | float) -> str:
    """How tables and figures print a level: `leaky_relu` -> `Leaky ReLU`, 32 -> `32`."""
    return CHOICES[parameter][level].title if parameter in CHOICES else str(level)


def parameter_title(parameter: str) -> str:
    """How tables and figures print a parameter's name: `batch_size` -> `Batch size`."""
    return parameter.replace("_", " ").capitalize()


def ordered_levels(levels: Iterable) -> list:
    """A factor's levels as an axis shows them: numbers ascending, names as they come."""
    levels = list(dict.fromkeys(levels))
    numbers = all(isinstance(level, int | float) for level in levels)
    return sorted(levels) if numbers else levels
