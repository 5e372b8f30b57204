"""The training parameters, as the config schema declares them, and the metrics."""

from pathlib import Path

import yaml

WORKFLOW = Path(__file__).parents[2] / "workflow"
SCHEMA_FILE = WORKFLOW / "schemas" / "config.schema.yaml"
REPORT_TEMPLATE = WORKFLOW / "report" / "report.html.j2"
SCHEMA = yaml.safe_load(SCHEMA_FILE.read_text(encoding="utf-8"))

# name -> its schema, in the order in which files and reports list them
PARAMETERS = SCHEMA["$defs"]["parameters"]
DEFAULTS = {name: spec["default"] for name, spec in PARAMETERS.items()}

# What is measured in every epoch, in the order of the columns
METRICS = ("train_loss", "train_accuracy", "val_loss", "val_accuracy")


def typed(parameter: str, value):
    """A valid value in its parameter's own type, so that 32 and 32.0 are one level."""
    return {"integer": int, "number": float, "string": str}[PARAMETERS[parameter]["type"]](value)


def differences(values: dict, reference: dict) -> dict:
    """The parameters that differ from the reference, in the schema's order."""
    return {name: values[name] for name in PARAMETERS if values[name] != reference[name]}
