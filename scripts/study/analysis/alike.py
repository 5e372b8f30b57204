"""Seeds that are alike in all they have: one observation, which no verdict can rest on.

A program that does not use its seed writes the same for each. Its differences then do not vary, and
a test of them calls any difference certain. One value in all seeds for a single metric, such as an
accuracy of 1, is not such a case: the question is whether everything is the same, every metric of
every epoch and every score.
"""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
import pandas as pd

from study.analysis.evaluation import Scores
from study.training import EPOCH_METRICS

SAME_AS = "same_as"  # the first seed of a cell and round that has the same results as a row's
KEYS = ["cell", "place", "round", "seed"]
# What to look for, by what was repeated and whether a program of the user's trained it.
QUESTIONS = {
    ("seeds", True): "does the program use {seed}?",
    ("seeds", False): "do the network's first weights depend on the seed?",
    ("splits", True): "does the program read {data} or {npz}?",
    ("splits", False): "does the network use its inputs?",
}


class Alike(Exception):
    """Why there is no verdict on a cell whose seeds are alike."""


def result_digests(epochs: pd.DataFrame, scores: Scores) -> list[str | None]:
    """A digest of all that each seed of a run has: each epoch's metrics, and the scores.

    Two seeds have the same if they are the same in all of it.

    Args:
        epochs: as `study.analysis.epochs.read_epochs` returns them.
        scores: as `study.analysis.evaluation.read_scores` returns them.

    Returns:
        One of each seed, in their order; None where it diverged.
    """
    names = [name for name in sorted(scores) if name.endswith("_scores")]
    digests: list[str | None] = []
    for place, (_, of_seed) in enumerate(epochs.groupby("seed")):
        parts = [scores[name][place] for name in names]
        whole = not of_seed["diverged"].any() and all(np.isfinite(part).all() for part in parts)
        digest = sha256(of_seed[["epoch", *EPOCH_METRICS]].to_numpy(float).tobytes())
        for part in parts:
            digest.update(part.tobytes())
        digests.append(digest.hexdigest() if whole else None)
    return digests


def mark_same(values: pd.DataFrame, results: pd.Series) -> pd.DataFrame:
    """A frame of seeds, with the column `same_as` if any seed of a cell and round repeats another.

    Args:
        values: one row per `cell`, `place`, `round` and `seed`.
        results: of each row the digest of `result_digests`.
    """
    alike = values.assign(results=results).groupby([*KEYS[:-1], "results"])["seed"]
    first = alike.transform("min").astype("Int64")
    return values.assign(**{SAME_AS: first}) if (first < values["seed"]).any() else values


def are_alike(of_cell: pd.DataFrame) -> bool:
    """Whether two seeds or more of a cell, without those that diverged, are all one observation.

    Args:
        of_cell: its rows of one round by seed, as `study.analysis.values.collect_values` has them.
    """
    if SAME_AS not in of_cell:
        return False
    same = of_cell[SAME_AS].dropna()
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
