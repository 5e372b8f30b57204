"""Levels as people read them: by their titles, and numbers as people write them."""

import re

from study.settings.choices import CHOICES, OWN
from study.settings.parameters import Level
from study.training.spelling import is_own, read_spelling

# a number with an exponent that is no part of a name: 2e-05
WITH_EXPONENT = re.compile(r"(?<![\w.])\d+(?:\.\d+)?e[-+]\d+(?![\w.])")
SMALLEST, LARGEST = 1e-6, 1e15  # that are written out


def level_title(parameter: str, level: Level) -> str:
    """How tables and figures print a level: `leaky_relu` -> `Leaky ReLU`, 2e-05 -> `0.00002`."""
    name = str(level).partition("(")[0]
    if not (name in CHOICES.get(parameter, {}) or (parameter in OWN and is_own(name))):
        if isinstance(level, bool):
            return "yes" if level else "no"
        return _without_exponents(str(level).removesuffix(".0"))
    name, options = read_spelling(str(level))
    known = CHOICES[parameter].get(name)  # none for a program's parameter of the same name
    title = known.title if known else name.rpartition(":")[2]
    written = [
        key.replace("_", " ") + ("" if value is True else f" {value}".removesuffix(".0"))
        for key, value in options.items()
    ]
    return _without_exponents(f"{title} ({', '.join(written)})") if options else title


def _without_exponents(text: str) -> str:
    return WITH_EXPONENT.sub(lambda found: number_text(float(found[0])), text)


def number_text(value: float) -> str:
    """A number as people write it: `0.00002`, `0.001`, `32`; beyond that, `1e-8` or `1e30`."""
    if value and not SMALLEST <= abs(value) <= LARGEST:
        digits, _, power = f"{value:.10g}".partition("e")
        return f"{digits}e{int(power)}"
    return f"{value:.15f}".rstrip("0").rstrip(".")
