"""Seeds: the initial weights, the order of the samples. Over seeds on one split."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtri

from study.analysis.interval import Added
from study.analysis.measured import Measured
from study.analysis.noise import Estimate, Observed, deviations
from study.analysis.significance import ALPHA
from study.design.claims import Side

TITLE = "Seed"
UNITS = ("seed", "seeds")
MEANING = "another seed, on the same split. Training more seeds averages it out."


def added(first: Side, second: Side, metric: str, measured: Measured) -> Added:
    """Nothing: it is what the differences themselves vary by."""
    return Added()


def estimate(observed: Observed) -> Estimate | None:
    """The deviation of the differences over seeds."""
    return seed_noise(observed.seeds) if len(observed.seeds) > 1 else None


def seed_noise(seeds: ArrayLike, alpha: float = ALPHA) -> Estimate:
    """The standard deviation of (n,) differences over seeds, with its interval by chi-squared."""
    seeds = np.asarray(seeds, float)
    variance, df = np.var(seeds, ddof=1), len(seeds) - 1
    low, high = (df * variance / chdtri(df, tail) for tail in (alpha / 2, 1 - alpha / 2))
    return deviations(variance, low, high, len(seeds))
