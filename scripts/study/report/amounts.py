"""Numbers as people use them: no more digits than the spread, or one sample, is worth."""

import math

from study.analysis.metrics import is_percentage
from study.report.wording import minus

DIGITS = 6  # decimals at most


def decimals(step: float) -> int:
    """How many decimals show a step: 1 of 0.19, 2 of 0.05, 4 of 0.0003; 0 of 1 and above."""
    if not math.isfinite(step) or step <= 0:
        return 2
    return min(DIGITS, max(0, math.ceil(-math.log10(step) - 1e-9)))


def step_of(metric: str, spread: float, one_sample: float = 0.0) -> float:
    """The smallest step that is worth showing, in the unit that people read.

    Two significant digits of the spread, and never less than what one sample is: of a percentage
    to its first digit.

    Args:
        metric: whose values they are.
        spread: a standard deviation or half an interval, as files have it.
        one_sample: what one sample of the split is of an accuracy, or 0.
    """
    scale = 100 if is_percentage(metric) else 1
    steps = [one_sample * scale]
    if math.isfinite(spread) and spread > 0:
        spread *= scale
        steps.append(10.0 ** (math.floor(math.log10(spread)) - 1))
    return max(steps)


def amount(metric: str, value: float, step: float, sign: bool = False) -> str:
    """`95.6`, `+0.4`, `0.022`; – for nothing, and 0 without a sign.

    Args:
        metric: whose value it is.
        value: as files have it.
        step: as `step_of` returns it.
        sign: whether a plus is shown.
    """
    if not math.isfinite(value):
        return "–"
    text = (
        f"{value * (100 if is_percentage(metric) else 1):{'+' if sign else ''}.{decimals(step)}f}"
    )
    return minus(text) if float(text) else text.lstrip("+-")


def with_unit(metric: str, value: float, step: float) -> str:
    """A size without its sign: `1.4 points`, `1 point`, `0.022`."""
    text = amount(metric, abs(value), step)
    if not is_percentage(metric):
        return text
    return f"{text} point" if text == "1" else f"{text} points"
