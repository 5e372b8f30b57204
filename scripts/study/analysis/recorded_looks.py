"""With how many seeds the verdicts were looked at before, and what that does to their errors.

How many seeds to run is to be decided before their verdicts are seen. If you look, find a claim
undecided, run more seeds and look again, you give chance another try each time (Armitage, McPherson
and Rowe 1969, J. R. Stat. Soc. A 132). The record of looks keeps a row for every number of seeds
that a claim was judged with, and how many were planned at the time. Looks that are planned, at one
level over all of them, are in `study.analysis.planned_looks`.
"""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from study.analysis.significance import ALPHA, MIN_SEEDS

RECORDED_COLUMNS = {"test": str, "planned": int, "seeds": int}
STUDIES = 400_000  # that are simulated


def add_look(
    looks: pd.DataFrame, tests: dict[str, int], planned: int, fewest: int = MIN_SEEDS
) -> pd.DataFrame:
    """The looks so far and this one.

    Args:
        looks: `RECORDED_COLUMNS`, in the order in which they were taken; empty at first.
        tests: what each claim tests -> the number of seeds that it was judged with. Numbers that
            are too few for a verdict are not a look.
        planned: the study's number of seeds; of several planned looks, the last's, so that planned
            looks count as one.
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
    """That at least one of several looks at no effect is significant, each a t-test at `alpha`.

    Of 400,000 studies with normal differences, drawn from a fixed seed.

    Args:
        seeds: how many there were at each look, two or more.
    """
    generator = np.random.default_rng(0)
    totals, squares = np.zeros((2, STUDIES))  # of the differences so far
    significant, before = np.zeros(STUDIES, bool), 0
    for n in sorted(set(seeds)):
        more = n - before  # of which the mean, and what they vary by about it, are independent
        mean_part = generator.standard_normal(STUDIES)
        totals += math.sqrt(more) * mean_part
        squares += mean_part**2 + (generator.chisquare(more - 1, STUDIES) if more > 1 else 0)
        variance = (squares - totals**2 / n) / (n - 1)
        t = totals / np.sqrt(n * variance)
        significant |= np.abs(t) > stdtrit(n - 1, 1 - alpha / 2)
        before = n
    return float(significant.mean())
