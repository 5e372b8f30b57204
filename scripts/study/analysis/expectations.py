"""What a claim expects of a difference, and what is beside it: bounds, p-values, margins, seeds.

A claim says between which bounds the true difference lies. Its verdict can be read off one
interval: supported where the interval lies between the bounds, contradicted where it lies outside
of them, undecided where it crosses one. The p-values here say the same: each is of the two-sided
t-test against the bound that decides.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from study.analysis import power
from study.analysis.interval import OF_SEEDS, Noise, p_value
from study.analysis.metrics import is_percentage
from study.analysis.significance import MIN_SEEDS
from study.design.claims import Claim

CHANCES = (0.5, 0.8)  # with which an undecided claim would be decided


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
        noise: the other noise of their mean.
    """
    mean, (low, high) = np.asarray(differences, float).mean(), bounds(claim)
    if low < mean < high:
        against = (p_value(differences, noise, bound) for bound in _finite(claim))
        return PValues(max(against), 1.0)
    if mean < low:
        return PValues(1.0, p_value(differences, noise, low))
    return PValues(1.0, p_value(differences, noise, high) if mean > high else 1.0)


def margins(claim: Claim, low: float, high: float) -> dict[str, float]:
    """At which margins the verdict on an interval would change.

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


def crosses(claim: Claim, low: float, high: float) -> bool:
    """Whether an interval is neither within a claim's bounds nor beyond them."""
    bound_low, bound_high = bounds(claim)
    within = bound_low < low and high < bound_high
    return not (within or high < bound_low or low > bound_high)


def seeds_to_decide(claim: Claim, pairs: Sequence[np.ndarray], alpha: float) -> tuple[float, float]:
    """How many seeds in all would decide an undecided claim with 50% and with 80% probability.

    By the predictive distribution of the seeds to come, which are added to those seen. NaN above
    1,000, and where differences do not vary.

    Args:
        claim: what is expected.
        pairs: the differences of each of its pairs, as if each had seeds of its own.
        alpha: the level of the next test.
    """
    if not all(len(found) > 1 and np.ptp(found) > 0 for found in pairs):
        return math.nan, math.nan
    seen = max(len(found) for found in pairs)

    @cache
    def chance(seeds: int) -> float:
        """That the claim is decided with so many."""
        supported, contradicted = True, False
        for number, found in enumerate(pairs):
            mean, error = power.predict(found, seeds, number)
            for level, what in ((alpha, "within"), (alpha / len(pairs), "beyond")):
                half = stdtrit(seeds - 1, 1 - level / 2) * error
                low, high = bounds(claim)
                if what == "within":
                    supported = supported & (low < mean - half) & (mean + half < high)
                else:
                    contradicted = contradicted | (mean + half < low) | (mean - half > high)
        return float(np.mean(supported | contradicted))

    numbers = range(max(seen + 1, MIN_SEEDS), power.MOST_SEEDS + 1)
    found = [bisect_left(numbers, wanted, key=chance) for wanted in CHANCES]
    half, most = (numbers[place] if place < len(numbers) else math.nan for place in found)
    return half, most


def _finite(claim: Claim) -> list[float]:
    return [bound for bound in bounds(claim) if math.isfinite(bound)]
