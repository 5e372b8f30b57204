"""Intervals and tests of differences over splits that are drawn anew from the same samples.

The training sets of two such splits overlap, so that their differences are alike, and an ordinary
t-test takes them for more evidence than they are. Nadeau and Bengio (2003, Machine Learning 52) put
the variance of the mean at s² (1/n + n_val/n_train) in place of s²/n: two splits are taken to
be correlated by n_val / (n_val + n_train). It is an approximation, derived for a metric of the
samples that are left out of training, here the validation split. More splits make the interval
narrower only down to what n_val/n_train leaves.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from study.analysis.paired import ALPHA, mean_interval, t_p


def corrected_interval(differences: ArrayLike, share: float, alpha: float = ALPHA) -> dict:
    """`n`, `mean`, `sd` (n - 1 in the denominator) and the corrected interval, `low` to `high`.

    Nadeau and Bengio (2003, Machine Learning 52). With a share of 0, seeds on
    one split, it is `paired.mean_interval`.

    Args:
        differences: (n,), one of each split.
        share: n_val / n_train, how many samples are validated on for each that is trained on.
        alpha: one minus the level.

    Returns:
        NaN where there are too few values: none for a mean, one for the rest.
    """
    if not share:
        return mean_interval(differences, alpha)
    differences = np.asarray(differences, float)
    n = len(differences)
    mean = differences.mean() if n else np.nan
    sd = differences.std(ddof=1) if n > 1 else np.nan
    half = stdtrit(n - 1, 1 - alpha / 2) * sd * math.sqrt(1 / n + share) if n > 1 else np.nan
    return {"n": n, "mean": mean, "sd": sd, "low": mean - half, "high": mean + half}


def corrected_t_p(differences: ArrayLike, share: float, mean: float = 0.0) -> float:
    """The two-sided p-value of the corrected resampled t-test that differences have this mean.

    Nadeau and Bengio (2003, Machine Learning 52). It is at most `alpha` where `corrected_interval`
    at that alpha leaves the mean out. Where the differences do not vary t is not defined: there it
    is that of the sign-flip test of as many independent differences as they are worth, 2^(1 - m)
    with 1/m = 1/n + share.

    Args:
        differences, share: as for `corrected_interval`.
        mean: the one that is tested.
    """
    if not share:
        return t_p(differences, mean)
    differences = np.asarray(differences, float) - mean
    n = len(differences)
    if n < 2 or not differences.any():
        return 1.0
    if np.ptp(differences) == 0:
        return min(1.0, 2.0 ** (1 - 1 / (1 / n + share)))
    t = differences.mean() / (differences.std(ddof=1) * math.sqrt(1 / n + share))
    return float(2 * stdtr(n - 1, -abs(t)))
