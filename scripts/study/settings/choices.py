"""Which training parameters are chosen by name, and from which registry; and how people read them.

A new choice is one entry in its registry: the configuration, the trainer and the titles in tables
and figures all read these.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from study.settings.parameters import Level
from study.training.activations import ACTIVATIONS
from study.training.epoch_choices import EPOCH_CHOICES
from study.training.losses import LOSSES
from study.training.networks import NETWORKS
from study.training.optimizers import OPTIMIZERS
from study.training.schedules import SCHEDULES
from study.training.spelling import is_own, read_spelling, spell


class Entry(Protocol):
    """An entry of any of the registries."""

    @property
    def title(self) -> str: ...

    @property
    def options(self) -> Mapping[str, Any]: ...


CHOICES: dict[str, Mapping[str, Entry]] = {
    "loss": LOSSES,
    "activation": ACTIVATIONS,
    "optimizer": OPTIMIZERS,
    "network": NETWORKS,
    "schedule": SCHEDULES,
    "epoch_choice": EPOCH_CHOICES,
}
# The registries by their name in the code, of which a run's digests cover only what it chooses.
REGISTRIES = {
    "loss": "study.training.losses:LOSSES",
    "activation": "study.training.activations:ACTIVATIONS",
    "optimizer": "study.training.optimizers:OPTIMIZERS",
    "network": "study.training.networks:NETWORKS",
    "schedule": "study.training.schedules:SCHEDULES",
    "epoch_choice": "study.training.epoch_choices:EPOCH_CHOICES",
}
# what is a device's alone
DEVICE_KINDS = "study.training.devices:DEVICES"
OWN_NETWORK = "study.training.networks:OWN"
OWN = ("network", "loss")  # that may be a class in a user's file


def as_level(parameter: str, value: str | dict[str, Any], training_epochs: int) -> str:
    """A valid choice as a level: its text, without the options that are at their default.

    Args:
        parameter: a key of `CHOICES`.
        value: the choice as a mapping or as text.
        training_epochs: what `over: training` means for a schedule.
    """
    name, options = taken_apart(value)
    if is_own(name):
        return spell(name, options)
    entry = CHOICES[parameter][name]
    given = {
        option: float(options[option]) if spec.get("type") == "number" else options[option]
        for option, spec in entry.options.items()
        if option in options
    }
    if given.get("over") == "training":
        given["over"] = training_epochs
    return spell(
        name, {key: item for key, item in given.items() if item != entry.options[key]["default"]}
    )


def taken_apart(value: str | dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The name and the options of a choice that is written as a mapping, or as text.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, str):
        return read_spelling(value)
    options = dict(value)
    if "file" in options:
        return f"{options.pop('file')}:{options.pop('class', '')}", options
    return options.pop("name", ""), options


def parameter_title(parameter: str) -> str:
    """How tables and figures print a parameter's name: `batch_size` -> `Batch size`."""
    return parameter.replace("_", " ").capitalize()


def ordered_levels(levels: Iterable[Level]) -> list[Any]:
    """A factor's levels as an axis shows them: numbers ascending, all else as they come."""
    levels = list(dict.fromkeys(levels))
    numbers = all(type(level) in (int, float) for level in levels)
    return sorted(levels) if numbers else levels
