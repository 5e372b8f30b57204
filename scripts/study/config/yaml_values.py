"""Values that YAML does not read as they are written: 032 as 26, NO as false.

YAML 1.1, which Snakemake reads, takes 032 for octal, 1:30 for 90 seconds and 1e-3 for text. Such
values are refused, because only their author knows what they were meant to be.
"""

import math
import re
from functools import cache

import yaml

from study.config.messages import yaml_number
from study.settings.choices import CHOICES
from study.settings.parameters import SCHEMA

WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
NOT_FINITE = re.compile(r"[-+]?\.(inf|nan)", re.IGNORECASE)  # as it is written, and refused later
TRUE_FALSE = ("true", "false")
PATH_KEYS = ("results", "logs", "benchmarks", "path", "file", "cache")  # where ~ is a folder


def misread_value(node: yaml.ScalarNode, key: str) -> str | None:
    """What is written and what it is read as, and what to write; None where they are the same.

    Args:
        node: a value, or an item of a list.
        key: the key that it is below, with those above: `grid.batch_size`.
    """
    text, kind = node.value, _kind(node)
    if kind == "text":
        known = NUMBER.fullmatch(text) and node.style is None and math.isfinite(float(text))
        return _words(text, "text", yaml_number(float(text))) if known else None
    if kind == "int" and not WHOLE.fullmatch(text):
        value = str(yaml.SafeLoader("").construct_yaml_int(node))
        plain = text.replace("_", "")
        decimal = re.fullmatch("[-+]?[0-9]+", plain)
        words = _words(text, value, str(int(plain)) if decimal else value)
        comma = "; decimals have a point, as in 0.001" if text.startswith("0") and decimal else ""
        return words + comma
    if kind == "float" and not NUMBER.fullmatch(text) and not NOT_FINITE.fullmatch(text):
        value = yaml_number(yaml.SafeLoader("").construct_yaml_float(node))
        plain = text.replace("_", "")
        return _words(text, value, plain if NUMBER.fullmatch(plain) else value)
    if kind == "bool" and text.lower() not in TRUE_FALSE and not _takes_booleans(key):
        value = str(yaml.SafeLoader("").construct_yaml_bool(node)).lower()
        return _words(text, value, value)
    if kind == "timestamp":
        return f'{text} is read as a date; write "{text}", in quotes'
    if kind == "null" and text == "~" and key.rpartition(".")[2] in PATH_KEYS:
        return '~ is read as null; write "~", in quotes, for your home, or null to leave it out'
    return None


def misread_key(node: yaml.ScalarNode) -> str | None:
    """What to write for a key that is not read as text."""
    if _kind(node) in ("text", "merge"):
        return None
    return f'is not text; put it in quotes: "{node.value}"; a list is written [a, b]'


def misread_argument(argument: str) -> str | None:
    """The same for what `--config` is given, `seeds=012`, which Snakemake reads in its own way.

    It reads as a number what Python can read as one, and as text everything in brackets.
    """
    text = argument.partition("=")[2].strip("'\"").strip()
    try:
        number = float(text)
    except ValueError:
        return next((problem for node in _items(text) if (problem := _in_brackets(node))), None)
    plain = text.replace("_", "")
    written = NUMBER.fullmatch(text) and (WHOLE.fullmatch(text) or not text.lstrip("+-").isdigit())
    if written or not NUMBER.fullmatch(plain):  # infinity and NaN are refused later
        return None
    return _words(text, yaml_number(number), yaml_number(number), quotes=False)


def _in_brackets(node: yaml.ScalarNode) -> str | None:
    known = NUMBER.fullmatch(node.value) and node.style is None
    if _kind(node) == "text" and not known:
        return None
    return (
        f"{node.value} is in brackets, where Snakemake reads everything as text; write it in a"
        " file and name that with --configfile"
    )


def _items(text: str) -> list[yaml.ScalarNode]:
    """What is in the brackets of a list or a mapping, except a mapping's keys."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return []
    found, left = [], [] if isinstance(root, yaml.ScalarNode) else [root]
    while left:
        node = left.pop()
        if isinstance(node, yaml.MappingNode):
            left += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            left += node.value
        elif isinstance(node, yaml.ScalarNode):
            found.append(node)
    return found[::-1]


def _kind(node: yaml.ScalarNode) -> str:
    """What YAML 1.1 takes a value for: text, int, float, bool, null, timestamp, merge, …"""
    kind = node.tag.rpartition(":")[2]
    return "text" if kind == "str" else kind


def _words(text: str, read: str, write: str, quotes: bool = True) -> str:
    or_text = f', or for text "{text}", in quotes' if quotes else ""
    return f"{text} is read as {read}; write {write}{or_text}"


def _takes_booleans(key: str) -> bool:
    """Whether only true or false can be meant, so that yes and no are not text."""
    return key.rpartition(".")[2] in _boolean_keys() and not key.startswith("program.")


@cache
def _boolean_keys() -> frozenset[str]:
    """The parameters, options of choices and keys of claims that are true or false."""
    definitions = SCHEMA["$defs"]
    specs = {**definitions["parameters"], **definitions["claim"]["properties"]}
    for registry in CHOICES.values():
        for entry in registry.values():
            specs |= entry.options
    return frozenset(name for name, spec in specs.items() if spec.get("type") == "boolean")
