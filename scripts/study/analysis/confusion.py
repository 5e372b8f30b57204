"""Confusion matrices over seeds: for two classes at a probability of 0.5 or a threshold chosen on
validation; for more, the class with the largest probability is predicted."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from study.analysis.evaluation import Scores, predictions, whole_seeds
from study.analysis.metrics import choose_threshold

COUNTS = ("true_negative", "false_positive", "false_negative", "true_positive")
CONFUSION_COLUMNS = dict.fromkeys(["cell", "split", "threshold"], str)
PAIRS = 6  # of more than two classes, the mistakes that are shown of a split
AT_HALF, CHOSEN = "0.5", "chosen"
# the same of more than two classes, a row for each true and each predicted class
MATRIX_COLUMNS = {
    "cell": str,
    "round": int,
    "split": str,
    "n": int,
    "true": str,
    "predicted": str,
    "count": float,
    "count_sd": float,
}


def has_mistakes(counts: pd.DataFrame) -> bool:
    """Whether a cell of pictures/confusion.csv misclassifies a sample."""
    if "true" in counts:
        wrong = counts.loc[counts["true"] != counts["predicted"], ["count"]]
    else:
        wrong = counts[["false_positive", "false_negative"]]
    return bool((wrong > 0).any(axis=None))


def confusion_counts(labels: np.ndarray, scores: np.ndarray, threshold: float) -> np.ndarray:
    """`COUNTS` of one seed, positive being predicted above the threshold, a logit."""
    predicted = scores.astype(float) > threshold
    return np.array([((labels == a) & (predicted == b)).sum() for a in (0, 1) for b in (0, 1)])


def count_confusions(
    cells: Sequence[tuple[str, int]], scores: Mapping[tuple[str, int], Scores]
) -> pd.DataFrame:
    """`cell`, `round`, `split`, `threshold`, `n`, and mean and sd over seeds of the four counts.

    The threshold is 0.5, or `chosen` seed by seed on the validation split, where its balanced
    accuracy is highest. With a test split that is applied to the test split alone; else to the
    validation split itself, on which it looks better than it is.

    Args:
        cells: (cell, round), those of `scores` to count.
        scores: as `study.analysis.evaluation.cell_scores` returns them.
    """
    rows = []
    for cell, number in cells:
        arrays = scores.get((cell, number), {})
        splits = [split for split in ("val", "test") if f"{split}_scores" in arrays]
        for split in splits:
            kinds = [AT_HALF] if split != splits[-1] else [AT_HALF, CHOSEN]
            for kind in kinds:
                counts = _each_seed(arrays, split, kind)
                row: dict[str, Any] = {"cell": cell, "round": number, "split": split}
                row["threshold"] = kind
                row["n"] = len(counts)
                for name, column in zip(COUNTS, counts.T):
                    row[name] = column.mean() if len(column) else np.nan
                    row[f"{name}_sd"] = column.std(ddof=1) if len(column) > 1 else np.nan
                rows.append(row)
    header = [*CONFUSION_COLUMNS, *(name + end for name in COUNTS for end in ("", "_sd"))]
    header[1:1], header[4:4] = ["round"], ["n"]
    return pd.DataFrame(rows, columns=header)


def _each_seed(arrays: Scores, split: str, kind: str) -> np.ndarray:
    """(seeds, 4) counts, of the seeds that did not diverge and can choose a threshold."""
    counts = []
    for validation, of_seed in zip(arrays["val_scores"], arrays[f"{split}_scores"]):
        if not (np.isfinite(validation).all() and np.isfinite(of_seed).all()):
            continue
        threshold = 0.0
        if kind == CHOSEN:
            threshold = choose_threshold(arrays["val_labels"], validation)
        if not np.isnan(threshold):
            counts.append(confusion_counts(arrays[f"{split}_labels"], of_seed, threshold))
    return np.array(counts, float).reshape(-1, 4)


def count_matrices(
    cells: Sequence[tuple[str, int]],
    scores: Mapping[tuple[str, int], Scores],
    classes: Sequence[str],
) -> pd.DataFrame:
    """`MATRIX_COLUMNS`: mean and sd over the `n` seeds of how often a class is taken for which.

    Args:
        cells: (cell, round), those of `scores` to count.
        scores: as `study.analysis.evaluation.cell_scores` returns them, of more than two classes.
        classes: their names.
    """
    rows = []
    for cell, number in cells:
        arrays = scores.get((cell, number), {})
        for split in (split for split in ("val", "test") if f"{split}_scores" in arrays):
            counts = matrix_counts(arrays[f"{split}_labels"], arrays[f"{split}_scores"])
            row: dict[str, Any] = {"cell": cell, "round": number, "split": split}
            row["n"] = len(counts)
            for true, predicted in np.ndindex(len(classes), len(classes)):
                of_pair = counts[:, true, predicted]
                rows.append(
                    row
                    | {"true": classes[true], "predicted": classes[predicted]}
                    | {"count": of_pair.mean() if len(counts) else np.nan}
                    | {"count_sd": of_pair.std(ddof=1) if len(counts) > 1 else np.nan}
                )
    return pd.DataFrame(rows, columns=list(MATRIX_COLUMNS))


def matrix_counts(labels: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """(seeds, true, predicted) counts of the seeds that did not diverge.

    Args:
        labels: (n,) from 0.
        scores: (seeds, n, classes).
    """
    count = scores.shape[2]
    pairs = labels.astype(int) * count + predictions(scores[whole_seeds(scores)])
    counts = [np.bincount(of_seed, minlength=count**2) for of_seed in pairs]
    return np.array(counts, float).reshape(-1, count, count)


def last_counts(counts: pd.DataFrame, cell: str) -> pd.DataFrame:
    """The rows of a cell after the last of its rounds that is counted.

    Args:
        counts: as `count_confusions` or `count_matrices` returns them.
        cell: the cell.
    """
    of_cell = counts[counts["cell"] == cell]
    return of_cell[of_cell["round"] == of_cell["round"].max()]


def frequent_mistakes(rows: pd.DataFrame) -> pd.DataFrame:
    """The most frequent mistakes, at most PAIRS, of a cell's rows of matrices on one split."""
    wrong = rows[(rows["true"] != rows["predicted"]) & (rows["count"] > 0)]
    return wrong.sort_values("count", ascending=False, kind="stable").head(PAIRS)


def threshold_title(kind: str) -> str:
    """How a threshold is called: `threshold chosen on validation`."""
    return "threshold chosen on validation" if kind == CHOSEN else "threshold 0.5"
