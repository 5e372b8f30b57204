"""From the scores after a round's last epoch to the final metrics of each seed."""

import csv
import math
import zipfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from study.analysis.metrics import (
    CHOSEN,
    FINAL,
    SCORED,
    SCORED_SPLITS,
    THRESHOLDED,
    choose_threshold,
)
from study.errors import UserError
from study.files import check_digest
from study.records import read_record


def read_scores(path: Path | str, seeds: range, digest: str | None = None) -> dict[str, np.ndarray]:
    """A run's scores: `<split>_scores` (seeds, n) float32 and `<split>_labels` (n,) int8.

    Of more than two classes the scores are (seeds, n, classes).

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


def evaluate_runs(runs: list[dict], paths: list[str], records: list[str]) -> pd.DataFrame:
    """`cell`, `round`, `seed` and the final metrics, one row per cell, round and seed.

    Args:
        runs: the runs to read, as `study.cells.expand_runs` returns them.
        paths: the scores of each.
        records: the run.json of each.

    Raises:
        UserError: a file is damaged.
    """
    rows = []
    for run, path, record in zip(runs, paths, records, strict=True):
        seeds = range(run["first"], run["last"] + 1)
        arrays = read_scores(path, seeds, read_record(record)["files"]["scores.npz"])
        for position, seed in enumerate(seeds):
            row = {"cell": run["cell"], "round": run["round"], "seed": seed}
            for split in SCORED_SPLITS:
                if f"{split}_scores" in arrays:
                    scores, labels = arrays[f"{split}_scores"][position], arrays[f"{split}_labels"]
                    metrics = evaluate(scores, labels)
                    row |= {f"final_{split}_{name}": metrics[name] for name in SCORED}
            rows.append(row | _at_chosen_threshold(arrays, position))
    return pd.DataFrame(rows, columns=["cell", "round", "seed", *FINAL])


def result_digests(
    runs: list[dict], metrics: list[str], scores: list[str], records: list[str]
) -> pd.DataFrame:
    """`cell`, `round`, `seed` and a digest of all `results`: each epoch's metrics, and the scores.

    Two seeds have the same digest if they are the same in all of it. It is missing where a seed
    diverged.

    Args:
        runs, records: as for `evaluate_runs`.
        metrics: the metrics.csv of each.
        scores: the scores of each.

    Raises:
        UserError: a file is damaged.
    """
    rows = []
    for run, epochs, path, record in zip(runs, metrics, scores, records, strict=True):
        files, seeds = read_record(record)["files"], range(run["first"], run["last"] + 1)
        arrays = read_scores(path, seeds, files["scores.npz"])
        by_seed = _epochs_by_seed(epochs, files["metrics.csv"])
        for position, seed in enumerate(seeds):
            parts = [arrays[name][position] for name in sorted(arrays) if name.endswith("_scores")]
            whole = all(math.isfinite(float(text)) for row in by_seed[seed] for text in row)
            whole = whole and all(np.isfinite(part).all() for part in parts)
            digest = sha256(repr(by_seed[seed]).encode())
            for part in parts:
                digest.update(part.tobytes())
            row = {"cell": run["cell"], "round": run["round"], "seed": seed}
            rows.append(row | {"results": digest.hexdigest() if whole else None})
    return pd.DataFrame(rows, columns=["cell", "round", "seed", "results"])


def _epochs_by_seed(path: Path | str, digest: str) -> dict[int, list[list[str]]]:
    """Each seed's rows of a metrics.csv as they are written, without the seed."""
    check_digest(path, digest)
    found: dict[int, list[list[str]]] = {}
    with open(path, encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    for seed, *row in rows:
        found.setdefault(int(seed), []).append(row)
    return found


def _at_chosen_threshold(arrays: dict[str, np.ndarray], position: int) -> dict[str, float]:
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
    return {
        f"final_test_{name}_chosen": SCORED[name].function(labels, shifted) for name in THRESHOLDED
    }


def cell_scores(
    runs: list[dict], paths: list[str], records: list[str]
) -> dict[tuple, dict[str, np.ndarray]]:
    """(cell, round) -> what `read_scores` returns, over the seeds of all blocks.

    The arguments are those of `evaluate_runs`.
    """
    blocks = {}
    for run, path, record in zip(runs, paths, records, strict=True):
        seeds = range(run["first"], run["last"] + 1)
        arrays = read_scores(path, seeds, read_record(record)["files"]["scores.npz"])
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


def class_count(arrays: dict[str, np.ndarray]) -> int:
    """Of how many classes scores are, as `read_scores` returns them; 2 where there are none."""
    scores = arrays.get("val_scores")
    return 2 if scores is None or scores.ndim == 2 else scores.shape[2]


def class_names(scores: dict[tuple, dict[str, np.ndarray]]) -> list[str]:
    """What classes are called where their names are not known, of what `cell_scores` returns."""
    count = max(map(class_count, scores.values()), default=2)
    return ["negative", "positive"] if count == 2 else [str(label) for label in range(count)]


def split_sizes(scores: dict[tuple, dict[str, np.ndarray]]) -> dict[str, int]:
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


def correct_predictions(arrays: dict[str, np.ndarray], split: str) -> np.ndarray:
    """Which images each seed gets right: (seeds, n) float, NaN for a seed that diverged."""
    scores = arrays[f"{split}_scores"]
    correct = (predictions(scores) == arrays[f"{split}_labels"]).astype(float)
    correct[~whole_seeds(scores)] = np.nan
    return correct
