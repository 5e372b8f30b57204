"""Differences that are skewed, and the bootstrap-t, which stands beside the t-test for them.

For skewed differences, a t-test says too often that their mean is not zero: docs/statistics.md has
how often. Verdicts stay the t-test's, which finds more where differences are not skewed.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from study.analysis.significance import ALPHA

SKEWED = 0.05  # at which level a test of skewness warns
FEWEST = 8  # differences that the test needs
RESAMPLES = 19_999  # so that p, 0.0025 in a family of twenty, is right to a sixth of it
ROUNDING = 1e-9  # of differences in standard deviations
# What a file has, column by column; the last three where the differences are skewed.
SKEWNESS_COLUMNS = {
    "skewness": float,  # of the differences: m3 / m2^1.5, 0 where they are symmetric
    "low_bootstrap_t": float,  # at the level of `low_adjusted`, or where that is empty, at 95%
    "high_bootstrap_t": float,
    "p_bootstrap_t": float,  # of a mean of zero; not adjusted
}


class BootstrapT(NamedTuple):
    """Where the true mean lies, and the p-value of a mean of zero."""

    low: float
    high: float
    p_value: float


def skewness(differences: ArrayLike) -> float:
    """The third moment about the mean over that of the second^1.5; NaN where nothing varies."""
    differences = np.asarray(differences, float)
    if len(differences) < 3 or np.ptp(differences) == 0:
        return math.nan
    away = differences - differences.mean()
    return float((away**3).mean() / (away**2).mean() ** 1.5)


def are_skewed(differences: ArrayLike) -> bool:
    """Whether a test at 5% says that (n,) differences are skewed: D'Agostino 1970, Biometrika 57.

    It flags about half of exponential differences, and 5% of normal ones.
    """
    from scipy import stats

    differences = np.asarray(differences, float)
    if len(differences) < FEWEST or np.ptp(differences) == 0:
        return False
    return bool(stats.skewtest(differences).pvalue <= SKEWED)


@lru_cache(maxsize=4)
def resamples(n: int) -> np.ndarray:
    """How often each of n is in each resample, (`RESAMPLES`, n); drawn from a fixed seed."""
    picks = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), RESAMPLES)
    return picks.astype(float)


def bootstrap_t(differences: ArrayLike, alpha: float = ALPHA) -> BootstrapT:
    """The symmetric bootstrap-t of a mean (Efron 1982; Hall 1988, J. R. Stat. Soc. B 50).

    How far a mean may be from the true one, in standard errors, is taken from how far the means of
    resamples are from that of the differences, each in its own standard errors; further, where a
    resample has one value alone. p is at most alpha where the interval at that alpha leaves zero
    out.

    Args:
        differences: (n,), two or more that are not all the same.
        alpha: one minus the level.

    Returns:
        Ends that are NaN where the resamples are too few for the level, or too many of one value.
    """
    differences = np.asarray(differences, float)
    n, mean, sd = len(differences), differences.mean(), differences.std(ddof=1)
    away, counts = (differences - mean) / sd, resamples(n)
    means = counts @ away / n
    variances = (counts @ away**2 / n - means**2) * n / (n - 1)
    flat = variances < ROUNDING
    distances = np.where(flat, np.inf, np.abs(means) / np.sqrt(np.where(flat, 1.0, variances) / n))
    error = sd / math.sqrt(n)
    reached = int((distances >= abs(mean) / error - ROUNDING).sum())
    beyond = math.floor(alpha * (RESAMPLES + 1) + ROUNDING)  # so many are further, or as far
    far = -np.partition(-distances, beyond - 1)[beyond - 1] if beyond else np.inf
    half = far * error if math.isfinite(far) else math.nan
    return BootstrapT(mean - half, mean + half, (1 + reached) / (RESAMPLES + 1))
