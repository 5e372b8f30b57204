"""How many seeds a paired comparison takes, and what so many seeds can show."""

import math
from bisect import bisect_left
from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq
from statsmodels.stats.power import TTestPower

from study.analysis.paired import ALPHA, EXACT_SEEDS, RANDOM_FLIPS

POWER = 0.8
MOST_SEEDS = 1000  # numbers of seeds above this are not worth distinguishing


def smallest_p(seeds: int) -> float:
    """The smallest two-sided p-value that the sign-flip test of so many seeds can give."""
    if seeds > EXACT_SEEDS:
        return 1 / (RANDOM_FLIPS + 1)
    return min(1.0, 2.0 ** (1 - seeds))


def seeds_for_p(alpha: float, tests: int = 1) -> float:
    """How many seeds the sign-flip test needs to reach `alpha`, Holm-adjusted over some tests.

    Infinite where 99,999 random flips cannot either.
    """
    numbers = range(2, EXACT_SEEDS + 2)
    enough = (seeds for seeds in numbers if smallest_p(seeds) * tests <= alpha)
    return next(enough, math.inf)


def detectable_difference(sd: float, seeds: int, tests: int = 1, alpha: float = ALPHA) -> float:
    """The smallest mean difference that so many seeds find with 80% power.

    That of a paired t-test at alpha/tests, which is what Holm asks of the smallest p-value.
    Infinite where the sign-flip test cannot reach that level, however large the difference.
    """
    if seeds < 2 or smallest_p(seeds) * tests > alpha:
        return math.inf
    return sd * brentq(lambda d: _power(d, seeds, alpha / tests / 2) - POWER, 1e-3, 100)


def seeds_to_differ(
    effect: float, alpha: float, power: float = POWER, sign_flip: bool = True
) -> float:
    """How many seeds find a mean that is `effect` standard deviations off zero.

    By the power of a two-sided t-test, and of the sign-flip test no fewer than it needs for
    `alpha`. Infinite above 1,000.
    """
    return _fewest_seeds(
        lambda seeds: (
            (not sign_flip or smallest_p(seeds) <= alpha)
            and _power(abs(effect), seeds, alpha / 2) >= power
        )
    )


def seeds_to_be_equivalent(
    effect: float, margin: float, alpha: float, power: float = POWER
) -> float:
    """How many seeds show a mean within ±margin, both in standard deviations.

    By the power of the two one-sided tests, at least the sum of theirs minus 1. Infinite above
    1,000, and where the mean is not within.
    """
    if abs(effect) >= margin:
        return math.inf
    return _fewest_seeds(
        lambda seeds: (
            sum(_power(room, seeds, alpha) for room in (margin - effect, margin + effect))
            >= 1 + power
        )
    )


def _power(effect: float, seeds: int, alpha: float) -> float:
    """The power of a one-sided t-test at `alpha`; of a two-sided one at twice that, but for the
    chance to be significant on the wrong side."""
    power = TTestPower().power(min(effect, 100), seeds, alpha, alternative="larger")
    return 1.0 if np.isnan(power) else float(power)  # far in the tail scipy has no number for 1


def _fewest_seeds(enough: Callable[[int], bool]) -> float:
    """The smallest number of seeds that is enough, given that more always are."""
    numbers = range(2, MOST_SEEDS + 1)
    position = bisect_left(numbers, True, key=enough)
    return numbers[position] if position < len(numbers) else math.inf
