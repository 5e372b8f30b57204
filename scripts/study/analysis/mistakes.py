"""Which images most runs get wrong, from the scores after each cell's last round."""

from collections import Counter

import numpy as np
import pandas as pd

from study.analysis.evaluation import class_count, predictions, whole_seeds
from study.analysis.metrics import SCORED_SPLITS
from study.analysis.results import Result

MISTAKE_COLUMNS = {"split": str, "row": int, "label": int, "wrong": int, "runs": int, "tied": int}
# What pictures/mistaken.csv has: the first of them by name.
MISTAKEN_COLUMNS = dict.fromkeys(["split", "name", "label", "taken_for"], str)
LISTED = 100  # of each split and outcome


class Mistakes:
    """Counts, run by run, how often each image is taken for another class than its own.

    Of images of the study's own split, after each cell's last round. Runs on other data than most
    are left out, and so are seeds that diverged.
    """

    def __init__(self) -> None:
        self.runs: Counter[str] = Counter()  # digest of data -> runs
        # digest of data -> split -> (classes, n): how many seeds predict each label for each image
        self.predicted: dict[str, dict[str, np.ndarray]] = {}
        self.labels: dict[str, dict[str, np.ndarray]] = {}  # of each split, (n,) the right ones

    def add(self, result: Result) -> None:
        """Take the scores of a run."""
        if result.run.split or result.run.round != result.cell.rounds:
            return
        data, arrays = result.record["data"], result.scores
        self.runs[data] += 1
        predicted = self.predicted.setdefault(data, {})
        for split in SCORED_SPLITS:
            if f"{split}_scores" not in arrays:
                continue
            scores, classes = arrays[f"{split}_scores"], range(class_count(arrays))
            labels = predictions(scores[whole_seeds(scores)])
            times = np.stack([np.sum(labels == label, axis=0) for label in classes])
            predicted[split] = predicted.get(split, 0) + times
            self.labels.setdefault(data, {})[split] = arrays[f"{split}_labels"]

    def ranked(self) -> pd.DataFrame:
        """What mistakes.csv has.

        Returns:
            `split`, `row` (from 0 in its split), `label`, `wrong` and `runs`, how many seeds of
            cells get it wrong and how many there are, and `tied`, how many images of the same
            outcome are wrong as often; the images that are ever wrong, most often first, at most
            `LISTED` of an outcome: of a split, a class, and the class that it is taken for. Of
            more than two classes also `taken_for`, the label that it is most often mistaken for.
        """
        data = next((digest for digest, _ in self.runs.most_common(1)), "")
        parts = [pd.DataFrame(columns=[*MISTAKE_COLUMNS])]
        for split, times in self.predicted.get(data, {}).items():
            parts.append(rank_mistakes(split, times, self.labels[data][split]))
        return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)


def rank_mistakes(split: str, predicted: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """The images of one split that are ever wrong, most often first, as `Mistakes` has them.

    Args:
        split: its name.
        predicted: (classes, n) how many seeds predict each label for each image.
        labels: (n,) the right ones.
    """
    seeds = predicted.sum(axis=0)
    predicted = predicted.copy()
    predicted[labels, np.arange(len(labels))] = 0  # what is left is wrong
    wrong = predicted.sum(axis=0)
    taken_for = predicted.argmax(axis=0)
    order = np.argsort(-wrong, kind="stable")
    order = order[wrong[order] > 0]
    part = pd.DataFrame(
        {"split": split, "row": order, "label": labels[order]}
        | {"wrong": wrong[order], "runs": seeds[order], "taken_for": taken_for[order]}
    )
    outcome = part.groupby(["label", "taken_for"], sort=False)
    part["tied"] = part.groupby(["label", "taken_for", "wrong"])["row"].transform("size")
    kept = [most_often(of_outcome, LISTED) for _, of_outcome in outcome]
    part = pd.concat(kept).sort_index() if kept else part
    names = [*MISTAKE_COLUMNS, *["taken_for"] * (len(predicted) > 2)]
    return part[names].reset_index(drop=True)


def most_often(ranked: pd.DataFrame, count: int) -> pd.DataFrame:
    """The first `count` of a ranking; of those that tie for the last places some, evenly spread.

    Args:
        ranked: samples of one split and outcome, those that are most often `wrong` first.
        count: how many.
    """
    if len(ranked) <= count:
        return ranked
    last = ranked["wrong"].iloc[count - 1]
    before, tie = ranked[ranked["wrong"] > last], ranked[ranked["wrong"] == last]
    places = np.linspace(0, len(tie) - 1, count - len(before)).round().astype(int)
    return pd.concat([before, tie.iloc[places]])
