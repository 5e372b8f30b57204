"""What a smaller budget of tuning would have found: the best of k trials, for every k.

Dodge, Gururangan, Card, Schwartz and Smith (2019, EMNLP, "Show Your Work") report the expected best
validation value of k trials, drawn with replacement from the n that were run. Drawn without
replacement its estimate is unbiased (Tang et al. 2020, ACL), and is exactly what a budget of k of
these trials would have given; that is used where something follows from it, such as the metric of
what is chosen, or its difference between two sides. Both are exact sums, and nothing is drawn.

A trial that diverged, NaN, takes its place in the budget and is never chosen; means are over those
draws in which not all have diverged.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import comb

# What the best of k trials gives for two sides, column by column; `sd` is of the difference, over
# which k of the trials are drawn, and of `difference_seen` over other tuning seeds too.
BEST_OF_COLUMNS = {"k": int, "first": float, "second": float, "difference": float, "sd": float}
RESAMPLES = 200  # of the tuning seeds


def expected_best(values: ArrayLike, less_is_better: bool = False) -> pd.DataFrame:
    """`mean` and `sd` of the best of `k` trials drawn with replacement, k from 1 to n.

    The best of k is at most the i-th in order with probability (i / n)^k (Dodge et al. 2019, EMNLP,
    section 3).

    Args:
        values: (n,), the trials' validation metric.
        less_is_better: whether the best is the smallest.
    """
    values = np.asarray(values, float)
    order = _best_first(values, less_is_better)
    # the i best of n are all missed with probability (1 - i / n)^k
    missed = 1 - np.arange(len(order) + 1) / max(1, len(values))
    numbers = np.arange(1, len(values) + 1)
    weights = -np.diff(missed ** numbers[:, None], axis=1)
    return _moments(numbers, weights, values[order])


def expected_chosen(
    chosen_by: ArrayLike, values: ArrayLike, less_is_better: bool = False
) -> pd.DataFrame:
    """`mean` and `sd` of what is chosen of `k` trials drawn without replacement, k from 1 to n.

    The i-th best of n is the best of k with probability C(n - i, k - 1) / C(n, k). Of ties, the
    first is chosen.

    Args:
        chosen_by: (n,), the validation metric that trials are chosen by.
        values: (n,), the metric whose value is looked at; it may be the same.
        less_is_better: whether the smallest `chosen_by` is chosen.
    """
    chosen_by, values = np.asarray(chosen_by, float), np.asarray(values, float)
    n, order = len(chosen_by), _best_first(chosen_by, less_is_better)
    numbers = np.arange(1, n + 1)
    worse = n - 1 - np.arange(len(order))  # than the i-th best; those that diverged among them
    weights = comb(worse, numbers[:, None] - 1) / comb(n, numbers)[:, None]
    return _moments(numbers, weights, values[order])


class TrialMeans(NamedTuple):
    """The trials of one side, (n,) each, in the same order for every side."""

    chosen_by: ArrayLike  # the validation metric that trials are chosen by
    values: ArrayLike  # the metric whose value is looked at; it may be the same


def expected_difference(
    first: TrialMeans, second: TrialMeans, less_is_better: bool = False
) -> pd.DataFrame:
    """What two sides give if each is tuned on the same `k` trials: `BEST_OF_COLUMNS`.

    Of all C(n, k) choices of k trials, which are the same for both sides as in the study. For k = n
    it is what was chosen, and does not vary.

    Args:
        first, second: the trials of either side.
        less_is_better: whether the smallest `chosen_by` is chosen.
    """
    sides, places = (first, second), []
    for side in sides:
        chosen_by = np.asarray(side.chosen_by, float)
        place, order = np.full(len(chosen_by), -1), _best_first(chosen_by, less_is_better)
        place[order] = np.arange(len(order), 0, -1)  # the best has the highest
        places.append(place)
    n = len(places[0])
    values = [np.asarray(side.values, float) for side in sides]
    # trial i is chosen for the first and j for the second where both are drawn, and of the others
    # only those that are worse than i for the first and worse than j for the second
    pairs = [
        (i, j)
        for i in np.flatnonzero(places[0] > 0)
        for j in np.flatnonzero(places[1] > 0)
        if places[0][i] >= places[0][j] and places[1][j] >= places[1][i]
    ]
    i, j = np.array(pairs, int).reshape(-1, 2).T
    worse = (places[0] < places[0][i, None]) & (places[1] < places[1][j, None])
    numbers = np.arange(1, n + 1)
    weights = comb(worse.sum(axis=1), numbers[:, None] - 1 - (i != j))
    chosen = values[0][i], values[1][j]
    found = {name: _moments(numbers, weights, of) for name, of in zip(("first", "second"), chosen)}
    difference = _moments(numbers, weights, chosen[0] - chosen[1])
    return pd.DataFrame(
        {
            "k": numbers,
            "first": found["first"]["mean"],
            "second": found["second"]["mean"],
            "difference": difference["mean"],
            "sd": difference["sd"],
        }
    )


def difference_seen(
    first: np.ndarray, second: np.ndarray, less_is_better: bool = False
) -> pd.DataFrame:
    """`BEST_OF_COLUMNS` of what tuning's own seeds show, which are a sample themselves.

    The means are those of `expected_difference`. The variance is that over the choices of k trials,
    and that over the tuning seeds: n - 1 of n are drawn, because the mean of n would vary too
    little (Rao and Wu 1988, JASA 83), the same for both sides; 200 times, from a fixed seed. `sd`
    is NaN with one tuning seed.

    Args:
        first, second: (trials, seeds), the metric that trials are chosen by, of the same trials and
            tuning seeds; NaN where a seed diverged.
        less_is_better: whether the smallest mean is chosen.
    """
    n = first.shape[1]

    def with_seeds(weights: np.ndarray) -> pd.DataFrame:
        one, other = (TrialMeans(side @ weights, side @ weights) for side in (first, second))
        return expected_difference(one, other, less_is_better)

    found = with_seeds(np.full(n, 1 / n))
    if n < 2:
        return found.assign(sd=np.nan)
    samples = np.random.default_rng(0).multinomial(n - 1, np.full(n, 1 / n), RESAMPLES) / (n - 1)
    drawn = [with_seeds(weights) for weights in samples]
    differences = np.array([each["difference"] for each in drawn])
    within = np.array([np.square(each["sd"]) for each in drawn]).mean(axis=0)
    return found.assign(sd=np.sqrt(within + differences.var(axis=0, ddof=1)))


def _best_first(values: np.ndarray, less_is_better: bool) -> np.ndarray:
    """The positions of those that did not diverge, best first, ties in their order."""
    order = np.argsort(values if less_is_better else -values, kind="stable")
    return order[: int((~np.isnan(values)).sum())]


def _moments(numbers: np.ndarray, weights: np.ndarray, values: np.ndarray) -> pd.DataFrame:
    """`k`, `mean` and `sd` of values (m,) that have weights (k, m); NaN where nothing has any."""
    total = weights.sum(axis=1, keepdims=True)
    weights = weights / np.where(total > 0, total, np.nan)
    mean = np.where(total[:, 0] > 0, weights @ values, np.nan)
    variance = (weights * np.square(values - mean[:, None])).sum(axis=1)
    return pd.DataFrame({"k": numbers, "mean": mean, "sd": np.sqrt(variance + 0 * mean)})
