"""From the scores after a round's last epoch to the final metrics of each seed."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from study.analysis.metrics import CHOSEN, FINAL, SCORED, SCORED_SPLITS, choose_threshold
from study.design.runs import Run
from study.store.errors import UserError
from study.store.files import check_digest
from study.store.records import read_record

# `seeds` (k,), and of each split that is scored `<split>_scores` (k, n) float32, of more than two
# classes (k, n, classes), and `<split>_labels` (n,) int8.
Scores = dict[str, np.ndarray]


def read_scores(path: Path | str, seeds: range, digest: str | None = None) -> Scores:
    """A run's scores.

    Args:
        path: scores.npz of a run.
        seeds: those of its block.
        digest: its SHA-256, as the run recorded it; not checked if it is None.

    Raises:
        UserError: the file is damaged or not of these seeds, or not as the run wrote it.
    """
    if digest is not None:
        check_digest(path, digest)
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
        scores: (n,) logits of the positive class; positive is predicted above 0. Of more than two
            classes (n, classes).
        labels: (n,) from 0.

    Returns:
        A value for each of `study.analysis.metrics.SCORED`; all NaN where a score is not finite,
        and NaN for those that need every class where one is missing, or that are for two classes
        where there are more.
    """
    values = dict.fromkeys(SCORED, np.nan)
    if not np.isfinite(scores).all():
        return values
    for name, metric in SCORED.items():
        function = metric.function if scores.ndim == 1 else metric.multiclass
        if function:
            values[name] = function(labels, scores)
    return values


def final_metrics(arrays: Scores) -> pd.DataFrame:
    """`seed` and `study.analysis.metrics.FINAL`, one row per seed; NaN for what is missing.

    Args:
        arrays: as `read_scores` returns them.
    """
    rows = []
    for position, seed in enumerate(arrays["seeds"].tolist()):
        row = {"seed": seed}
        for split in SCORED_SPLITS:
            if f"{split}_scores" in arrays:
                scores, labels = arrays[f"{split}_scores"][position], arrays[f"{split}_labels"]
                values = evaluate(scores, labels)
                row |= {f"final_{split}_{name}": value for name, value in values.items()}
        rows.append(row | _at_chosen_threshold(arrays, position))
    return pd.DataFrame(rows, columns=["seed", *FINAL])


def _at_chosen_threshold(arrays: Scores, position: int) -> dict[str, float]:
    """The test metrics of a seed at the threshold that its validation split chose."""
    if "test_scores" not in arrays or class_count(arrays) > 2:
        return {}
    scores = {split: arrays[f"{split}_scores"][position] for split in SCORED_SPLITS}
    if not all(np.isfinite(of_split).all() for of_split in scores.values()):
        return dict.fromkeys(CHOSEN, np.nan)
    threshold = choose_threshold(arrays["val_labels"], scores["val"])
    if np.isnan(threshold):
        return dict.fromkeys(CHOSEN, np.nan)
    shifted, labels = scores["test"].astype(float) - threshold, arrays["test_labels"]
    functions = {chosen: SCORED[name].function for chosen, name in CHOSEN.items()}
    return {name: function(labels, shifted) for name, function in functions.items() if function}


def cell_scores(
    runs: Sequence[Run], paths: Sequence[str], records: Sequence[str]
) -> dict[tuple[str, int], Scores]:
    """(cell, round) -> its scores over the seeds of all blocks.

    Args:
        runs: those to read.
        paths: the scores.npz of each.
        records: the run.json of each.

    Raises:
        UserError: a file is damaged.
    """
    blocks: dict[tuple[str, int], list[Scores]] = {}
    for run, path, record in zip(runs, paths, records, strict=True):
        digest = read_record(Path(record))["files"]["scores.npz"]
        blocks.setdefault((run.cell, run.round), []).append(read_scores(path, run.seeds, digest))
    return {
        key: {
            name: first
            if name.endswith("_labels")
            else np.concatenate([block[name] for block in found])
            for name, first in found[0].items()
        }
        for key, found in blocks.items()
    }


def class_count(arrays: Scores) -> int:
    """How many classes scores are for, as `read_scores` returns them; 2 where there are none."""
    scores = arrays.get("val_scores")
    return 2 if scores is None or scores.ndim == 2 else scores.shape[2]


def class_names(scores: Mapping[tuple[str, int], Scores]) -> list[str]:
    """What to call the classes of what `cell_scores` returns, where their names are not known."""
    count = max(map(class_count, scores.values()), default=2)
    return ["negative", "positive"] if count == 2 else [str(label) for label in range(count)]


def split_sizes(scores: Mapping[tuple[str, int], Scores]) -> dict[str, int]:
    """How many images each split has that is scored, from what `cell_scores` returns."""
    return {
        split: len(arrays[f"{split}_labels"])
        for arrays in scores.values()
        for split in SCORED_SPLITS
        if f"{split}_labels" in arrays
    }


def whole_seeds(scores: np.ndarray) -> np.ndarray:
    """Which seeds, (seeds,), did not diverge: those whose scores are all finite."""
    return np.isfinite(scores).reshape(len(scores), -1).all(axis=1)


def predictions(scores: np.ndarray) -> np.ndarray:
    """The labels that seeds predict, (seeds, n), from scores (seeds, n) or (seeds, n, classes)."""
    return (scores > 0).astype(int) if scores.ndim == 2 else scores.argmax(axis=2)


def correct_predictions(arrays: Scores, split: str) -> np.ndarray:
    """Which images each seed gets right: (seeds, n) float, NaN for a seed that diverged."""
    scores = arrays[f"{split}_scores"]
    correct = (predictions(scores) == arrays[f"{split}_labels"]).astype(float)
    correct[~whole_seeds(scores)] = np.nan
    return correct
