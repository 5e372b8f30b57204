"""With how many seeds the verdicts were looked at before, and what that does to their errors.

How many seeds to run is to be decided before their verdicts are seen. If you look, find a claim
undecided, run more seeds and look again, you give chance another try each time (Armitage, McPherson
and Rowe 1969, J. R. Stat. Soc. A 132). The record of looks keeps a row for every number of seeds
that a claim was judged with, and how many were planned at the time. Looks that are planned, at one
level over all of them, are in `study.analysis.planned_looks`.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from study.analysis.significance import ALPHA, MIN_SEEDS

RECORDED_COLUMNS = {"test": str, "planned": int, "seeds": int}


def add_look(
    looks: pd.DataFrame, tests: dict[str, int], planned: int, fewest: int = MIN_SEEDS
) -> pd.DataFrame:
    """The looks so far and this one.

    Args:
        looks: `RECORDED_COLUMNS`, in the order in which they were taken; empty at first.
        tests: what each claim tests -> the number of seeds that it was judged with. Numbers that
            are too few for a verdict are no look.
        planned: the study's number of seeds; of several planned looks, the last's, so that looks
            which were planned are one.
        fewest: with how many seeds there is a verdict.
    """
    now = [
        {"test": test, "planned": planned, "seeds": seeds}
        for test, seeds in tests.items()
        if seeds >= fewest
    ]
    rows = pd.concat([looks, pd.DataFrame(now, columns=list(RECORDED_COLUMNS))])
    return rows.drop_duplicates(ignore_index=True)


def grown(looks: pd.DataFrame) -> list[int]:
    """The numbers of seeds after whose verdicts the study was made larger, and its number now.

    Empty where it was judged with as many seeds as were planned at its first look, or has fewer.
    """
    if looks.empty:
        return []
    largest: list[int] = []
    for _, of_test in looks.groupby("test", sort=False):
        judged = of_test.groupby("planned", sort=False)["seeds"].max()
        judged = judged[judged.index.to_numpy() == np.maximum.accumulate(judged.index)]
        numbers = sorted(set(judged))
        largest = max(largest, numbers, key=len)
    return largest if len(largest) > 1 else []


def chance_of_false_verdict(seeds: Sequence[int], alpha: float = ALPHA) -> float:
    """That at least one of several looks at no effect is significant, each at `alpha`.

    The means over the first n and the first m seeds are correlated by sqrt(n / m); taken as
    normal, without what few seeds add.
    """
    from scipy import stats

    numbers = np.asarray(seeds, float)
    correlation = np.sqrt(np.minimum.outer(numbers, numbers) / np.maximum.outer(numbers, numbers))
    limit = np.full(len(numbers), stats.norm.ppf(1 - alpha / 2))
    inside = stats.multivariate_normal(
        cov=correlation, allow_singular=True, seed=np.random.default_rng(0)
    ).cdf(limit, lower_limit=-limit)
    return float(1 - inside)
