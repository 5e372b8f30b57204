"""Numbers with as many decimals as they are worth.

A spread has two significant digits, and its value as many decimals, at most one more than the
metric has elsewhere. The last decimal is worth no less than the leading digit of one sample of the
split: one of 114 samples is 0.88 percentage points, so accuracies have one decimal.
"""

import math

from study.analysis.metrics import METRICS, is_percentage

NOTHING = "–"


def decimals(metric: str, spread: float, one_sample: float = math.nan) -> int:
    """How many decimals a value is read with, in per cent where the metric is.

    Args:
        metric: what it is a value of.
        spread: how far it may be off: a standard deviation, or half of an interval's width. For
            NaN and 0, as many as the metric has.
        one_sample: what one sample of the split adds to the metric; NaN if nothing.
    """
    scale = 100 if is_percentage(metric) else 1
    digits = METRICS[metric].digits
    found = [min(1 - magnitude(scale * spread), digits + 1) if spread > 0 else digits]
    if one_sample > 0:
        found.append(-magnitude(scale * one_sample))
    return max(0, min(found))


def magnitude(value: float) -> int:
    """The power of ten of the leading digit, once there are two digits: -1 of 0.88, 0 of 0.996."""
    return int(f"{value:.1e}".partition("e")[2])


def rounded(metric: str, value: float, places: int, sign: bool = False) -> str:
    """A value as people read it, – for nothing; what rounds to zero has no sign."""
    if math.isnan(value):
        return NOTHING
    text = f"{(100 if is_percentage(metric) else 1) * value:+.{places}f}"
    if float(text) == 0:
        return text[1:]
    return (text if sign else text.removeprefix("+")).replace("-", "−")


def with_unit(metric: str, value: float, places: int) -> str:
    """A size without its sign: `1.4 points`, `1 point`, `0.022`."""
    text = rounded(metric, abs(value), places)
    if not is_percentage(metric):
        return text
    return f"{text} point" if text == "1" else f"{text} points"


def mean_and_spread(
    metric: str, mean: float, sd: float, one_sample: float = math.nan
) -> tuple[str, str]:
    """`95.5` and `0.3`, or `<0.1` for a spread that rounds to zero; a single value has none."""
    places = decimals(metric, sd, one_sample)
    text = rounded(metric, mean, places)
    if math.isnan(mean) or math.isnan(sd):
        return text, ""
    spread = rounded(metric, sd, places)
    return text, f"<{10**-places:.{places}f}" if sd > 0 and float(spread) == 0 else spread


def difference_text(
    metric: str, difference: float, low: float, high: float, one_sample: float = math.nan
) -> str:
    """`+0.17 [−0.35, +0.69]`, without the interval where there is none.

    Where all of it rounds to zero, `0.0 (within ±0.1)`.
    """
    places = decimals(metric, (high - low) / 2, one_sample)
    text = rounded(metric, difference, places, sign=True)
    if math.isnan(low) or math.isnan(high):
        return text
    ends = [rounded(metric, end, places, sign=True) for end in (low, high)]
    if low != high and all(float(part.replace("−", "-")) == 0 for part in (text, *ends)):
        return f"{text} (within ±{10**-places:.{places}f})"
    return f"{text} [{ends[0]}, {ends[1]}]"
