"""How many seeds a paired comparison takes, and what that many seeds can show.

All of it is for the test that decides, a paired t-test, and so for differences that are about
normal: the noncentral t distribution gives its power.
"""

import math
from bisect import bisect_left
from collections.abc import Callable

from scipy.special import nctdtr, stdtrit

from study.analysis.significance import ALPHA, MIN_SEEDS

POWER = 0.8
MOST_SEEDS = 1000  # numbers of seeds above this are not worth distinguishing


def detectable_difference(sd: float, seeds: int, tests: int = 1, alpha: float = ALPHA) -> float:
    """The smallest mean difference that this many seeds find with 80% power.

    At alpha/tests, which is what Holm asks of the smallest p-value. Infinite where there are too
    few seeds for a verdict, however large the difference.
    """
    from scipy.optimize import brentq

    if seeds < MIN_SEEDS:
        return math.inf
    return sd * brentq(lambda d: _power(d, seeds, alpha / tests) - POWER, 1e-3, 100)


def seeds_to_differ(distance: float, alpha: float, power: float = POWER) -> float:
    """How many seeds show on which side of a bound a mean lies.

    Args:
        distance: of the mean from the bound, in standard deviations of the differences.
        alpha: the level of the two-sided test.
        power: with what probability.

    Returns:
        A number from `MIN_SEEDS` on; infinite above 1,000.
    """
    return _fewest_seeds(lambda seeds: _power(abs(distance), seeds, alpha) >= power)


def seeds_to_be_within(low: float, high: float, alpha: float, power: float = POWER) -> float:
    """How many seeds show that a mean lies between two bounds.

    Args:
        low, high: its distance from each, in standard deviations of the differences.
        alpha, power: as for `seeds_to_differ`.

    Returns:
        As `seeds_to_differ`; by the power of the two tests, at least the sum of theirs minus 1.
    """
    return _fewest_seeds(
        lambda seeds: _power(low, seeds, alpha) + _power(high, seeds, alpha) >= 1 + power
    )


def _power(distance: float, seeds: int, alpha: float) -> float:
    """The power of a two-sided t-test, but for the chance to be significant on the wrong side."""
    limit = stdtrit(seeds - 1, 1 - alpha / 2)
    return float(1 - nctdtr(seeds - 1, min(distance, 10) * math.sqrt(seeds), limit))


def _fewest_seeds(enough: Callable[[int], bool]) -> float:
    """The smallest number of seeds that is enough, given that more always are."""
    numbers = range(MIN_SEEDS, MOST_SEEDS + 1)
    position = bisect_left(numbers, True, key=enough)
    return numbers[position] if position < len(numbers) else math.inf
