"""Check a study's configuration and fill in its defaults."""

import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from study.config.claim_checks import claim_problems, look_problems, verdict_problems
from study.config.data_checks import data_problems
from study.config.design_checks import (
    cell_problems,
    design_problems,
    level_problems,
    table_levels,
)
from study.config.messages import mistakes, refuse
from study.config.program_checks import program_config, program_problems
from study.config.schema import complete_schema, schema_problems
from study.config.tuning_checks import set_tune_types, tuning_problems
from study.config.yaml_files import find_file, read_claims, read_text
from study.design.cell import design_of
from study.design.factors import moved_along
from study.published.printed import read_tables
from study.settings.choices import CHOICES, as_level
from study.settings.devices import pick_device
from study.settings.parameters import PARAMETERS, SCHEMA, Level, Specs, declared, typed
from study.store.paths import WORKFLOW

WHOLE_NUMBERS = ("epochs_per_round", "warmup_epochs", "rounds", "seeds", "seeds_per_job")


def read_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Check a configuration as Snakemake merged it and return it complete, as a new dict.

    A key that is null counts as not written. Levels get their parameter's type. Every table gets a
    list of factors as `vary` and the `levels` of each, every rule of `exclude` gets lists of
    levels, and every named cell gets the levels of what moves along. The device auto becomes the
    one that is here. Claims that are in a file of their own are read from there, and so are the
    `rows` of the reference. The reference, the name of the `study`, the `program` and what to
    `tune` are None if there is none; `verdicts` is then tuned where the study tunes, else fixed.

    Raises:
        UserError: one line per mistake, each with its key and what would be right.
    """
    read = _without_nulls({**config, "claims": read_claims(config.get("claims"))}, "")
    if "program" in read:
        of_program = {"properties": {"program": SCHEMA["properties"]["program"]}}
        refuse(schema_problems(read, of_program) or program_problems(read))
        read = program_config(read)
    parameters = declared(read["program"]["parameters"] if "program" in read else None)
    refuse([*_not_finite(read), *schema_problems(read, complete_schema(parameters))])
    if not isinstance(read["dataset"], str):
        raise mistakes(
            "dataset: a list of data sets is for Snakemake, which runs the study on each"
        )
    read |= {key: read.get(key) for key in ("reference", "study", "program", "tune")}
    read["device"] = pick_device(read["device"])
    refuse(look_problems(read["looks"], read["claims"]))
    read["verdicts"] = read.get("verdicts") or ("tuned" if read["tune"] else "fixed")
    refuse(verdict_problems(read))
    read["looks"] = [int(seeds) for seeds in read["looks"]]
    read["seeds"] = [read["seeds"], *read["looks"]][-1]
    _set_types(read, parameters)
    _complete_cells(read)
    if reference := read["reference"]:
        tables = find_file(reference.pop("tables"), "reference.tables")
        reference["rows"] = read_tables(tables)
        note = reference.pop("note", None)
        # the source study's note, which config.yaml names, is not about other tables
        if note and not (_is_ours(find_file(note, "reference.note")) and not _is_ours(tables)):
            reference["note"] = read_text(note, "reference.note")
    return read


def _is_ours(path: Path) -> bool:
    """Whether a file is one of the source study's, which come with the workflow."""
    return path.resolve().is_relative_to((WORKFLOW / "reference").resolve())


def _without_nulls(value: Any, where: str) -> Any:
    if isinstance(value, list):
        return [_without_nulls(item, f"{where}[{number}]") for number, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    for key in value:
        if not isinstance(key, str):
            raise mistakes(f"{where or 'top level'}: the key {key!r} is not text; put it in quotes")
    return {
        key: _without_nulls(item, f"{where}.{key}" if where else key)
        for key, item in value.items()
        if item is not None
    }


def _not_finite(value: Any, where: str = "") -> list[str]:
    """Infinities and NaN, which YAML can write and no key accepts."""
    if isinstance(value, dict):
        return [
            problem
            for key, item in value.items()
            for problem in _not_finite(item, f"{where}.{key}" if where else key)
        ]
    if isinstance(value, list):
        return [problem for item in value for problem in _not_finite(item, where)]
    if isinstance(value, float) and not math.isfinite(value):
        return [f"{where}: {value} is not a finite number"]
    return []


def _sides(config: dict[str, Any]) -> list[dict[str, Any]]:
    claims = config["claims"].values()
    return [side for claim in claims for pair in claim["compare"] for side in pair]


def _named_cells(config: dict[str, Any]) -> list[dict[str, Any]]:
    """What has a `cell` that is named by its changes of the baseline."""
    return [*config["tables"].values(), *config["figures"].values(), *_sides(config)]


def _set_types(config: dict[str, Any], parameters: Specs) -> None:
    """Values as levels, in the type of their parameter; the baseline in the parameters' order."""
    for key in WHOLE_NUMBERS:
        config[key] = int(config[key])
    level = partial(_level, parameters, config["epochs_per_round"] * config["rounds"])

    def each(name: str, values: list[Any]) -> list[Level]:
        """Levels, each once."""
        return list(dict.fromkeys(level(name, value) for value in values))

    design = config["design"]
    cells = [config["baseline"], *(item["cell"] for item in _named_cells(config))]
    for cell in [*cells, *(design.get("list", []) if isinstance(design, dict) else [])]:
        cell.update({name: level(name, value) for name, value in cell.items()})
    config["baseline"] = {name: config["baseline"][name] for name in parameters}
    for rule in config["exclude"]:
        for name, levels in rule.items():
            rule[name] = each(name, levels if isinstance(levels, list) else [levels])
    for name, levels in config["grid"].items():
        config["grid"][name] = each(name, levels)
    if config["tune"]:
        set_tune_types(config["tune"], each, parameters)
    for table in config["tables"].values():
        table["round"] = int(table["round"])
        if isinstance(table["vary"], str):
            table["vary"] = [table["vary"]]
        own = table.get("levels", {})
        own = {table["vary"][0]: own} if isinstance(own, list) else own
        table["levels"] = {name: each(name, levels) for name, levels in own.items()}
    for figure in config["figures"].values():
        figure["rounds"] = sorted(int(round_number) for round_number in figure["rounds"])
    for side in _sides(config):
        side.update({key: int(side[key]) for key in ("round", "since") if key in side})


def _level(parameters: Specs, training_epochs: int, name: str, value: Any) -> Level:
    """A value of a parameter as its level."""
    if parameters is PARAMETERS and name in CHOICES:
        return as_level(name, value, training_epochs)
    return typed(value, parameters[name])


def _complete_cells(config: dict[str, Any]) -> None:
    """Give tables their levels, and named cells what moves along; refuse what does not fit."""
    design, tables = design_of(config), config["tables"]
    refuse(
        [
            *design_problems(design),
            *data_problems(config),
            *level_problems(design, tables),
            *(
                problem
                for name, claim in config["claims"].items()
                for problem in claim_problems(f"claims.{name}", claim)
            ),
            *(tuning_problems(config, design.specs) if config["tune"] else []),
        ]
    )
    for table in tables.values():
        table["levels"] = table_levels(design, table)
    refuse(cell_problems(design, config))
    for named in _named_cells(config):
        named["cell"] = moved_along(design, named["cell"])
