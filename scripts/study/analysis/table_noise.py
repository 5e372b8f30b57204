"""Where the noise of each comparison of a table comes from, and its Bayesian reading."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from study.analysis.alike import are_alike, cell_rows
from study.analysis.comparisons import of_one_factor
from study.analysis.evaluation import correct_predictions, whole_seeds
from study.analysis.image_variance import accuracy_images, auc_images
from study.analysis.metrics import is_of_test
from study.analysis.noise import NOISE_COLUMNS, noise_rows
from study.analysis.paired import paired_differences
from study.analysis.posterior import ROPE_COLUMNS, margin_probabilities
from study.analysis.trials import NotReached, trials_of_sides

# What the noise is told of: where there is a test split its numbers, else validation's alone.
METRICS = ("val_accuracy", "final_val_roc_auc", "final_test_accuracy", "final_test_roc_auc")


def compared_levels(tables: dict) -> Iterable[tuple[str, dict, int]]:
    """Each comparison of the tables: the table's name, the table, and the level's place in it."""
    for name, table in of_one_factor(tables).items():
        for place in range(1, len(table["cells"])):
            yield name, table, place


def paired_values(
    values: pd.DataFrame | None, table: dict, place: int, metric: str
) -> np.ndarray | None:
    """A level's differences from the table's first, (seeds,).

    None without the metric's values, and where all seeds of a side are alike.

    Args:
        values: one row per cell, round and seed, as `study.analysis.averages.join_metrics`
            returns it; or None.
    """
    if values is None or metric not in values:
        return None
    cells = [table["cells"][place], table["cells"][0]]
    if any(are_alike(cell_rows(values, cell, table["round"])) for cell in cells):
        return None
    of_round = values[values["round"] == table["round"]]
    by_cell = of_round.pivot(index="seed", columns="cell", values=metric)
    sides = by_cell.reindex(columns=cells).dropna()
    return paired_differences(sides.iloc[:, 0], sides.iloc[:, 1])


def describe_noise(
    tables: dict,
    values: pd.DataFrame,
    over_splits: pd.DataFrame | None,
    scores: dict,
    groups: dict[str, np.ndarray] | None,
    tuning: dict | None,
) -> pd.DataFrame:
    """`NOISE_COLUMNS`, of every comparison of the tables and each of `METRICS` that there is.

    Args:
        tables: as for `study.analysis.comparisons.describe_levels`.
        values, over_splits: every metric of the study's cells, over seeds and over redrawn splits.
        scores: (cell, round) -> their scores, as `study.analysis.evaluation.cell_scores` returns
            them.
        groups: split -> the group of each of its images, where the data have groups.
        tuning: `metric`, which trials are chosen by, and cell -> its arm's `trials`, a frame with
            the trial's number beside what `values` has; or None. Of rounds and metrics that trials
            do not reach, and of cells that are one arm, tuning has no row.
    """
    rows = []
    for name, table, place in compared_levels(tables):
        about = {"table": name, "level": str(table["levels"][place])}
        about |= {"reference": str(table["levels"][0])}
        cells = (table["cells"][place], table["cells"][0])
        sides = [{"cell": cell, "rounds": [table["round"]]} for cell in cells]
        for metric in METRICS:
            differences = paired_values(values, table, place, metric)
            if differences is None or len(differences) < 2:
                continue
            found = noise_rows(
                differences,
                paired_values(over_splits, table, place, metric),
                _images([scores.get((cell, table["round"])) for cell in cells], metric, groups),
                _tuning(tuning, sides, metric),
            )
            rows += [about | {"metric": metric} | row for row in found]
    return pd.DataFrame(rows, columns=list(NOISE_COLUMNS))


def _tuning(tuning: dict | None, sides: list[dict], metric: str) -> tuple | None:
    """The trials of both sides; None where there are none that say what tuning adds."""
    if not tuning:
        return None
    arms = [tuning["trials"].get(side["cell"]) for side in sides]
    if arms[0] is arms[1]:  # their factor is tuned, so that there is one choice for both
        return None
    try:
        return trials_of_sides(tuning, *sides, metric)
    except NotReached:
        return None


def _images(sides: list[dict | None], metric: str, groups: dict | None) -> tuple | None:
    """The images' part in a final accuracy or AUC of two classes, over the seeds of both sides."""
    if not metric.startswith("final_"):
        return None
    _, split, quantity = metric.split("_", 2)
    if None in sides or f"{split}_scores" not in sides[0]:
        return None
    whole = [set(side["seeds"][whole_seeds(side[f"{split}_scores"])].tolist()) for side in sides]
    picked = [np.isin(side["seeds"], [*(whole[0] & whole[1])]) for side in sides]
    of_split = (groups or {}).get(split)
    if quantity == "accuracy":
        correct = (correct_predictions(side, split)[rows] for side, rows in zip(sides, picked))
        return accuracy_images(*correct, of_split)
    logits = [side[f"{split}_scores"][rows] for side, rows in zip(sides, picked)]
    if logits[0].ndim > 2:  # of more than two classes there is no such formula
        return None
    return auc_images(*logits, sides[0][f"{split}_labels"], of_split)


def describe_posterior(
    tables: dict, margins: dict[str, float], sources: dict[str, tuple[pd.DataFrame, float]]
) -> pd.DataFrame:
    """`ROPE_COLUMNS`, of every comparison of the tables and every metric that has a margin.

    Args:
        tables: as for `describe_noise`.
        margins: metric -> the difference below which two cells are practically equivalent.
        sources: `seeds` or `splits` -> every metric, and the share of the corrected test, 0 for
            seeds.
    """
    rows = []
    for name, table, place in compared_levels(tables):
        about = {"table": name, "level": str(table["levels"][place])}
        about |= {"reference": str(table["levels"][0])}
        for metric, margin in margins.items():
            for over, (values, share) in sources.items():
                differences = paired_values(values, table, place, metric)
                tested = not (share and is_of_test(metric))
                if tested and differences is not None and len(differences) > 1:
                    found = margin_probabilities(differences, margin, share)
                    rows.append(about | {"metric": metric, "margin": margin, "over": over} | found)
    return pd.DataFrame(rows, columns=list(ROPE_COLUMNS))
