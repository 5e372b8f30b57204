"""A Bayesian reading of a comparison: where the true mean difference probably lies.

For those who prefer it to a verdict: the probabilities that the difference is below, within and
above a margin, the region of practical equivalence. The posterior of the mean is Student's t about
the mean difference, under a prior that is flat for it and for the logarithm of the standard
deviation (Corani and Benavoli 2015, Machine Learning 100; Benavoli, Corani, Demšar and Zaffalon
2017, JMLR 18). Nothing is adjusted for how many comparisons there are.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr

from study.analysis.interval import OF_SEEDS, Noise

# What a file has, column by column. The margin and the probabilities are of `level` - `against`;
# `over` is `seeds` or `splits`.
ROPE_COLUMNS = {
    "table": str,
    "level": str,
    "against": str,
    "metric": str,
    "margin": float,
    "below": float,
    "within": float,
    "above": float,
    "over": str,
}


class Probabilities(NamedTuple):
    """Of the true mean difference; three numbers that sum to 1, or NaN."""

    below: float  # less than minus the margin
    within: float
    above: float


def margin_probabilities(
    differences: ArrayLike, margin: float, noise: Noise = OF_SEEDS
) -> Probabilities:
    """The probabilities that the true mean difference is below, within and above a margin.

    The posterior of the correlated Bayesian t-test: Student's t with n - 1 degrees of freedom about
    the mean, of scale² s² (1/n + shares) (Benavoli et al. 2017, JMLR 18), and the other noise.

    Args:
        differences: (n,), one of each seed or split.
        margin: not below 0; within is from -margin to margin.
        noise: the other noise of their mean.

    Returns:
        NaN for fewer than two differences. Where nothing varies, one probability is 1.
    """
    differences = np.asarray(differences, float)
    n = len(differences)
    if n < 2:
        return Probabilities(math.nan, math.nan, math.nan)
    mean = differences.mean()
    spread = differences.std(ddof=1) if np.ptp(differences) else 0.0
    scale = math.hypot(spread * math.sqrt(1 / n + noise.share), *noise.sds)
    if scale == 0:
        below, above = float(mean < -margin), float(mean > margin)
    else:
        below = float(stdtr(n - 1, (-margin - mean) / scale))
        above = float(stdtr(n - 1, (mean - margin) / scale))
    return Probabilities(below, 1 - below - above, above)
