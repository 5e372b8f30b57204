"""Where the noise of a comparison comes from: its sources, a module each.

What a source is estimated to be, in noise.csv, is the standard deviation of the difference between
two cells, in the metric's own unit, as one run of each would show it (Bouthillier et al. 2021,
MLSys 3, on which sources there are). More seeds average out the seed's; the mean over seeds keeps
all the others, however many seeds there are. Its module also says what a source adds to the noise
of a mean, in the interval and the test of every comparison.

A new source is a module and its entry in `SOURCES`: docs/extending.md has one.
"""

import math
from dataclasses import dataclass
from importlib import import_module
from typing import NamedTuple, Protocol, cast

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtri

from study.analysis.interval import Added, Noise
from study.analysis.measured import Measured
from study.analysis.significance import ALPHA
from study.design.claims import Side

# What a file has, column by column. `sd`, `low` and `high` are of one run's difference, `level` -
# `against`; `n` is how many seeds, splits, groups of images or tuning seeds it is estimated from.
NOISE_COLUMNS = {
    "table": str,
    "level": str,
    "against": str,
    "metric": str,
    "source": str,
    "sd": float,
    "low": float,
    "high": float,
    "n": int,
}
# The modules, in the order of files and reports.
SOURCES = {
    "seed": "study.analysis.noise.seeds",
    "split_and_seed": "study.analysis.noise.splits",
    "images": "study.analysis.noise.images",
    "tuning": "study.analysis.noise.tuning",
}


class Estimate(NamedTuple):
    """The standard deviation that a source gives one run's difference, with its 95% interval."""

    sd: float
    low: float
    high: float
    n: int  # from how many units it is estimated


@dataclass(frozen=True, eq=False)
class Observed:
    """One comparison on one metric, with all that its noise is estimated from."""

    first: Side
    second: Side
    metric: str
    measured: Measured  # by the fixed protocol, with scores where there are any
    seeds: np.ndarray  # (n,), the difference of each seed on the study's own split
    splits: np.ndarray  # (k,), of each split that is drawn anew, with a seed of its own; or none
    # what tuning adds to the difference of the sides as tuned, and of how many tuning seeds
    tuning: tuple[float, int] | None = None


def deviations(variance: float, low: float, high: float, n: int) -> Estimate:
    """The roots of a variance and the ends of its interval; what is below zero counts as zero."""
    sd, low, high = (math.sqrt(max(value, 0.0)) for value in (variance, low, high))
    return Estimate(sd, low, high, n)


def sample_deviation(differences: ArrayLike, alpha: float = ALPHA) -> Estimate:
    """The standard deviation of (n,) differences, with its interval by chi-squared."""
    differences = np.asarray(differences, float)
    variance, df = np.var(differences, ddof=1), len(differences) - 1
    low, high = (df * variance / chdtri(df, tail) for tail in (alpha / 2, 1 - alpha / 2))
    return deviations(variance, low, high, len(differences))


class Source(Protocol):
    """What the module of a source has."""

    TITLE: str  # a column's heading: `Seed`
    UNITS: tuple[str, str]  # what it is estimated from: one, and many
    MEANING: str  # what varies, and what makes it less: sentences for the report

    def added(self, first: Side, second: Side, metric: str, measured: Measured) -> Added:
        """What it adds to the noise of a mean difference by a protocol's runs."""

    def estimate(self, observed: Observed) -> Estimate | None:
        """How much of one run's difference it is; None where there is nothing to say it from."""


def sources() -> dict[str, Source]:
    """The sources by name, in the order of files and reports."""
    return {name: cast(Source, import_module(module)) for name, module in SOURCES.items()}


def noise_of(first: Side, second: Side, metric: str, measured: Measured) -> Noise:
    """All the noise of the mean difference of two sides, beside that of its seeds or splits."""
    return Noise(
        {name: source.added(first, second, metric, measured) for name, source in sources().items()}
    )


def noise_rows(observed: Observed) -> list[dict[str, str | float]]:
    """A row for each source of which there is something: `source`, `sd`, `low`, `high` and `n`."""
    found = {name: source.estimate(observed) for name, source in sources().items()}
    return [
        {"source": name, **estimate._asdict()}
        for name, estimate in found.items()
        if estimate is not None
    ]
