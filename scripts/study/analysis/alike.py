"""Seeds that are alike in all they have: one observation, which no verdict can rest on.

A program that does not use its seed writes the same for each. Its differences then do not vary, and
a test of them calls any difference certain. What has one value in all seeds by one metric alone,
such as an accuracy of 1, is no such case: it is asked whether everything is the same, every metric
of every epoch and every score.
"""

from collections.abc import Sequence

import pandas as pd

SAME_AS = "same_as"  # the first seed of a cell and round that has the same results as a row's
KEYS = ["cell", "round", "seed"]
# What to look for, by what was repeated and whether a program of the user's trained it.
QUESTIONS = {
    ("seeds", True): "does the program use {seed}?",
    ("seeds", False): "do the network's first weights depend on the seed?",
    ("splits", True): "does the program read {data} or {npz}?",
    ("splits", False): "does the network use its inputs?",
}


class Alike(Exception):
    """Why there is no verdict on a cell whose seeds are alike."""


def mark_same(evaluation: pd.DataFrame, digests: pd.DataFrame) -> pd.DataFrame:
    """A frame of seeds, with the column `same_as` if any seed of a cell and round is as another.

    Args:
        evaluation: one row per `cell`, `round` and `seed`.
        digests: as `study.analysis.evaluation.result_digests` returns them.
    """
    first = digests.groupby([*KEYS[:2], "results"])["seed"].transform("min").astype("Int64")
    if not (first < digests["seed"]).any():
        return evaluation
    return evaluation.merge(digests[KEYS].assign(**{SAME_AS: first}), on=KEYS, how="left")


def are_alike(of_cell: pd.DataFrame) -> bool:
    """Whether two seeds or more of a cell, without those that diverged, are all one observation.

    Args:
        of_cell: its rows of one round by seed, as `study.analysis.averages.join_metrics` has them.
    """
    same = of_cell[SAME_AS].dropna() if SAME_AS in of_cell else ()
    return len(same) > 1 and same.nunique() == 1


def refuse_alike(
    of_cell: pd.DataFrame,
    seeds: Sequence[int],
    title: str,
    by_program: bool,
    over: str = "seeds",
) -> None:
    """Refuse a cell some of whose seeds are to be compared, and are alike.

    Args:
        of_cell: as for `are_alike`.
        seeds: those that are compared, which it has.
        title: what the cell and the round are called.
        by_program: whether a program of the user's trained it.
        over: `seeds`, or `splits` where each seed has a split of its own.

    Raises:
        Alike: with what to look for.
    """
    compared = of_cell.loc[list(seeds)]
    if are_alike(compared):
        count, question = compared[SAME_AS].notna().sum(), QUESTIONS[over, by_program]
        raise Alike(f"all {count} {over} of {title} are identical: {question}")


def cell_rows(values: pd.DataFrame, cell: str, number: int) -> pd.DataFrame:
    """A cell's rows of one round, by seed."""
    return values[(values["cell"] == cell) & (values["round"] == number)].set_index("seed")
