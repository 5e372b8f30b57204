"""A Bayesian reading of a comparison: where the true mean difference probably lies.

For those who prefer it to a verdict: the probabilities that the difference is below, within and
above a margin, the region of practical equivalence. The posterior of the mean is Student's t about
the mean difference, under a prior that is flat for it and for the logarithm of the standard
deviation (Corani and Benavoli 2015, Machine Learning 100; Benavoli, Corani, Demšar and Zaffalon
2017, JMLR 18). Nothing is adjusted for how many comparisons there are.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr

# What a file has, column by column. The margin and the probabilities are of `level` - `reference`;
# `over` is `seeds` or `splits`.
ROPE_COLUMNS = {
    "table": str,
    "level": str,
    "reference": str,
    "metric": str,
    "margin": float,
    "below": float,
    "within": float,
    "above": float,
    "over": str,
}


def margin_probabilities(differences: ArrayLike, margin: float, share: float = 0.0) -> dict:
    """The probabilities that the true mean difference is `below`, `within` and `above` a margin.

    The posterior of the correlated Bayesian t-test: Student's t with n - 1 degrees of freedom about
    the mean, of scale² s² (1/n + share) (Benavoli et al. 2017, JMLR 18).

    Args:
        differences: (n,), one of each seed or split.
        margin: not below 0; within is from -margin to margin.
        share: 0 over seeds; over splits n_val / n_train, as for
            `study.analysis.resampled.corrected_interval`.

    Returns:
        Three numbers that sum to 1; NaN of fewer than two differences. Where the differences do not
        vary, all is where they are.
    """
    differences = np.asarray(differences, float)
    n = len(differences)
    if n < 2:
        return dict.fromkeys(("below", "within", "above"), math.nan)
    mean, scale = differences.mean(), differences.std(ddof=1) * math.sqrt(1 / n + share)
    if np.ptp(differences) == 0:
        below, above = float(mean < -margin), float(mean > margin)
    else:
        below = float(stdtr(n - 1, (-margin - mean) / scale))
        above = float(stdtr(n - 1, (mean - margin) / scale))
    return {"below": below, "within": 1 - below - above, "above": above}
