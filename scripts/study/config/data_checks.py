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
        problems += _pattern_problems(declared, entry.get("groups", {}).get("pattern", "()"))
        problems += _range_problems(declared, entry.get("range", [0, 1]))
    return problems + _class_problems(config)


def _pattern_problems(name: str, pattern: str) -> list[str]:
    where = f"datasets.{name}.groups.pattern"
    try:
        if re.compile(pattern).groups == 1:
            return []
        return [f"{where}: {pattern!r} needs exactly one pair of parentheses, around the group"]
    except re.error as error:
        return [f"{where}: {pattern!r} is not a valid regular expression: {error}"]


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
