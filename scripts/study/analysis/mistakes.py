"""Which images most runs get wrong, from the scores after each cell's last round."""

from collections import Counter

import numpy as np
import pandas as pd

from study.analysis.evaluation import class_count, predictions, read_scores, whole_seeds
from study.analysis.metrics import SCORED_SPLITS
from study.records import read_record

MISTAKE_COLUMNS = {"split": str, "row": int, "label": int, "wrong": int, "runs": int}
# What pictures/mistaken.csv has: the first of them by name.
MISTAKEN_COLUMNS = dict.fromkeys(["split", "name", "label"], str)
LISTED = 100  # of each split


def count_mistakes(runs: list[dict], paths: list[str], records: list[str]) -> pd.DataFrame:
    """How often each image is taken for another class than its own.

    Runs on other data than most are left out, and so are seeds that diverged.

    Args:
        runs: the runs to read, one round of each cell, as `study.cells.expand_runs` returns them.
        paths: the scores of each.
        records: the run.json of each.

    Returns:
        `split`, `row` (from 0 in its split), `label`, `wrong` and `runs`, how many seeds of cells
        get it wrong and how many there are; the images that are ever wrong, most often first, at
        most `LISTED` a split. Of more than two classes also `taken_for`, the label that it is most
        often mistaken for.

    Raises:
        UserError: a file is damaged.
    """
    found = [read_record(path) for path in records]
    counts = Counter(record["data"] for record in found)
    data = next((digest for digest, _ in counts.most_common(1)), None)
    predicted, labels = {}, {}
    for run, path, record in zip(runs, paths, found, strict=True):
        if record["data"] != data:
            continue
        block = range(run["first"], run["last"] + 1)
        arrays = read_scores(path, block, record["files"]["scores.npz"])
        for split in SCORED_SPLITS:
            if f"{split}_scores" not in arrays:
                continue
            scores, count = arrays[f"{split}_scores"], class_count(arrays)
            found = predictions(scores[whole_seeds(scores)])
            times = np.stack([(found == label).sum(axis=0) for label in range(count)])
            predicted[split] = predicted.get(split, 0) + times
            labels[split] = arrays[f"{split}_labels"]
    parts = [pd.DataFrame(columns=[*MISTAKE_COLUMNS])]
    parts += [rank_mistakes(split, times, labels[split]) for split, times in predicted.items()]
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)


def rank_mistakes(split: str, predicted: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """The images of one split that are ever wrong, most often first, as `count_mistakes` has them.

    Args:
        split: its name.
        predicted: (classes, n) how many seeds predict each label for each image.
        labels: (n,) the right ones.
    """
    seeds = predicted.sum(axis=0)
    predicted = predicted.copy()
    predicted[labels, np.arange(len(labels))] = 0  # what is left is wrong
    wrong = predicted.sum(axis=0)
    order = np.argsort(-wrong, kind="stable")[:LISTED]
    order = order[wrong[order] > 0]
    part = {"split": split, "row": order, "label": labels[order]}
    part |= {"wrong": wrong[order], "runs": seeds[order]}
    if len(predicted) > 2:
        part["taken_for"] = predicted.argmax(axis=0)[order]
    return pd.DataFrame(part)
