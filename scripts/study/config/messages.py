"""What is wrong with a configuration, in words for the one who wrote it."""

import math
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from jsonschema import ValidationError

from study.settings.parameters import PARAMETERS
from study.store.errors import UserError

# What others call it -> what it is called here.
MEANT = {
    "gpu": "cuda",
    "epochs": "epochs_per_round",
    "epoch": "epochs_per_round",
    "lr": "learning_rate",
    "batchsize": "batch_size",
    "warmup": "warmup_epochs",
}
TYPE_NAMES = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list, like [a, b]",
    "object": "a mapping of keys to values",
}


def mistakes(*problems: str) -> UserError:
    """The error that says what is wrong with a configuration, a line each."""
    return UserError("\n  ".join(["Configuration error", *problems]))


def refuse(problems: Iterable[str]) -> None:
    """Stop if there are problems.

    Raises:
        UserError: there are.
    """
    if lines := list(problems):
        raise mistakes(*lines)


def explain(error: ValidationError) -> str:
    """What does not fit the schema, by its key, and what would be right; a line a mistake."""
    where = error.json_path.removeprefix("$").removeprefix(".") or "top level"
    value: Any = error.instance
    rule: Any = error.validator_value
    schema: Any = error.schema
    if "propertyNames" in error.schema_path:
        return (
            f"{where}: the name {value!r} cannot be a file's name; use at most 64 letters, digits,"
            " - and _, and begin with a letter or a digit"
        )
    if error.validator == "additionalProperties":
        known = list(schema.get("properties", {}))
        unknown = [key for key in value if key not in known]
        return "\n  ".join(f"{where}: unknown key {key!r}{_place(key, known)}" for key in unknown)
    if error.validator == "enum":
        if value in schema.get("refused", ()):
            return f"{where}: {value} {schema['refused'][value]}"
        return f"{where}: unknown value {value!r}{suggest(value, rule)}"
    if error.validator == "required":
        return f"{where}: missing {', '.join(key for key in rule if key not in value)}"
    if error.validator == "type":
        hint = _number_hint(value) if rule in ("integer", "number") else ""
        if rule == "string" and isinstance(value, int | float) and not isinstance(value, bool):
            hint = f'; write "{value}", in quotes'
        elif rule == "string" and isinstance(value, bool):
            hint = "; YAML reads yes, no, on and off as true or false: put the word in quotes"
        return f"{where}: {value!r} should be {TYPE_NAMES[rule]}{hint}"
    if error.validator in ("anyOf", "pattern"):
        return f"{where}: {value!r} is not valid. {schema['description']}"
    return f"{where}: {error.message}"


def _place(key: str, known: list[str]) -> str:
    """Where an unknown key may belong, or what may have been meant."""
    if "baseline" in known and key in PARAMETERS:
        return "; it is a training parameter and belongs below baseline"
    return suggest(key, known)


def _number_hint(value: Any) -> str:
    """What to write where a number was given as text, as YAML reads 1e-3 and "32"."""
    try:
        number = float(value) if isinstance(value, str) else math.nan
    except ValueError:
        return ""
    if not math.isfinite(number):
        return ""
    return f"; as written, it is text: write {yaml_number(number)}"


def yaml_number(number: float) -> str:
    """A finite number as YAML reads it: `1.0e-07`, for which Python writes 1e-07."""
    if number.is_integer():
        return str(int(number))
    mantissa, exponent, power = repr(number).partition("e")
    return f"{mantissa}{'' if '.' in mantissa or not exponent else '.0'}{exponent}{power}"


def suggest(value: object, known: Iterable[object]) -> str:
    """What may have been meant, and what there is: `; did you mean 'bce'? known: bce, ce`."""
    names = [str(name) for name in known]
    meant = MEANT.get(str(value).casefold())
    close = [meant] if meant in names else get_close_matches(str(value), names, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ";"
    return f"{hint} known: {', '.join(names)}"
