"""Intervals, paired tests and power. The unit of observation is a seed.

A comparison is of two cells, or rounds, that were trained with the same seeds: the differences
are taken seed by seed, and the differences are what is tested.
"""

import math
from bisect import bisect_left
from collections.abc import Callable

import numpy as np
from scipy import stats
from scipy.optimize import brentq
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.weightstats import DescrStatsW

LEVEL = 0.05
DECIMALS = 12  # averages over the same counts that are taken in another order agree to about 15
POWER = 0.8
EXACT_SEEDS = 16  # up to here every assignment of signs is tried, beyond 99,999 random ones
RANDOM_FLIPS = 99_999
MOST_SEEDS = 1000  # numbers of seeds above this are not worth distinguishing
RESAMPLES = 2000


def paired_differences(first, second) -> np.ndarray:
    """first - second, without the last bits in which equal averages may differ."""
    return np.round(np.asarray(first, float) - np.asarray(second, float), DECIMALS)


def mean_interval(values: np.ndarray, level: float = LEVEL) -> dict:
    """`n`, `mean`, `sd` (n - 1 in the denominator) and the t-interval from `low` to `high`.

    NaN where there are too few values: none for a mean, one for the rest.
    """
    values = np.asarray(values, float)
    n = len(values)
    mean = values.mean() if n else np.nan
    sd = values.std(ddof=1) if n > 1 else np.nan
    half = stats.t.ppf(1 - level / 2, n - 1) * sd / math.sqrt(n) if n > 1 else np.nan
    return {"n": n, "mean": mean, "sd": sd, "low": mean - half, "high": mean + half}


def sign_flip_p(differences: np.ndarray) -> float:
    """The two-sided p-value of the sign-flip permutation test of a mean of zero.

    If nothing distinguishes the two sides, each difference could as well have the other sign. The
    p-value is the share of all 2^n assignments of signs whose mean is at least as far from zero as
    the observed one; above 16 differences, of 99,999 random ones drawn from a fixed seed.
    """
    differences = np.asarray(differences, float)
    if len(differences) < 2 or not differences.any():
        return 1.0
    resamples = np.inf if len(differences) <= EXACT_SEEDS else RANDOM_FLIPS
    result = stats.permutation_test(
        (differences,),
        lambda sample, axis: np.abs(sample.mean(axis=axis)),
        permutation_type="samples",
        alternative="greater",
        n_resamples=resamples,
        vectorized=True,
        rng=np.random.default_rng(0),
    )
    return float(result.pvalue)


def smallest_p(seeds: int) -> float:
    """The smallest two-sided p-value that the sign-flip test of so many seeds can give."""
    if seeds > EXACT_SEEDS:
        return 1 / (RANDOM_FLIPS + 1)
    return min(1.0, 2.0 ** (1 - seeds))


def seeds_for_p(level: float, tests: int = 1) -> float:
    """How many seeds the sign-flip test needs to reach `level`, Holm-adjusted over some tests.

    Infinite where 99,999 random flips cannot either.
    """
    numbers = range(2, EXACT_SEEDS + 2)
    enough = (seeds for seeds in numbers if smallest_p(seeds) * tests <= level)
    return next(enough, math.inf)


def holm(p_values) -> np.ndarray:
    """Holm's adjustment of the p-values that are not NaN; those stay NaN."""
    p_values = np.asarray(p_values, float)
    adjusted, given = np.full(len(p_values), np.nan), ~np.isnan(p_values)
    if given.any():
        adjusted[given] = multipletests(p_values[given], method="holm")[1]
    return adjusted


def compare_pairs(first: np.ndarray, second: np.ndarray) -> dict:
    """What the pairs (first[i], second[i]) say about the difference first - second.

    Returns `n`, `difference` (its mean), `sd`, the 95% t-interval from `low` to `high`, `p_value`
    (sign-flip), `d_z` (mean / sd of the differences, Cohen 1988), `probability_higher` (that a run
    of the first is higher than a run of the second, whatever their seeds, ties counted half: the
    Mann-Whitney statistic over n²), and `correlation` (Pearson's, from three pairs on).
    """
    first, second = (np.round(np.asarray(side, float), DECIMALS) for side in (first, second))
    differences = paired_differences(first, second)
    interval = mean_interval(differences)
    difference, sd = np.round(interval["mean"], DECIMALS), interval["sd"]
    row = {"n": interval["n"], "difference": difference, "sd": sd}
    row |= {"low": interval["low"], "high": interval["high"]}
    row |= {"p_value": sign_flip_p(differences) if len(first) > 1 else np.nan}
    row["d_z"] = difference / sd if sd > 0 else np.nan
    higher = (first[:, None] > second) + 0.5 * (first[:, None] == second)
    row["probability_higher"] = higher.mean() if len(first) else np.nan
    varies = len(first) > 2 and first.std() > 0 and second.std() > 0
    row["correlation"] = np.corrcoef(first, second)[0, 1] if varies else np.nan
    return row


