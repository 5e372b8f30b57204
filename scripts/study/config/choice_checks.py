"""What is wrong with a choice as a configuration writes it."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from study.config.messages import suggest
from study.settings.choices import CHOICES, OWN, taken_apart
from study.store.own_code import find_code
from study.training.spelling import is_own


def choice_problems(parameter: str, value: Any) -> Iterator[str]:
    """What is wrong with a level of a parameter that is chosen by name, in a line each.

    Args:
        parameter: a key of `CHOICES`.
        value: what the configuration has.
    """
    if not isinstance(value, str | dict):
        yield f"{value!r} should be a name, or a mapping of a name and its options"
        return
    try:
        name, options = taken_apart(value)
    except ValueError as error:
        yield str(error)
        return
    if (isinstance(value, dict) and "file" in value) or is_own(str(name)):
        yield from _own_problems(parameter, str(name), options)
    elif name not in CHOICES[parameter]:
        what = f"unknown value {name!r}" if name else "missing name"
        yield f"{what}{suggest(name, list(CHOICES[parameter]))}"
    else:
        yield from _option_problems(name, options, CHOICES[parameter][name].options)


def _own_problems(parameter: str, name: str, options: dict[str, Any]) -> Iterator[str]:
    file, _, attribute = name.rpartition(":")
    if parameter not in OWN:
        yield f"{parameter} cannot be a file; {' and '.join(OWN)} can"
    elif not file.endswith(".py") or "(" in name:
        yield f"{file}: should be a Python file, whose name ends in .py and has no parenthesis"
    elif not attribute.isidentifier():
        yield f"{file}: missing `class`, the name of a class in the file"
    elif (path := find_code(file)) is None:
        yield (
            f"there is no file {file}, relative to the folder that Snakemake runs in or to the"
            " repository"
        )
    elif found := _relative_import(path):
        line, module = found
        yield (
            f"{file}, line {line}: from .{module} import …: the file is loaded by itself, not as"
            " part of a package; import its neighbours by name, without the dot"
        )
    for option, item in options.items():
        plain = item if isinstance(item, list) else [item]
        if not all(isinstance(part, str | int | float | bool) for part in plain):
            yield f"{option}: {item!r} should be text, a number, true or false, or a list of those"


def _relative_import(path: Path) -> tuple[int, str] | None:
    """The line and the module of a file's first relative import, which needs a package."""
    try:
        body = ast.parse(path.read_bytes()).body
    except (SyntaxError, ValueError):  # its digest says so
        return None
    found = [node for node in body if isinstance(node, ast.ImportFrom) and node.level]
    return (found[0].lineno, found[0].module or "") if found else None


def _option_problems(name: str, options: dict[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    for option, item in options.items():
        if option not in known:
            hint = suggest(option, list(known)) if known else "; it has no options"
            yield f"{name}: unknown option {option!r}{hint}"
            continue
        for error in Draft202012Validator(known[option]).iter_errors(item):
            description = known[option].get("description")
            what = f"{item!r} is not {description}" if description else error.message
            yield f"{name}.{option}: {what}"
