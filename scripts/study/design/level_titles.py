"""Levels as people read them: by their titles, and numbers as people write them."""

import re

from study.settings import choices
from study.settings.parameters import Level

# a number with an exponent that is no part of a name: 2e-05
WITH_EXPONENT = re.compile(r"(?<![\w.])\d+(?:\.\d+)?e[-+]\d+(?![\w.])")
SMALLEST = 1e-6  # that is written out


def level_title(parameter: str, level: Level) -> str:
    """How tables and figures print a level: `leaky_relu` -> `Leaky ReLU`, 2e-05 -> `0.00002`."""
    title = choices.level_title(parameter, level)
    return WITH_EXPONENT.sub(lambda found: number_text(float(found[0])), title)


def number_text(value: float) -> str:
    """A number as people write it: `0.00002`, `0.001`, `32`, and what is smaller as `1e-8`."""
    if value and abs(value) < SMALLEST:
        digits, _, power = f"{value:.10g}".partition("e")
        return f"{digits}e{int(power)}"
    return f"{value:.15f}".rstrip("0").rstrip(".")
