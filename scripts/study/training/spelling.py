"""How a choice and its options are written as one text: `leaky_relu(negative_slope=0.2)`.

Files, digests and tables hold every level as one value; this is that value for a choice by name,
or for a class in a file of the user's own, `my_net.py:MyNet(width=64)`.
"""

import ast
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})


class Spelled(NamedTuple):
    """A choice, taken apart."""

    name: str  # an entry's name, or `file.py:Class`
    options: dict[str, Any]  # those that are not at their default


def spell(name: str, options: Mapping[str, Any]) -> str:
    """A choice as text."""
    written = ", ".join(f"{option}={value!r}" for option, value in options.items())
    return f"{name}({written})" if options else name


def read_spelling(text: str) -> Spelled:
    """A choice from its text.

    Raises:
        ValueError: it is not written like one.
    """
    name, opened, rest = text.partition("(")
    try:
        call = ast.parse(f"options({rest}" if opened else "options()", mode="eval").body
        if not isinstance(call, ast.Call) or call.args:
            raise ValueError
        options = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"{text!r} is not written as name(option=value)") from error
    return Spelled(name.strip(), options)


def is_own(name: str) -> bool:
    """Whether a choice is a class in a file of the user's own."""
    return ".py:" in name


def choose(registry: Mapping[str, Any], text: str) -> tuple[Any, dict[str, Any]]:
    """A registry's entry, and a value for each of its options, from the text of a choice.

    Args:
        registry: name -> an entry whose `options` have a JSON schema, with its default, for each.
        text: as `spell` writes it.
    """
    name, given = read_spelling(text)
    entry = registry[name]
    return entry, {option: spec["default"] for option, spec in entry.options.items()} | given
