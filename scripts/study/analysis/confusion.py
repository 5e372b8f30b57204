"""Confusion matrices over seeds, at a probability of 0.5 or a threshold chosen on validation."""

import numpy as np
import pandas as pd

from study.analysis.metrics import choose_threshold

COUNTS = ("true_negative", "false_positive", "false_negative", "true_positive")
CONFUSION_COLUMNS = dict.fromkeys(["cell", "split", "threshold"], str)
AT_HALF, CHOSEN = "0.5", "chosen"


def confusion_counts(labels: np.ndarray, scores: np.ndarray, threshold: float) -> np.ndarray:
    """`COUNTS` of one seed, positive being predicted above the threshold, a logit."""
    predicted = scores.astype(float) > threshold
    return np.array([((labels == a) & (predicted == b)).sum() for a in (0, 1) for b in (0, 1)])


def count_confusions(cells: list[tuple[str, int]], scores: dict) -> pd.DataFrame:
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
                row = {"cell": cell, "round": number, "split": split, "threshold": kind}
                row["n"] = len(counts)
                for name, column in zip(COUNTS, counts.T):
                    row[name] = column.mean() if len(column) else np.nan
                    row[f"{name}_sd"] = column.std(ddof=1) if len(column) > 1 else np.nan
                rows.append(row)
    header = [*CONFUSION_COLUMNS, *(name + end for name in COUNTS for end in ("", "_sd"))]
    header[1:1], header[4:4] = ["round"], ["n"]
    return pd.DataFrame(rows, columns=header)


def _each_seed(arrays: dict, split: str, kind: str) -> np.ndarray:
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


def threshold_title(kind: str) -> str:
    """How a threshold is called: `threshold chosen on validation`."""
    return "threshold chosen on validation" if kind == CHOSEN else "threshold 0.5"
