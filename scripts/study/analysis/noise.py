"""Where the noise of one comparison comes from: its variance by source, each with its uncertainty.

All are standard deviations of the difference between two cells, in the metric's own unit, as one
run of each would show it (Bouthillier et al. 2021, MLSys 3, on which sources there are).

seed    over seeds on one split: the initial weights, the order of the images.
split   over splits that are drawn anew, less the seed's. Which samples are trained on is the
        split's; so is, of a validation metric, which are validated on, because the same draw
        decides both. Redrawn splits share most of their samples, so that other samples altogether
        would make a larger difference than this.
images  which images the metric is taken on, by whole groups. Of a validation metric it is within
        the split's, and not to be added to it.
tuning  which trial is chosen for each cell, because tuning has few seeds. The trials themselves are
        the same for both cells, and not drawn again.

More seeds average the first out, and more splits the second; the mean over seeds has all of the
other two, however many seeds there are. Sources whose files are missing are left out.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtri

from study.analysis.image_variance import variance_interval
from study.analysis.paired import ALPHA

# What a file has, column by column. `sd`, `low` and `high` are of one run's difference, `level` -
# `reference`; `n` is how many seeds, splits, groups of images or tuning seeds it is estimated from.
NOISE_COLUMNS = {
    "table": str,
    "level": str,
    "reference": str,
    "metric": str,
    "source": str,
    "sd": float,
    "low": float,
    "high": float,
    "n": int,
}
SOURCES = ("seed", "split", "images", "tuning")
DRAWS = 100_000  # of a generalized pivotal quantity
CHOICES, TUNINGS = 500, 400  # bootstrap samples of the tuning seeds, and of those samples


def noise_rows(
    seeds: ArrayLike,
    splits: ArrayLike | None = None,
    images: tuple[float, np.ndarray] | None = None,
    tuning: tuple[dict, dict, bool] | None = None,
) -> list[dict]:
    """A row for each source of which there is something: `source`, `sd`, `low`, `high` and `n`.

    Args:
        seeds: (n,), the paired difference of each seed on one split.
        splits: (k,), that of each redrawn split, each with a seed of its own.
        images: what `study.analysis.image_variance` returns of the same two cells.
        tuning: the arguments of `tuning_deviation`.

    Returns:
        In the order of `SOURCES`, with 95% intervals. No row for what has fewer than two values,
        nor for tuning where trials have no value of what is compared.
    """
    seeds = np.asarray(seeds, float)
    rows = []
    if len(seeds) > 1:
        rows.append({"source": "seed", **seed_noise(seeds), "n": len(seeds)})
    if len(seeds) > 1 and splits is not None and len(splits) > 1:
        rows.append({"source": "split", **split_noise(splits, seeds), "n": len(splits)})
    if images is not None and len(images[1]) > 1:
        variance, influence = images
        ends = variance_interval(variance, influence, ALPHA)
        rows.append({"source": "images", **_deviations(variance, *ends), "n": len(influence)})
    if tuning is not None and np.shape(tuning[0]["chosen_by"])[1] > 1:
        tuning_seeds = np.shape(tuning[0]["chosen_by"])[1]
        found = tuning_noise(*tuning)
        if not math.isnan(found["sd"]):
            rows.append({"source": "tuning", **found, "n": tuning_seeds})
    return rows


def seed_noise(seeds: ArrayLike, alpha: float = ALPHA) -> dict:
    """`sd` of (n,) differences over seeds, and its interval by chi-squared, `low` to `high`."""
    variance, df = np.var(seeds, ddof=1), len(seeds) - 1
    ends = (df * variance / chdtri(df, tail) for tail in (alpha / 2, 1 - alpha / 2))
    return _deviations(variance, *ends)


def split_noise(splits: ArrayLike, seeds: ArrayLike, alpha: float = ALPHA) -> dict:
    """The split's `sd`, and its generalized confidence interval from `low` to `high`.

    Differences over splits that each have another seed vary by the seed's variance and the split's;
    the seed's is that over seeds on one split, which is taken to be the same on every split. The
    difference of the two estimates, or 0 where it is negative. The interval is of quantiles of the
    generalized pivotal quantity (Weerahandi 1993, JASA 88; Burdick, Borror and Montgomery 2005,
    Design and Analysis of Gauge R&R Studies), in 100,000 draws from a fixed seed.

    Args:
        splits: (k,) differences over redrawn splits.
        seeds: (n,) differences over seeds on one split.
        alpha: one minus the level.
    """
    generator = np.random.default_rng(0)
    estimate, drawn = 0.0, np.zeros(DRAWS)
    for values, sign in ((splits, 1), (seeds, -1)):
        variance, df = np.var(values, ddof=1), len(values) - 1
        estimate += sign * variance
        drawn += sign * df * variance / generator.chisquare(df, DRAWS)
    return _deviations(estimate, *np.quantile(drawn, [alpha / 2, 1 - alpha / 2]))


def tuning_deviation(first: dict, second: dict, less_is_better: bool) -> float:
    """The standard deviation over which trials would be chosen with other tuning seeds.

    The tuning seeds are resampled, the same for both cells; on each sample the trial with the best
    mean is chosen, and counts as what all tuning seeds say that it is worth. So nothing of the
    evaluation is in it. Of n seeds n - 1 are drawn, because the mean of n would vary too little
    (Rao and Wu 1988, JASA 83); 500 times, from a fixed seed.

    Args:
        first, second: of each cell `chosen_by`, (trials, tuning seeds), the metric that trials are
            chosen by, and `values`, (trials, tuning seeds), the one that is compared. A trial with
            a seed that diverged, NaN, is never chosen.
        less_is_better: whether the smallest mean is chosen, not the largest.

    Returns:
        NaN with one tuning seed, or where all trials of a cell diverged.
    """
    sides = _arrays(first, second)
    n = sides[0]["chosen_by"].shape[1]
    return math.sqrt(_chosen_variance(sides, _samples(n), less_is_better)) if n > 1 else math.nan


def tuning_noise(first: dict, second: dict, less_is_better: bool, alpha: float = ALPHA) -> dict:
    """`tuning_deviation` as `sd`, and its interval from `low` to `high`.

    A percentile interval of a bootstrap of that bootstrap, over n seeds; of few tuning seeds it is
    rough. The arguments are those of `tuning_deviation`.
    """
    sides = _arrays(first, second)
    n = sides[0]["chosen_by"].shape[1]
    samples, again = _samples(n), []
    for drawn in np.random.default_rng(1).integers(0, n, (TUNINGS, n)):
        resampled = [{name: values[:, drawn] for name, values in side.items()} for side in sides]
        again.append(_chosen_variance(resampled, samples, less_is_better))
    ends = np.quantile(again, [alpha / 2, 1 - alpha / 2])
    return _deviations(_chosen_variance(sides, samples, less_is_better), *ends)


def _arrays(first: dict, second: dict) -> list[dict]:
    return [
        {name: np.asarray(side[name], float) for name in ("chosen_by", "values")}
        for side in (first, second)
    ]


def _samples(n: int) -> np.ndarray:
    """How often each of n tuning seeds is in a sample of n - 1, (draws, n)."""
    return np.random.default_rng(0).multinomial(n - 1, np.full(n, 1 / n), CHOICES)


def _chosen_variance(sides: list[dict], samples: np.ndarray, less_is_better: bool) -> float:
    """Of the difference between what both sides choose, over samples (draws, tuning seeds)."""
    worth = []
    for side in sides:
        whole = ~np.isnan(side["chosen_by"]).any(axis=1)
        if not whole.any():
            return math.nan
        means = samples @ side["chosen_by"][whole].T
        best = means.argmin(axis=1) if less_is_better else means.argmax(axis=1)
        worth.append(side["values"][whole].mean(axis=1)[best])
    return float(np.var(worth[0] - worth[1], ddof=1))


def _deviations(variance: float, low: float, high: float) -> dict:
    """Variances as standard deviations; what is below zero is none."""
    return {
        name: math.sqrt(max(value, 0.0))
        for name, value in (("sd", variance), ("low", low), ("high", high))
    }
