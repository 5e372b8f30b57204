"""What a claim expects of a difference, and what is beside it: bounds, p-values, margins, seeds.

A claim says between which bounds the true difference lies. Its verdict can be read off one
interval: supported where the interval lies between the bounds, contradicted where it lies outside
of them, undecided where it crosses one. The p-values here say the same: each is of the two-sided
t-test against the bound that decides.
"""

import math

import numpy as np

from study.analysis import paired, power
from study.analysis.metrics import is_percentage
from study.analysis.resampled import corrected_t_p

# An effect's size is uncertain; how many seeds decide it is said for both ends of this interval.
EFFECT_ALPHA = 0.2
# A range of numbers of seeds that is wider than this helps nobody.
WIDEST = 20


def bounds(claim: dict) -> tuple[float, float]:
    """Between which bounds the true difference lies, if the claim holds."""
    margin = claim.get("margin", 0.0)
    return {
        "greater": (margin, math.inf),
        "less": (-math.inf, -margin),
        "equivalent": (-margin, margin),
        "not_greater": (-math.inf, margin),
        "not_less": (-margin, math.inf),
    }[claim["expect"]]


def p_values(claim: dict, differences: np.ndarray, share: float = 0.0) -> dict:
    """`p_supporting` and `p_contradicting`: that the difference is within the bounds, or beyond.

    Each at most alpha where the interval at that alpha lies within, or beyond. 1 for the one that
    the mean speaks against. Of splits that are drawn anew by the corrected test, with their
    `share`: see `study.analysis.resampled`.
    """
    mean, (low, high) = differences.mean(), bounds(claim)
    supporting = contradicting = 1.0
    if low < mean < high:
        supporting = max(corrected_t_p(differences, share, bound) for bound in _finite(claim))
    elif mean < low:
        contradicting = corrected_t_p(differences, share, low)
    elif mean > high:
        contradicting = corrected_t_p(differences, share, high)
    return {"p_supporting": supporting, "p_contradicting": contradicting}


def margins(claim: dict, low: float, high: float) -> dict:
    """At which margin the verdict on an interval would be another.

    `supported_above`: with a larger margin the interval is within the bounds; and
    `contradicted_below`: with a smaller one it is beyond them. Empty for claims without a margin.
    """
    if claim["expect"] == "equivalent":
        return {
            "supported_above": max(abs(low), abs(high)),
            "contradicted_below": max(low, -high, 0.0),
        }
    if claim["expect"] == "not_greater":
        return {"supported_above": max(high, 0.0), "contradicted_below": max(low, 0.0)}
    if claim["expect"] == "not_less":
        return {"supported_above": max(-low, 0.0), "contradicted_below": max(-high, 0.0)}
    return {}


def contradiction(claim: dict, mean: float) -> str:
    """How a difference is not as claimed: `it rises by more than 0.5 percentage points`."""
    over_time = claim["factor"] in ("round", "epoch")
    up, down = ("rises", "falls") if over_time else ("is higher", "is lower")
    margin, (low, _) = claim.get("margin", 0.0), bounds(claim)
    by = f" by more than {amount(claim['metric'], margin)}" if margin else ""
    verb = down if mean < low else up
    if claim["expect"] in ("greater", "less"):
        if by:
            return f"it {'is not higher' if claim['expect'] == 'greater' else 'is not lower'}{by}"
        return f"it {verb}"
    return f"it {verb}{by}"


def amount(metric: str, value: float) -> str:
    """`0.5 percentage points`, `0.02`."""
    if not is_percentage(metric):
        return f"{value:g}"
    text = f"{100 * value:g}"
    return f"{text} percentage point" + "s" * (text != "1")


def expectation(claim: dict) -> str:
    """What is expected in symbols: `above 0`, `within ±0.5 percentage points`."""
    text = amount(claim["metric"], claim.get("margin", 0.0))
    return {
        "greater": f"above {text if claim.get('margin') else '0'}",
        "less": f"below {f'−{text}' if claim.get('margin') else '0'}",
        "equivalent": f"within ±{text}",
        "not_greater": f"below {text}",
        "not_less": f"above −{text}",
    }[claim["expect"]]


def seeds_to_decide(
    claim: dict, pairs: list[np.ndarray], alpha: float
) -> tuple[float, float] | None:
    """How many seeds would probably decide an undecided claim, from and to.

    With 80% power, if the true mean is anywhere in the 80% interval of those seen and the spread
    is as seen. None where that interval crosses a bound, or comes so near to it that the numbers
    are more than twenty times apart, or above 1,000: then it is open which way, and how far.

    Args:
        claim: has `expect` and, where it needs one, `margin`.
        pairs: the differences of each of its pairs.
        alpha: the level of the next test.
    """
    of_each = 1 - (1 - power.POWER) / len(pairs)
    within, beyond = [], []
    for differences in pairs:
        found = paired.mean_interval(differences, EFFECT_ALPHA)
        low, high = found["low"], found["high"]
        if not found["sd"] > 0:
            return None
        places = [_place(claim, mean) for mean in (low, high)]
        if places == ["within", "within"]:
            numbers = [
                _seeds_within(claim, mean, found["sd"], alpha, of_each)
                for mean in (low, found["mean"], high)
            ]
            within.append((min(numbers), max(numbers)))
        elif places[0] == places[1]:
            bound = bounds(claim)[0 if places[0] == "below" else 1]
            numbers = [
                power.seeds_to_differ((mean - bound) / found["sd"], alpha / len(pairs))
                for mean in (low, high)
            ]
            beyond.append((min(numbers), max(numbers)))
    if beyond:
        found = min(beyond)
    elif len(within) == len(pairs):
        found = tuple(max(numbers) for numbers in zip(*within))
    else:
        return None
    more = max(len(differences) for differences in pairs) + 1
    if math.isinf(found[1]) or found[1] > WIDEST * found[0]:
        return None
    return max(found[0], more), max(found[1], more)


def _place(claim: dict, mean: float) -> str:
    low, high = bounds(claim)
    return "below" if mean <= low else "above" if mean >= high else "within"


def _seeds_within(claim: dict, mean: float, sd: float, alpha: float, wanted: float) -> float:
    distances = [abs(mean - bound) / sd for bound in _finite(claim)]
    if len(distances) == 2:
        return power.seeds_to_be_within(*distances, alpha, wanted)
    return power.seeds_to_differ(*distances, alpha, wanted)


def _finite(claim: dict) -> list[float]:
    return [bound for bound in bounds(claim) if math.isfinite(bound)]
