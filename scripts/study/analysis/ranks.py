"""Ranks of levels over data sets, and whether they differ (Demšar 2006, JMLR 7, 1-30).

On each data set the best level has rank 1; levels that are equal share the mean of their ranks. If
no level is better than another, their average ranks differ by chance alone.
"""

import numpy as np
import pandas as pd

from study.analysis.averages import DECIMALS
from study.analysis.metrics import METRICS
from study.analysis.significance import ALPHA

RESAMPLES = 99_999  # of orders of the levels on all data sets, where there are more
BATCH = 10_000


def rank_levels(means: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The ranks of levels on each data set, 1 for the best.

    Args:
        means: (data sets, levels), each level's mean on each data set.
        metric: which says whether higher values are better, or lower ones.

    Returns:
        (data sets, levels); the data sets that have all levels.
    """
    same = means.dropna().round(DECIMALS)  # means of the same counts in another order
    lowest_first = METRICS[metric].better == "lower"
    return same.rank(axis="columns", ascending=lowest_first, method="average")


def compare_ranks(ranks: pd.DataFrame) -> dict[str, float]:
    """Whether the levels differ: `chi2`, `f`, `p_value` and `critical_difference`.

    Friedman's test (1937), corrected for ties. Its p-value is that of permuting each data set's
    ranks: exact if there are at most 99,999 ways, else from that many random ones, by a fixed seed.
    `f` is Iman and Davenport's (1980), which has the same p-value, being larger where chi2 is. Of
    two levels it is the sign test, and there is neither. Two levels of three or more differ if
    their average ranks are further apart than the critical difference (Nemenyi 1963).

    Args:
        ranks: (data sets, levels), as `rank_levels` returns them, of as many data sets as
            `study.analysis.few_datasets.datasets_needed` says.
    """
    from scipy.stats import binomtest, friedmanchisquare

    (datasets, levels), nothing = ranks.shape, float("nan")
    if levels == 2:
        first, second = ((ranks == 1).sum()).tolist()
        p_value = binomtest(first, first + second).pvalue if first + second else 1.0
        return {"chi2": nothing, "f": nothing, "p_value": p_value, "critical_difference": nothing}
    difference = critical_difference(levels, datasets)
    if (ranks.nunique(axis="columns") == 1).all():  # every level is as good as any other
        return {"chi2": 0.0, "f": 0.0, "p_value": 1.0, "critical_difference": difference}
    chi2 = float(friedmanchisquare(*ranks.to_numpy().T).statistic)
    return {
        "chi2": chi2,
        "f": iman_davenport(chi2, datasets, levels),
        "p_value": permutation_p(ranks),
        "critical_difference": difference,
    }


def permutation_p(ranks: pd.DataFrame) -> float:
    """The share of orders of each data set's ranks that have Friedman's chi2 as large.

    Args:
        ranks: (data sets, levels), of which not all are equal.
    """
    from scipy.stats import permutation_test

    found = permutation_test(
        tuple(ranks.to_numpy(float).T),
        # with the ranks of each data set given, chi2 rises with this
        lambda *levels, axis: sum(np.square(level.sum(axis=axis)) for level in levels),
        permutation_type="samples",
        alternative="greater",
        n_resamples=RESAMPLES,
        batch=BATCH,
        vectorized=True,
        rng=np.random.default_rng(0),
    )
    return float(found.pvalue)


def iman_davenport(chi2: float, datasets: int, levels: int) -> float:
    """Iman and Davenport's F (1980) from Friedman's chi²; infinite if all orders are alike."""
    left = datasets * (levels - 1) - chi2
    return (datasets - 1) * chi2 / left if left > 1e-9 else float("inf")


def critical_difference(levels: int, datasets: int, alpha: float = ALPHA) -> float:
    """How far apart two average ranks have to be to differ (Nemenyi 1963; Demšar 2006, p. 11).

    That is q √(k (k + 1) / 6n), with q the quantile of the studentized range over √2.
    """
    from scipy.stats import studentized_range

    quantile = studentized_range.ppf(1 - alpha, levels, np.inf) / np.sqrt(2)
    return float(quantile * np.sqrt(levels * (levels + 1) / (6 * datasets)))


def alike_groups(average_ranks: list[float], difference: float) -> list[tuple[int, int]]:
    """The largest groups of levels that do not differ, each as its first and last place.

    Args:
        average_ranks: in ascending order.
        difference: the critical difference.

    Returns:
        Groups of two levels or more, none inside another.
    """
    ranks = np.asarray(average_ranks)
    ends = [int(np.flatnonzero(ranks - rank <= difference)[-1]) for rank in ranks]
    groups: list[tuple[int, int]] = []
    for first, last in enumerate(ends):
        if last > first and (not groups or last > groups[-1][1]):
            groups.append((first, last))
    return groups
