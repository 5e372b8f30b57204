"""Intervals and tests of paired differences. The unit of observation is a seed.

A comparison is of two cells, or rounds, that were trained with the same seeds: the differences
are taken seed by seed, and the differences are what is tested. (scipy.stats takes a second to
import, and is where it is needed; the t distribution is in scipy.special.)
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

# What a file has of a paired difference, column by column: see `compare_pairs`.
DIFFERENCE_COLUMNS = {"n": int, "difference": float, "sd": float, "low": float, "high": float}

ALPHA = 0.05  # the level of significance
MIN_SEEDS = 10  # with fewer there is no verdict: docs/statistics.md says why
MIN_SEEDS_OF_LOOK = 5  # but where looks are planned
DECIMALS = 12  # averages over the same counts that are taken in another order agree to about 15
EXACT_SEEDS = 16  # up to here every assignment of signs is tried, beyond 99,999 random ones
RANDOM_FLIPS = 99_999
RESAMPLES = 2000


def paired_differences(first: ArrayLike, second: ArrayLike) -> np.ndarray:
    """first - second, without the last bits in which equal averages may differ."""
    return np.round(np.asarray(first, float) - np.asarray(second, float), DECIMALS)


def mean_interval(values: np.ndarray, alpha: float = ALPHA) -> dict:
    """`n`, `mean`, `sd` (n - 1 in the denominator) and the t-interval from `low` to `high`.

    NaN where there are too few values: none for a mean, one for the rest.
    """
    values = np.asarray(values, float)
    n = len(values)
    mean = values.mean() if n else np.nan
    sd = values.std(ddof=1) if n > 1 else np.nan
    half = stdtrit(n - 1, 1 - alpha / 2) * sd / math.sqrt(n) if n > 1 else np.nan
    return {"n": n, "mean": mean, "sd": sd, "low": mean - half, "high": mean + half}


def t_p(differences: np.ndarray, mean: float = 0.0) -> float:
    """The two-sided p-value of a paired t-test that the differences have this mean.

    It is at most `alpha` where `mean_interval` at that alpha leaves the mean out. Where the
    differences do not vary t is not defined: there it is that of the sign-flip test, 2^(1 - n).
    """
    differences = np.asarray(differences, float) - mean
    if len(differences) < 2 or not differences.any():
        return 1.0
    if np.ptp(differences) == 0:
        return 2.0 ** (1 - len(differences))
    n = len(differences)
    t = differences.mean() / (differences.std(ddof=1) / math.sqrt(n))
    return float(2 * stdtr(n - 1, -abs(t)))


def sign_flip_p(differences: np.ndarray) -> float:
    """The two-sided p-value of the sign-flip permutation test of a mean of zero.

    If nothing distinguishes the two sides, each difference could as well have the other sign. The
    p-value is the share of all 2^n assignments of signs whose mean is at least as far from zero as
    the observed one; above 16 differences, of 99,999 random ones drawn from a fixed seed. Means
    that differ by rounding alone are equally far.
    """
    from scipy import stats

    differences = np.asarray(differences, float)
    if len(differences) < 2 or not differences.any():
        return 1.0
    reached = abs(differences.mean()) - 1e-9 * np.abs(differences).mean()
    result = stats.permutation_test(
        (differences,),
        lambda sample, axis: (np.abs(sample.mean(axis=axis)) >= reached).astype(float),
        permutation_type="samples",
        alternative="greater",
        n_resamples=np.inf if len(differences) <= EXACT_SEEDS else RANDOM_FLIPS,
        vectorized=True,
        rng=np.random.default_rng(0),
    )
    return float(result.pvalue)


def holm(p_values: ArrayLike) -> np.ndarray:
    """Holm's adjustment of the p-values that are not NaN; those stay NaN.

    The smallest of m times m, the next times m - 1, and so on; none less than the one before it.
    """
    p_values = np.asarray(p_values, float)
    adjusted, order = np.full(len(p_values), np.nan), np.argsort(p_values, kind="stable")
    order = order[: int((~np.isnan(p_values)).sum())]
    steps = p_values[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


def holm_alphas(p_values: ArrayLike, alpha: float = ALPHA) -> np.ndarray:
    """The level at which Holm's procedure tests each p-value; NaN for NaN.

    The smallest of m is tested at alpha / m, the next at alpha / (m - 1), and so on up to the first
    that is not significant; all after it are held to that one's level. So p is at most its level
    exactly where the adjusted p is at most alpha, and an interval at that level leaves zero out
    exactly where the difference is significant.
    """
    p_values = np.asarray(p_values, float)
    alphas, order = np.full(len(p_values), np.nan), np.argsort(p_values, kind="stable")
    tests = int((~np.isnan(p_values)).sum())
    for step, position in enumerate(order[:tests]):
        alphas[position] = alpha / (tests - step)
        if p_values[position] > alphas[position]:
            alphas[order[step:tests]] = alphas[position]
            break
    return alphas


def compare_pairs(first: np.ndarray, second: np.ndarray) -> dict:
    """What the pairs (first[i], second[i]) say about the difference first - second.

    Returns `n`, `difference` (its mean), `sd`, the 95% t-interval from `low` to `high`, `p_value`
    (paired t), `d_z` (mean / sd of the differences, Cohen 1988), `probability_higher` (that a run
    of the first is higher than a run of the second, whatever their seeds, ties counted half: the
    Mann-Whitney statistic over n²), and `correlation` (Pearson's, from three pairs on).
    """
    first, second = (np.round(np.asarray(side, float), DECIMALS) for side in (first, second))
    differences = paired_differences(first, second)
    interval = mean_interval(differences)
    difference, sd = np.round(interval["mean"], DECIMALS) + 0.0, interval["sd"]  # no minus zero
    row = {"n": interval["n"], "difference": difference, "sd": sd}
    row |= {"low": interval["low"], "high": interval["high"]}
    row |= {"p_value": t_p(differences) if len(first) > 1 else np.nan}
    row["d_z"] = difference / sd if sd > 0 else np.nan
    higher = (first[:, None] > second) + 0.5 * (first[:, None] == second)
    row["probability_higher"] = higher.mean() if len(first) else np.nan
    varies = len(first) > 2 and np.ptp(first) > 0 and np.ptp(second) > 0
    row["correlation"] = np.corrcoef(first, second)[0, 1] if varies else np.nan
    return row


def image_interval(
    first: np.ndarray, second: np.ndarray, groups: np.ndarray | None = None
) -> tuple[float, float]:
    """How far the difference of two accuracies may come from which images it is taken on.

    Args:
        first, second: (seeds, images), whether an image is classified correctly, of the same seeds.
        groups: (images,), to which group, such as a patient, each belongs. Whole groups are drawn,
            because images of one are alike; None if each image is its own.

    Returns:
        The 95% percentile interval of first - second over 2,000 paired bootstrap samples of the
        images or groups, the seeds as they are; from a fixed seed.
    """
    from scipy import stats

    by_image = (first - second).mean(axis=0)
    if groups is None:
        sums, sizes = by_image, np.ones(len(by_image))
    else:
        _, codes = np.unique(groups, return_inverse=True)
        sums, sizes = np.bincount(codes, weights=by_image), np.bincount(codes).astype(float)
    result = stats.bootstrap(
        (sums, sizes),
        lambda sums, sizes, axis: sums.sum(axis=axis) / sizes.sum(axis=axis),
        n_resamples=RESAMPLES,
        batch=max(1, 10_000_000 // len(sums)),
        method="percentile",
        paired=True,
        vectorized=True,
        rng=np.random.default_rng(0),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)
