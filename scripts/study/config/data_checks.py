"""What is wrong with the declared data sets, beyond what the schema can say."""

import re
from collections.abc import Mapping
from typing import Any

from study.config.class_checks import binary_problems
from study.config.messages import suggest
from study.data import known_classes
from study.store.errors import UserError


def data_problems(config: Mapping[str, Any]) -> list[str]:
    """What is wrong with the data sets and with what is asked of them, a line each."""
    problems, name = [], config["dataset"]
    if name not in config["datasets"]:
        known = suggest(name, config["datasets"])
        problems.append(f"dataset: {name!r} is not declared under datasets{known}")
    for declared, entry in config["datasets"].items():
        problems += _group_problems(f"datasets.{declared}.groups", entry.get("groups"))
        problems += _range_problems(declared, entry.get("range", [0, 1]))
    return problems + _class_problems(config)


def _group_problems(where: str, groups: Mapping[str, Any] | None) -> list[str]:
    if groups is None:
        return []
    if len(groups.keys() & {"pattern", "file"}) != 1:
        return [f"{where}: needs a pattern or a file, and not both"]
    pattern = groups.get("pattern", "()")
    try:
        if re.compile(pattern).groups == 1:
            return []
    except re.error as error:
        return [f"{where}.pattern: {pattern!r} is not a valid regular expression: {error}"]
    return [
        f"{where}.pattern: {pattern!r} needs exactly one pair of parentheses, around the group, as"
        " in (person[0-9]+|IM-[0-9]+); parentheses that only group, without capturing, are written"
        " (?:…)"
    ]


def _range_problems(name: str, values: list[float]) -> list[str]:
    if values[0] < values[1]:
        return []
    return [f"datasets.{name}.range: {values}: the first value, black, must be below the second"]


def _class_problems(config: Mapping[str, Any]) -> list[str]:
    """What the data set's number of classes rules out, where its entry alone says how many."""
    name = config["dataset"]
    if name not in config["datasets"]:
        return []
    try:
        classes = known_classes(name, config["datasets"][name])
    except UserError as error:
        return [str(error)]
    return binary_problems(config, classes) if classes else []
