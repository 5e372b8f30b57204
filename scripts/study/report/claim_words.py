"""The difference that a claim is about, in a sentence: `training accuracy rises by 1.44 …`."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from study.analysis.expectations import expectation
from study.analysis.metrics import format_value, is_percentage
from study.design.claims import Claim, Side
from study.report.wording import amount_words, listed, lower_first, metric_words, upper_first
from study.settings.choices import CHOICES, parameter_title
from study.settings.level_titles import level_title

Row = Mapping[str, Any]  # of claim_pairs.csv, whose `n` is not empty


def hypothesis_words(claim: Claim, pairs: Sequence[Row]) -> str:
    """What a claim's p-value is for, where it is not for a difference of 0; else nothing.

    `for “within ±0.5 percentage points”`.

    Args:
        claim: the claim.
        pairs: its rows, tested or not.
    """
    tested = [pair for pair in pairs if not pd.isna(pair["n"])]
    if not claim.margin or not tested:
        return ""
    supporting = max(pair["p_supporting"] for pair in tested)
    contradicting = min(1.0, len(pairs) * min(pair["p_contradicting"] for pair in tested))
    not_so = "" if supporting <= contradicting else "not "
    return f"for “{not_so}{expectation(claim)}”"


def is_clear(pair: Row) -> bool:
    """Whether the interval that is drawn leaves out 0."""
    low, high = drawn_interval(pair)
    return low > 0 or high < 0


def drawn_interval(pair: Row) -> tuple[float, float]:
    """The interval that the verdict is read off; where there is no verdict, the 95% one."""
    if pd.isna(pair["low_adjusted"]):
        return pair["low"], pair["high"]
    return pair["low_adjusted"], pair["high_adjusted"]


def difference_words(claim: Claim, sides: Sequence[Side], pair: Row) -> str:
    """`Training accuracy rises by 1.44 percentage points (95% 1.36 to 1.52), from round 1 to 3`.

    Args:
        claim: the claim.
        sides: the two of one of its pairs.
        pair: its row.
    """
    metric, over_time = claim.metric, claim.factor in ("round", "epoch")
    subject = metric_words(metric)
    subject = "the " * subject.endswith(("gap", "score", "error")) + subject
    if len(sides[0].rounds) == 2:
        subject = f"the change in {subject} since round {sides[0].rounds[0]}"
    where = _circumstances(claim, sides)
    if not is_clear(pair):
        size = format_value(metric, pair["difference"], sign=True)
        size += " percentage points" if is_percentage(metric) else ""
        verb = "changes" if over_time else "differs"
        how = _course(claim, sides) if over_time else f", {_versus(claim, sides, ' minus ')}"
        return f"{upper_first(subject)} {verb} by {size} ({range_words(pair)}){how}{where}"
    size, up = amount_words(metric, pair["difference"]), pair["difference"] > 0
    if over_time:
        verb = "rises" if up else "falls"
        said = f"{verb} by {size} ({range_words(pair)}){_course(claim, sides)}"
    else:
        verb = "higher" if up else "lower"
        versus = _versus(claim, sides, " than with ")
        said = f"is {size} {verb} ({range_words(pair)}) with {versus}"
    return f"{upper_first(subject)} {said}{where}"


def range_words(pair: Row) -> str:
    """The 95% interval: `95% 1.36 to 1.52`, for a clear fall as sizes without a sign."""
    return f"95% {_ends(pair, pair['low'], pair['high'])}"


def drawn_words(pair: Row) -> str:
    """The interval that is drawn: `1.29 to 1.59`."""
    return _ends(pair, *drawn_interval(pair))


def _ends(pair: Row, low: float, high: float) -> str:
    if is_clear(pair) and (low > 0 or high < 0):
        low, high = sorted((abs(low), abs(high)))
        return f"{format_value(pair['metric'], low)} to {format_value(pair['metric'], high)}"
    ends = (format_value(pair["metric"], end, sign=True) for end in (low, high))
    return " to ".join(ends)


def _course(claim: Claim, sides: Sequence[Side]) -> str:
    """` from round 1 to round 3`."""
    first, second = sides
    if claim.factor == "epoch":
        return f" from the {second.half} to the {first.half} epochs"
    return f" from round {second.rounds[-1]} to round {first.rounds[-1]}"


def _versus(claim: Claim, sides: Sequence[Side], between: str) -> str:
    """`CE than with BCE`, `batch size 16 than with 32`."""
    factor = claim.factor
    levels = [level_title(factor, side.parameters[factor]) for side in sides]
    named = "" if factor in CHOICES else f"{lower_first(parameter_title(factor))} "
    moved = listed([lower_first(parameter_title(name)) for name in _moved(claim, sides)] or [""])
    along = f", {moved} changed in step" if moved else ""
    return f"{named}{levels[0]}{between}{levels[1]}{along}"


def _moved(claim: Claim, sides: Sequence[Side]) -> list[str]:
    """What differs between the sides because it moves along with the factor."""
    first, second = (side.parameters for side in sides)
    return [name for name in claim.along if first[name] != second[name]]


def _circumstances(claim: Claim, sides: Sequence[Side]) -> str:
    """What both sides have: `, loss CE, round 3`."""
    factor, side = claim.factor, sides[0]
    parts = [
        f"{lower_first(parameter_title(name))} {level_title(name, level)}"
        for name, level in side.changes.items()
        if name not in (factor, *_moved(claim, sides))
    ]
    if factor != "round":
        parts.append(f"round {side.rounds[-1]}")
    return "".join(f", {part}" for part in parts)
