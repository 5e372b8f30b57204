"""How many seeds a paired comparison needs, and what that many seeds can show.

All of it is for the test that decides, a paired t-test, and so for differences that are about
normal: the noncentral t distribution gives its power.
"""

import math

import numpy as np
from scipy.special import nctdtr, stdtrit

from study.analysis.significance import ALPHA, MIN_SEEDS

POWER = 0.8
MOST_SEEDS = 1000  # numbers of seeds above this are not worth distinguishing
DRAWS = 5000  # of what seeds to come may show


def detectable_difference(sd: float, seeds: int, tests: int = 1, alpha: float = ALPHA) -> float:
    """The smallest mean difference that this many seeds find with 80% power.

    At alpha/tests, which is what Holm asks of the smallest p-value. Infinite where there are too
    few seeds for a verdict, however large the difference.
    """
    from scipy.optimize import brentq

    if seeds < MIN_SEEDS:
        return math.inf
    return sd * brentq(lambda d: _power(d, seeds, alpha / tests) - POWER, 1e-3, 100)


def predict(seen: np.ndarray, seeds: int, stream: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The mean of differences, and its standard error, once there are that many seeds.

    Those seen are kept, and the rest drawn from their predictive distribution: normal differences,
    whose mean and variance have the posterior of the reference prior, 1/variance (predictive
    power: Spiegelhalter, Freedman and Blackburn 1986, Controlled Clinical Trials 7).

    Args:
        seen: (n,) differences, two or more, not all the same.
        seeds: how many there are in all; more than n.
        stream: which random numbers.

    Returns:
        Two arrays, (draws,), from a fixed seed.
    """
    generator = np.random.default_rng(stream)
    n, more = len(seen), seeds - len(seen)
    squares = np.square(seen - seen.mean()).sum()
    variance = squares / generator.chisquare(n - 1, DRAWS)
    # the mean of those to come, about the mean of those seen: its own noise and the posterior's
    beside = np.sqrt(variance * (1 / n + 1 / more)) * generator.standard_normal(DRAWS)
    within = variance * generator.chisquare(more - 1, DRAWS) if more > 1 else 0.0
    total = squares + within + n * more / seeds * np.square(beside)
    return seen.mean() + more / seeds * beside, np.sqrt(total / (seeds - 1) / seeds)


def _power(distance: float, seeds: int, alpha: float) -> float:
    """The power of a two-sided t-test, but for the chance to be significant on the wrong side."""
    limit = stdtrit(seeds - 1, 1 - alpha / 2)
    return float(1 - nctdtr(seeds - 1, min(distance, 10) * math.sqrt(seeds), limit))
