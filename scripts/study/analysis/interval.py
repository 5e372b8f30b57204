"""The interval and the test of a mean difference, with all the noise that the mean has.

The differences of n seeds, each with the variance s², say how sure their mean is but for two kinds
of noise that more of them do not average out:

- Splits that are drawn anew share most of their samples, so that their differences are alike, and
  an ordinary t-test takes them for more evidence than they are. Nadeau and Bengio (2003, Machine
  Learning 52) put the variance of the mean at s² (1/n + n_val/n_train) in place of s²/n. It is an
  approximation, derived for a metric of the samples that are left out of training.
- What varies besides, such as which trial tuning chooses, adds a variance of its own: variances of
  independent sources add up (Bouthillier et al. 2021, MLSys 3).

So the variance of the mean is s² (1/n + shares) + sds², the test is Student's t-test with n - 1
degrees of freedom, and with neither kind it is the paired t-test. docs/statistics.md has what that
does to the level.
"""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from study.analysis.significance import ALPHA


@dataclass(frozen=True)
class Added:
    """What one source adds to the variance of a mean of differences of variance s²."""

    share: float = 0.0  # times s², however many differences there are
    sd: float = 0.0  # squared; in the metric's own unit
    untested: str = ""  # why no test would be valid; nothing where one is


@dataclass(frozen=True)
class Noise:
    """All the noise of a mean difference beside the s²/n of the seeds or splits that it is over."""

    added: dict[str, Added] = field(default_factory=dict)  # by source

    @property
    def share(self) -> float:
        """Of s², of all sources together."""
        return sum(added.share for added in self.added.values())

    @property
    def sds(self) -> list[float]:
        """The standard deviations that sources add, without those that add none."""
        return [added.sd for added in self.added.values() if added.sd != 0]

    @property
    def untested(self) -> str:
        """Why a mean with this noise has no interval and no test; nothing where it has."""
        return next((added.untested for added in self.added.values() if added.untested), "")

    @property
    def is_of_seeds_alone(self) -> bool:
        """Whether there is no other noise than the seeds', so that the mean's variance is s²/n."""
        return not (self.share or self.sds or self.untested)

    def error(self, sd: float, n: int) -> float:
        """The standard error of the mean of n differences with this standard deviation."""
        if self.is_of_seeds_alone:
            return sd / math.sqrt(n)
        return math.hypot(sd * math.sqrt(1 / n + self.share), *self.sds)


OF_SEEDS = Noise()


class Interval(NamedTuple):
    """A mean, and where the true one lies."""

    n: int
    mean: float
    sd: float  # of the values, with n - 1 in the denominator
    low: float
    high: float


def interval(values: ArrayLike, noise: Noise = OF_SEEDS, alpha: float = ALPHA) -> Interval:
    """The mean of some values, one of each seed or split, and its t-interval.

    NaN where there are too few values: none for a mean, one for the rest; and for the ends where
    no test is valid.

    Args:
        values: (n,).
        noise: of the mean, beside their own.
        alpha: one minus the level.
    """
    values = np.asarray(values, float)
    n = len(values)
    mean = values.mean() if n else math.nan
    if n < 2:
        return Interval(n, mean, math.nan, math.nan, math.nan)
    sd = values.std(ddof=1)
    if noise.untested:
        return Interval(n, mean, sd, math.nan, math.nan)
    t = stdtrit(n - 1, 1 - alpha / 2)
    # t·s/√n in this order, so that last digits are the same with and without other sources
    half = t * noise.error(sd, n) if noise.sds else noise.error(t * sd, n)
    return Interval(n, mean, sd, mean - half, mean + half)


def p_value(differences: ArrayLike, noise: Noise = OF_SEEDS, mean: float = 0.0) -> float:
    """The two-sided p-value of the t-test that differences have this mean.

    It is at most `alpha` where `interval` at that alpha leaves the mean out. Where neither the
    differences vary nor anything adds a deviation, t is not defined: there it is that of the
    sign-flip test of as many independent differences as they are worth, 2^(1 - m), where 1/m is
    1/n and the shares. NaN where no test is valid.

    Args:
        differences: (n,), one of each seed or split.
        noise: as for `interval`.
        mean: the one that is tested.
    """
    if noise.untested:
        return math.nan
    differences = np.asarray(differences, float)
    n = len(differences)
    if n < 2:
        return 1.0
    if not noise.sds:
        differences, mean = differences - mean, 0.0
        if not differences.any():
            return 1.0
        if np.ptp(differences) == 0:
            worth = 1 / (1 / n + noise.share) if noise.share else n
            return min(1.0, 2.0 ** (1 - worth))
    t = (differences.mean() - mean) / noise.error(differences.std(ddof=1), n)
    return float(2 * stdtr(n - 1, -abs(t)))
