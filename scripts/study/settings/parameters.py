"""The training parameters: the built-in trainer's, as the configuration's schema declares them, or
those of a study's own program."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from study.store.paths import WORKFLOW
from study.training.networks import NETWORKS
from study.training.optimizers import OPTIMIZERS
from study.training.spelling import read_spelling

Level = str | int | float | bool  # a value of a parameter
Parameters = dict[str, Any]  # parameter -> its level
Specs = Mapping[str, Mapping[str, Any]]  # parameter -> its schema: `type`, `default`, …

SCHEMA_FILE = WORKFLOW / "schemas" / "config.schema.yaml"
# by libyaml where PyYAML has it, because every job reads this: 4 ms in place of 31
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SCHEMA: dict[str, Any] = yaml.load(SCHEMA_FILE.read_text(encoding="utf-8"), LOADER)

# of the built-in trainer: name -> its schema, in the order in which files and reports list them
PARAMETERS: Specs = SCHEMA["$defs"]["parameters"]
# The choices whose entries say which parameters they alone use.
USERS: dict[str, Mapping[str, Any]] = {"network": NETWORKS, "optimizer": OPTIMIZERS}
DEFAULTS: Parameters = {name: spec["default"] for name, spec in PARAMETERS.items()}


# the types that a level may have
KINDS: dict[str, type] = {"boolean": bool, "integer": int, "number": float, "string": str}


def declared(of_program: Parameters | None = None) -> Specs:
    """The training parameters of a study, in the order in which files and reports list them.

    Args:
        of_program: the parameters of the study's own program, if it has one, with their values in
            the baseline, whose types they have.

    Returns:
        name -> its schema: `type`, `default`, and for the built-in trainer what else there is.
    """
    if of_program is None:
        return PARAMETERS
    types = {kind: name for name, kind in KINDS.items()}
    return {
        name: {"type": types[type(value)], "default": value} for name, value in of_program.items()
    }


def typed(value: Level, spec: Mapping[str, Any]) -> Level:
    """A valid value in its parameter's own type, so that 32 and 32.0 are one level."""
    return KINDS[spec["type"]](value)


def condition(parameter: str) -> dict[str, list[str]]:
    """What a parameter needs to mean anything: the choices that use it, such as certain networks.

    Nothing for a parameter that always does.
    """
    found = {
        chooser: [name for name, entry in registry.items() if parameter in entry.uses]
        for chooser, registry in USERS.items()
    }
    return {chooser: names for chooser, names in found.items() if names}


def applies(parameter: str, values: Parameters) -> bool:
    """Whether a parameter means anything in a cell: some belong to certain networks only."""
    return meets(condition(parameter), values)


def meets(needed: Mapping[str, list[str]], values: Parameters) -> bool:
    """Whether a cell has what a parameter needs to mean anything, as `condition` returns it."""
    return all(read_spelling(values[name]).name in names for name, names in needed.items())


def differences(values: Parameters, others: Parameters) -> Parameters:
    """The parameters that differ from others, in the order of these."""
    return {name: values[name] for name in others if values[name] != others[name]}


def listed(values: Parameters, parameters: Specs = PARAMETERS) -> Parameters:
    """The parameters that files and texts name: all but unchanged ones with `listed: when changed`.

    A parameter that is added to the schema in this way leaves the files, the names and the runs of
    studies that do not use it as they are.
    """
    return {
        name: values[name]
        for name, spec in parameters.items()
        if values[name] != spec["default"] or spec.get("listed") != "when changed"
    }


def columns(cells: Iterable[Parameters], parameters: Specs = PARAMETERS) -> list[str]:
    """The parameters that a table of cells, each with its parameters, has a column for."""
    defaults = {name: spec["default"] for name, spec in parameters.items()}
    named = {name for cell in [*cells] or [defaults] for name in listed(cell, parameters)}
    return [name for name in parameters if name in named]
