"""Intervals and tests of a difference between two tuned cells, with what tuning adds to its noise.

Seeds of the evaluation say how sure the difference is between the two trials that were chosen. With
other tuning seeds other trials might have been chosen, and more seeds of the evaluation do not
average that out: where the best trials are about as good as tuning can tell, cells that are equally
good have a significant difference far more often than the level says. So the variance of the mean
is s²/n and the tuning's besides, as sums of the variances of independent sources are (Bouthillier
et al. 2021, MLSys 3). docs/statistics.md has what that does to the level.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from study.analysis.paired import ALPHA
from study.analysis.resampled import corrected_interval, corrected_t_p


def tuned_interval(
    differences: ArrayLike, tuning_sd: float, share: float = 0.0, alpha: float = ALPHA
) -> dict:
    """`n`, `mean`, `sd` and the interval from `low` to `high` at which tuning is counted in.

    Args:
        differences: (n,), one of each seed or split.
        tuning_sd: as `study.analysis.noise.tuning_deviation` returns it; with 0 it is the interval
            without tuning.
        share: 0 over seeds; over splits n_val / n_train, as for
            `study.analysis.resampled.corrected_interval`.
        alpha: one minus the level.
    """
    found = corrected_interval(differences, share, alpha)
    n = found["n"]
    if n > 1:
        error = math.hypot(found["sd"] * math.sqrt(1 / n + share), tuning_sd)
        half = stdtrit(n - 1, 1 - alpha / 2) * error
        found |= {"low": found["mean"] - half, "high": found["mean"] + half}
    return found


def tuned_t_p(
    differences: ArrayLike, tuning_sd: float, share: float = 0.0, mean: float = 0.0
) -> float:
    """The two-sided p-value that differences have this mean, with tuning counted in.

    It is at most `alpha` where `tuned_interval` at that alpha leaves the mean out. The arguments
    are those of `tuned_interval`; the degrees of freedom are n - 1.
    """
    differences = np.asarray(differences, float)
    n = len(differences)
    if n < 2 or tuning_sd == 0:
        return corrected_t_p(differences, share, mean)
    error = math.hypot(differences.std(ddof=1) * math.sqrt(1 / n + share), tuning_sd)
    return float(2 * stdtr(n - 1, -abs(differences.mean() - mean) / error))
