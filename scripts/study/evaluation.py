"""From the scores after a round's last epoch to the final metrics of each seed."""

import zipfile

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    brier_score_loss,
    recall_score,
    roc_auc_score,
)

from study.errors import UserError
from study.metrics import EVALUATED, FINAL_METRICS, SCORED_SPLITS

CALIBRATION_BINS = 10


def read_scores(path, seeds: range) -> dict[str, np.ndarray]:
    """A run's scores: `<split>_scores` (seeds, n) float32 and `<split>_labels` (n,) int8.

    Raises:
        UserError: the file is damaged or not of these seeds.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        found = arrays["seeds"].tolist()
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise UserError(f"{path}: damaged ({error}); delete it and run again") from error
    if found != list(seeds):
        raise UserError(f"{path}: seeds {found}, {list(seeds)} expected; delete it and run again")
    return arrays


def evaluate(scores: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """The metrics of one seed on one split.

    Args:
        scores: (n,) logits of the positive class; positive is predicted above 0.
        labels: (n,) 0 or 1.

    Returns:
        A fraction for each of `study.metrics.EVALUATED`; all NaN where a score is not finite, and
        NaN for those that need both classes where there is one.
    """
    if not np.isfinite(scores).all():
        return dict.fromkeys(EVALUATED, np.nan)
    predicted, probability = scores > 0, expit(scores.astype(float))
    both = len(np.unique(labels)) == 2
    return {
        "accuracy": accuracy_score(labels, predicted),
        "balanced_accuracy": balanced_accuracy_score(labels, predicted) if both else np.nan,
        "sensitivity": recall_score(labels, predicted, zero_division=np.nan),
        "specificity": recall_score(labels, predicted, pos_label=0, zero_division=np.nan),
        "roc_auc": roc_auc_score(labels, scores) if both else np.nan,
        "brier_score": brier_score_loss(labels, probability, pos_label=1),
        "calibration_error": calibration_error(probability, labels),
    }


def calibration_error(probability: np.ndarray, labels: np.ndarray) -> float:
    """The expected calibration error of the positive class's probability, (n,) in [0, 1].

    Over 10 bins of equal width, closed on the left: the mean of |share of positives - mean
    probability|, weighted by the bins' shares of the images (Naeini, Cooper and Hauskrecht 2015,
    with the probability of the positive class in place of the larger one).
    """
    bins = np.minimum((probability * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    excess = np.bincount(bins, weights=probability - labels, minlength=CALIBRATION_BINS)
    return float(np.abs(excess).sum() / len(labels))


def evaluate_runs(runs: list[dict], paths: list[str]) -> pd.DataFrame:
    """`cell`, `round`, `seed` and the final metrics, a row a cell, round and seed."""
    rows = []
    for run, path in zip(runs, paths, strict=True):
        seeds = range(run["first"], run["last"] + 1)
        arrays = read_scores(path, seeds)
        for position, seed in enumerate(seeds):
            row = {"cell": run["cell"], "round": run["round"], "seed": seed}
            for split in SCORED_SPLITS:
                if f"{split}_scores" in arrays:
                    scores, labels = arrays[f"{split}_scores"][position], arrays[f"{split}_labels"]
                    metrics = evaluate(scores, labels)
                    row |= {f"final_{split}_{name}": metrics[name] for name in EVALUATED}
            rows.append(row)
    return pd.DataFrame(rows, columns=["cell", "round", "seed", *FINAL_METRICS])


def cell_scores(runs: list[dict], paths: list[str]) -> dict[tuple, dict[str, np.ndarray]]:
    """(cell, round) -> what `read_scores` returns, over the seeds of all blocks."""
    blocks = {}
    for run, path in zip(runs, paths, strict=True):
        arrays = read_scores(path, range(run["first"], run["last"] + 1))
        blocks.setdefault((run["cell"], run["round"]), []).append(arrays)
    return {
        key: {
            name: first
            if name.endswith("_labels")
            else np.concatenate([block[name] for block in found])
            for name, first in found[0].items()
        }
        for key, found in blocks.items()
    }


def correct_predictions(arrays: dict[str, np.ndarray], split: str) -> np.ndarray:
    """Which images each seed gets right: (seeds, n) float, NaN for a seed that diverged."""
    scores = arrays[f"{split}_scores"]
    correct = ((scores > 0) == arrays[f"{split}_labels"]).astype(float)
    correct[~np.isfinite(scores).all(axis=1)] = np.nan
    return correct
