"""With how many seeds the verdicts were looked at before, and what that does to their errors.

How many seeds to run is to be decided before their verdicts are seen. Who looks, finds a claim
undecided, runs more seeds and looks again gives chance another try each time (Armitage, McPherson
and Rowe 1969, J. R. Stat. Soc. A 132). The file of looks keeps a row for every number of seeds that
a claim was judged with, and how many were planned at the time.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from study.analysis.paired import ALPHA, MIN_SEEDS

LOOK_COLUMNS = {"test": str, "planned": int, "seeds": int}


def add_look(
    looks: pd.DataFrame, tests: dict[str, int], planned: int, fewest: int = MIN_SEEDS
) -> pd.DataFrame:
    """The looks so far and this one.

    Args:
        looks: `LOOK_COLUMNS`, in the order in which they were taken; empty at first.
        tests: what each claim tests -> the number of seeds that it was judged with. Numbers that
            are too few for a verdict are no look.
        planned: the study's number of seeds; of several planned looks, the last's, so that looks
            which were planned are one stage.
        fewest: with how many seeds there is a verdict.
    """
    now = [
        {"test": test, "planned": planned, "seeds": seeds}
        for test, seeds in tests.items()
        if seeds >= fewest
    ]
    rows = pd.concat([looks, pd.DataFrame(now, columns=list(LOOK_COLUMNS))])
    return rows.drop_duplicates(ignore_index=True)


def grown(looks: pd.DataFrame) -> list[int]:
    """The numbers of seeds after whose verdicts the study was made larger, and its number now.

    Empty where it was judged with as many seeds as were planned at its first look, or has fewer.
    """
    if looks.empty:
        return []
    largest = []
    for _, of_test in looks.groupby("test", sort=False):
        stages = of_test.groupby("planned", sort=False)["seeds"].max()
        stages = stages[stages.index.to_numpy() == np.maximum.accumulate(stages.index)]
        numbers = sorted(set(stages))
        largest = max(largest, numbers, key=len)
    return largest if len(largest) > 1 else []


def chance_of_false_verdict(seeds: Sequence[int], alpha: float = ALPHA) -> float:
    """That at least one of several looks at no effect is significant, each at `alpha`.

    The means over the first n and the first m seeds are correlated by sqrt(n / m); taken as
    normal, without what few seeds add.
    """
    from scipy import stats

    seeds = np.asarray(seeds, float)
    correlation = np.sqrt(np.minimum.outer(seeds, seeds) / np.maximum.outer(seeds, seeds))
    limit = np.full(len(seeds), stats.norm.ppf(1 - alpha / 2))
    inside = stats.multivariate_normal(
        cov=correlation, allow_singular=True, seed=np.random.default_rng(0)
    ).cdf(limit, lower_limit=-limit)
    return float(1 - inside)
