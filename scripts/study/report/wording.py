"""Numbers and lists as people read them in running text and in tables."""

import re
from collections.abc import Sequence

import pandas as pd

from study.analysis.metrics import METRICS, SPLIT_TITLES, format_value, is_percentage
from study.settings.choices import parameter_title
from study.settings.parameters import Specs


def p_text(p_value: float) -> str:
    """`0.0625`, `<0.001`, – for nothing."""
    if pd.isna(p_value):
        return "–"
    if p_value < 0.001:
        return "<0.001"
    return f"{p_value:.2g}" if p_value < 0.01 else f"{p_value:.3g}"


def plain(value: float, digits: int = 2) -> str:
    """A number without a unit, – for nothing."""
    return "–" if pd.isna(value) else minus(f"{value:.{digits}f}")


def minus(text: str) -> str:
    """A number with the sign that is as wide as a plus."""
    return text.replace("-", "−")


def interval_text(metric: str, low: float, high: float, sign: bool = True) -> str:
    """`[+0.12, +0.40]`, – for nothing."""
    if pd.isna(low) or pd.isna(high):
        return "–"
    return f"[{format_value(metric, low, sign)}, {format_value(metric, high, sign)}]"


def counted(count: int, one: str, more: str = "") -> str:
    """`1 seed`, `12 seeds`, `9,000 runs`; `more` where the plural is not one + s."""
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"


def listed(items: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last


def lower_first(text: str) -> str:
    """`Training loss` -> `training loss`; `AUC` and `Brier score` stay."""
    second = text[1:2]
    return text if second.isupper() or text.startswith("Brier") else text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """A sentence's first letter."""
    return text[:1].upper() + text[1:]


def metric_words(metric: str) -> str:
    """A metric within a sentence, without its unit: `training accuracy`."""
    return lower_first(METRICS[metric].title)


def amount_words(metric: str, value: float) -> str:
    """A size with its unit, without its sign: `1.44 percentage points`, `0.0221`."""
    text = format_value(metric, abs(value))
    return f"{text} percentage points" if is_percentage(metric) else text


# names of metrics as files have them -> how people read them
_TITLES = {name: metric_words(name) for name in METRICS}
_TITLES |= {f"{split}_{name}": f"{title} {name}" for split, title in SPLIT_TITLES.items()
            for name in ("loss", "accuracy")}  # fmt: skip


def with_titles(text: str, specs: Specs) -> str:
    """A message of the analysis for people: titles for the names that files have.

    Args:
        text: the message.
        specs: of the study's training parameters.
    """
    titles = _TITLES | {name: lower_first(parameter_title(name)) for name in specs}
    names = sorted((name for name in titles if "_" in name), key=len, reverse=True)
    return re.sub(rf"\b({'|'.join(names)})\b", lambda found: titles[found[0]], text)
