"""What is significant: the level, Holm's adjustment for several tests, and a test without one.

(scipy.stats takes a second to import, and is where it is needed.)
"""

import numpy as np
from numpy.typing import ArrayLike

ALPHA = 0.05  # the level of significance
MIN_SEEDS = 10  # with fewer there is no verdict: docs/statistics.md says why
MIN_SEEDS_OF_LOOK = 5  # but where looks are planned
EXACT_SEEDS = 16  # up to here every assignment of signs is tried, beyond 99,999 random ones
RANDOM_FLIPS = 99_999


def sign_flip_p(differences: ArrayLike) -> float:
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
