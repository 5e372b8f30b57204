"""The training parameters: the built-in trainer's, as the configuration's schema declares them, or
those of a study's own program."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from study.spelling import read_spelling
from study.training.networks import NETWORKS
from study.training.optimizers import OPTIMIZERS

WORKFLOW = Path(__file__).parents[2] / "workflow"
SCHEMA_FILE = WORKFLOW / "schemas" / "config.schema.yaml"
REPORT_FOLDER = WORKFLOW / "report"
# by libyaml where PyYAML has it, because every job reads this: 4 ms in place of 31
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SCHEMA = yaml.load(SCHEMA_FILE.read_text(encoding="utf-8"), LOADER)

# of the built-in trainer: name -> its schema, in the order in which files and reports list them
PARAMETERS = SCHEMA["$defs"]["parameters"]
# The choices whose entries say which parameters they alone use.
USERS = {"network": NETWORKS, "optimizer": OPTIMIZERS}
DEFAULTS = {name: spec["default"] for name, spec in PARAMETERS.items()}


# the types that a level may have
KINDS = {"boolean": bool, "integer": int, "number": float, "string": str}


def declared(study: Mapping) -> dict[str, dict]:
    """A study's training parameters, in the order in which files and reports list them.

    Args:
        study: a configuration, of which `program` is looked at.

    Returns:
        name -> its schema: `type`, `default`, and for the built-in trainer what else there is.
        A program's parameters have the type of their value in the baseline.
    """
    if not study.get("program"):
        return PARAMETERS
    types = {kind: name for name, kind in KINDS.items()}
    values = study["program"]["parameters"]
    return {name: {"type": types[type(value)], "default": value} for name, value in values.items()}


def typed(value: str | int | float | bool, spec: Mapping) -> str | int | float | bool:
    """A valid value in its parameter's own type, so that 32 and 32.0 are one level."""
    return KINDS[spec["type"]](value)


def condition(parameter: str) -> dict[str, list[str]]:
    """What a parameter takes to mean anything: the choices that use it, such as certain networks.

    Nothing for a parameter that always does.
    """
    found = {
        chooser: [name for name, entry in registry.items() if parameter in entry.uses]
        for chooser, registry in USERS.items()
    }
    return {chooser: names for chooser, names in found.items() if names}


def applies(parameter: str, values: dict) -> bool:
    """Whether a parameter means anything in a cell: some belong to certain networks only."""
    return all(
        read_spelling(values[name]).name in names for name, names in condition(parameter).items()
    )


def settled(values: dict) -> dict:
    """A cell's parameters, with those that do not apply at their default.

    So cells that differ in nothing that counts are one cell.
    """
    return {
        name: value if applies(name, values) else DEFAULTS[name] for name, value in values.items()
    }


def differences(values: dict, reference: dict) -> dict:
    """The parameters that differ from the reference, in the reference's order."""
    return {name: values[name] for name in reference if values[name] != reference[name]}


def listed(values: dict, parameters: Mapping = PARAMETERS) -> dict:
    """The parameters that files and texts name: all but those `listed: when changed` that are not.

    A parameter that is added to the schema in this way leaves the files, the names and the runs of
    studies that do not use it as they are.
    """
    return {
        name: values[name]
        for name, spec in parameters.items()
        if values[name] != spec["default"] or spec.get("listed") != "when changed"
    }


def columns(cells: Iterable[dict], parameters: Mapping = PARAMETERS) -> list[str]:
    """The parameters that a table of cells has a column of."""
    defaults = {name: spec["default"] for name, spec in parameters.items()}
    named = {name for cell in [*cells] or [defaults] for name in listed(cell, parameters)}
    return [name for name in parameters if name in named]
