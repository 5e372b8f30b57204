"""What a claim expects of a difference, and what is beside it: bounds, p-values, margins, seeds.

A claim says between which bounds the true difference lies. Its verdict can be read off one
interval: supported where the interval lies between the bounds, contradicted where it lies outside
of them, undecided where it crosses one. The p-values here say the same: each is of the two-sided
t-test against the bound that decides.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from study.analysis import power
from study.analysis.interval import OF_SEEDS, Noise, interval, p_value
from study.analysis.metrics import is_percentage
from study.design.claims import Claim

# An effect's size is uncertain; how many seeds decide it is said for both ends of this interval.
EFFECT_ALPHA = 0.2
# A range of numbers of seeds that is wider than this helps nobody.
WIDEST = 20


def bounds(claim: Claim) -> tuple[float, float]:
    """Between which bounds the true difference lies, if the claim holds."""
    return {
        "greater": (claim.margin, math.inf),
        "less": (-math.inf, -claim.margin),
        "equivalent": (-claim.margin, claim.margin),
        "not_greater": (-math.inf, claim.margin),
        "not_less": (-claim.margin, math.inf),
    }[claim.expect]


class PValues(NamedTuple):
    """Of the tests against a claim's bounds: 1 for the one that the mean speaks against."""

    supporting: float  # that the difference is within the bounds
    contradicting: float  # that it is beyond them


def p_values(claim: Claim, differences: ArrayLike, noise: Noise = OF_SEEDS) -> PValues:
    """The p-values of the tests against a claim's bounds.

    Each is at most alpha where the interval at that alpha lies within, or beyond.

    Args:
        claim: what is expected.
        differences: (n,), two or more, one of each seed or split.
        noise: that their mean has beside.
    """
    mean, (low, high) = np.asarray(differences, float).mean(), bounds(claim)
    if low < mean < high:
        against = (p_value(differences, noise, bound) for bound in _finite(claim))
        return PValues(max(against), 1.0)
    if mean < low:
        return PValues(1.0, p_value(differences, noise, low))
    return PValues(1.0, p_value(differences, noise, high) if mean > high else 1.0)


def margins(claim: Claim, low: float, high: float) -> dict[str, float]:
    """At which margin the verdict on an interval would be another.

    `supported_above`: with a larger margin the interval is within the bounds; and
    `contradicted_below`: with a smaller one it is beyond them. Empty for claims without a margin.
    """
    if claim.expect == "equivalent":
        return {
            "supported_above": max(abs(low), abs(high)),
            "contradicted_below": max(low, -high, 0.0),
        }
    if claim.expect == "not_greater":
        return {"supported_above": max(high, 0.0), "contradicted_below": max(low, 0.0)}
    if claim.expect == "not_less":
        return {"supported_above": max(-low, 0.0), "contradicted_below": max(-high, 0.0)}
    return {}


def contradiction(claim: Claim, mean: float) -> str:
    """How a difference is not as claimed: `it rises by more than 0.5 percentage points`."""
    over_time = claim.factor in ("round", "epoch")
    up, down = ("rises", "falls") if over_time else ("is higher", "is lower")
    by = f" by more than {amount(claim.metric, claim.margin)}" if claim.margin else ""
    verb = down if mean < bounds(claim)[0] else up
    if claim.expect in ("greater", "less"):
        if by:
            return f"it {'is not higher' if claim.expect == 'greater' else 'is not lower'}{by}"
        return f"it {verb}"
    return f"it {verb}{by}"


def amount(metric: str, value: float) -> str:
    """`0.5 percentage points`, `0.02`."""
    if not is_percentage(metric):
        return f"{value:g}"
    text = f"{100 * value:g}"
    return f"{text} percentage point" + "s" * (text != "1")


def expectation(claim: Claim) -> str:
    """What is expected in symbols: `above 0`, `within ±0.5 percentage points`."""
    text = amount(claim.metric, claim.margin)
    return {
        "greater": f"above {text if claim.margin else '0'}",
        "less": f"below {f'−{text}' if claim.margin else '0'}",
        "equivalent": f"within ±{text}",
        "not_greater": f"below {text}",
        "not_less": f"above −{text}",
    }[claim.expect]


def seeds_to_decide(
    claim: Claim, pairs: Sequence[np.ndarray], alpha: float
) -> tuple[float, float] | None:
    """How many seeds would probably decide an undecided claim, from and to.

    With 80% power, if the true mean is anywhere in the 80% interval of those seen and the spread
    is as seen. None where that interval crosses a bound, or comes so near to it that the numbers
    are more than twenty times apart, or above 1,000: then it is open which way, and how far.

    Args:
        claim: what is expected.
        pairs: the differences of each of its pairs.
        alpha: the level of the next test.
    """
    of_each = 1 - (1 - power.POWER) / len(pairs)
    within, beyond = [], []
    for differences in pairs:
        found = interval(differences, alpha=EFFECT_ALPHA)
        if not found.sd > 0:
            return None
        places = [_place(claim, mean) for mean in (found.low, found.high)]
        if places == ["within", "within"]:
            numbers = [
                _seeds_within(claim, mean, found.sd, alpha, of_each)
                for mean in (found.low, found.mean, found.high)
            ]
            within.append((min(numbers), max(numbers)))
        elif places[0] == places[1]:
            bound = bounds(claim)[0 if places[0] == "below" else 1]
            numbers = [
                power.seeds_to_differ((mean - bound) / found.sd, alpha / len(pairs))
                for mean in (found.low, found.high)
            ]
            beyond.append((min(numbers), max(numbers)))
    if beyond:
        few, many = min(beyond)
    elif len(within) == len(pairs):
        few, many = (max(numbers) for numbers in zip(*within))
    else:
        return None
    more = max(len(differences) for differences in pairs) + 1
    if math.isinf(many) or many > WIDEST * few:
        return None
    return max(few, more), max(many, more)


def _place(claim: Claim, mean: float) -> str:
    low, high = bounds(claim)
    return "below" if mean <= low else "above" if mean >= high else "within"


def _seeds_within(claim: Claim, mean: float, sd: float, alpha: float, wanted: float) -> float:
    nearest, *other = (abs(mean - bound) / sd for bound in _finite(claim))
    if other:
        return power.seeds_to_be_within(nearest, other[0], alpha, wanted)
    return power.seeds_to_differ(nearest, alpha, wanted)


def _finite(claim: Claim) -> list[float]:
    return [bound for bound in bounds(claim) if math.isfinite(bound)]
