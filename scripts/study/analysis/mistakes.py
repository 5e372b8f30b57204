"""Which images most runs get wrong, from the scores after each cell's last round."""

from collections import Counter

import numpy as np
import pandas as pd

from study.analysis.evaluation import correct_predictions, read_scores
from study.analysis.metrics import SCORED_SPLITS
from study.records import read_record

MISTAKE_COLUMNS = {"split": str, "row": int, "label": int, "wrong": int, "runs": int}
# What pictures/mistaken.csv has: the first of them by name.
MISTAKEN_COLUMNS = dict.fromkeys(["split", "name", "label"], str)
LISTED = 100  # of each split


def count_mistakes(runs: list[dict], paths: list[str], records: list[str]) -> pd.DataFrame:
    """How often each image is on the wrong side of a probability of 0.5.

    Runs on other data than most are left out, and so are seeds that diverged.

    Args:
        runs: the runs to read, one round of each cell, as `study.cells.expand_runs` returns them.
        paths: the scores of each.
        records: the run.json of each.

    Returns:
        `split`, `row` (from 0 in its split), `label`, `wrong` and `runs`, how many seeds of cells
        get it wrong and how many there are; the images that are ever wrong, most often first, at
        most `LISTED` a split.

    Raises:
        UserError: a file is damaged.
    """
    found = [read_record(path) for path in records]
    counts = Counter(record["data"] for record in found)
    data = next((digest for digest, _ in counts.most_common(1)), None)
    wrong, seeds, labels = {}, Counter(), {}
    for run, path, record in zip(runs, paths, found, strict=True):
        if record["data"] != data:
            continue
        block = range(run["first"], run["last"] + 1)
        arrays = read_scores(path, block, record["files"]["scores.npz"])
        for split in SCORED_SPLITS:
            if f"{split}_scores" not in arrays:
                continue
            correct = correct_predictions(arrays, split)
            correct = correct[~np.isnan(correct).any(axis=1)]
            wrong[split] = wrong.get(split, 0) + (correct == 0).sum(axis=0)
            seeds[split] += len(correct)
            labels[split] = arrays[f"{split}_labels"]
    parts = [pd.DataFrame(columns=[*MISTAKE_COLUMNS])]
    for split, times in wrong.items():
        order = np.argsort(-times, kind="stable")[:LISTED]
        order = order[times[order] > 0]
        part = {"split": split, "row": order, "label": labels[split][order]}
        parts.append(pd.DataFrame(part | {"wrong": times[order], "runs": seeds[split]}))
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