def image_interval(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """How far the difference of two accuracies may come from which images were validated on.

    Args:
        first, second: (seeds, images), whether an image is classified correctly, of the same seeds.

    Returns:
        The 95% percentile interval of first - second over 2,000 paired bootstrap samples of the
        images, the seeds as they are; from a fixed seed.
    """
    by_image = (first - second).mean(axis=0)
    result = stats.bootstrap(
        (by_image,),
        np.mean,
        n_resamples=RESAMPLES,
        batch=max(1, 10_000_000 // len(by_image)),
        method="percentile",
        vectorized=True,
        rng=np.random.default_rng(0),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def equivalence_p(differences: np.ndarray, margin: float) -> float:
    """The p-value of two one-sided t-tests that the mean is within ±margin (Schuirmann 1987).

    Where the differences do not vary, t is not defined. There it is the smallest p-value of a
    one-sided sign-flip test if they are within the margin, else 1.
    """
    differences = np.asarray(differences, float)
    if np.ptp(differences) == 0:
        return 2.0 ** -len(differences) if abs(differences[0]) < margin else 1.0
    return float(DescrStatsW(differences).ttost_mean(-margin, margin)[0])


def beyond_margin_p(differences: np.ndarray, margin: float) -> float:
    """The p-value of a t-test that the mean is beyond ±margin, doubled for the two sides."""
    differences = np.asarray(differences, float)
    if np.ptp(differences) == 0:
        return min(1.0, 2 * 2.0 ** -len(differences)) if abs(differences[0]) > margin else 1.0
    above = stats.ttest_1samp(differences, margin, alternative="greater").pvalue
    below = stats.ttest_1samp(differences, -margin, alternative="less").pvalue
    return float(min(1.0, 2 * min(above, below)))


def detectable_difference(sd: float, seeds: int, tests: int = 1, level: float = LEVEL) -> float:
    """The smallest mean difference that so many seeds find with 80% power.

    That of a paired t-test at level/tests, which is what Holm asks of the smallest p-value.
    Infinite where the sign-flip test cannot reach that level, however large the difference.
    """
    if seeds < 2 or smallest_p(seeds) * tests > level:
        return math.inf
    return sd * brentq(lambda d: _power(d, seeds, level / tests / 2) - POWER, 1e-3, 100)


def seeds_to_differ(
    effect: float, level: float, power: float = POWER, sign_flip: bool = True
) -> float:
    """How many seeds find a mean that is `effect` standard deviations off zero.

    By the power of a two-sided t-test, and of the sign-flip test no fewer than it needs for the
    level. Infinite above 1,000.
    """
    return _fewest_seeds(
        lambda seeds: (
            (not sign_flip or smallest_p(seeds) <= level)
            and _power(abs(effect), seeds, level / 2) >= power
        )
    )


def seeds_to_be_equivalent(
    effect: float, margin: float, level: float, power: float = POWER
) -> float:
    """How many seeds show a mean within ±margin, both in standard deviations.

    By the power of the two one-sided tests, at least the sum of theirs minus 1. Infinite above
    1,000, and where the mean is not within.
    """
    if abs(effect) >= margin:
        return math.inf
    return _fewest_seeds(
        lambda seeds: (
            sum(_power(room, seeds, level) for room in (margin - effect, margin + effect))
            >= 1 + power
        )
    )


def _power(effect: float, seeds: int, level: float) -> float:
    """The power of a one-sided t-test at `level`; of a two-sided one at twice that, but for the
    chance to be significant on the wrong side."""
    power = TTestPower().power(min(effect, 100), seeds, level, alternative="larger")
    return 1.0 if np.isnan(power) else float(power)  # far in the tail scipy has no number for 1


def _fewest_seeds(enough: Callable[[int], bool]) -> float:
    """The smallest number of seeds that is enough, given that more always are."""
    numbers = range(2, MOST_SEEDS + 1)
    position = bisect_left(numbers, True, key=enough)
    return numbers[position] if position < len(numbers) else math.inf
