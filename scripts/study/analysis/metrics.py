"""Every metric by name, with how people read it and how it is worked out.

Four kinds. The metrics of an epoch (`study.training.EPOCH_METRICS`) are averaged over the epochs
after the warm-up. The gaps are differences of those averages: how much better a network does on
what it is trained on. Where an epoch of each round is chosen, the counts say which, and out of how
many. The final metrics are worked out from the scores after a round's last epoch, or the chosen
one, on every split that is not trained on: `final_val_accuracy`. They predict the positive class
from a probability of 0.5 on; those of the test split whose names end in `_chosen` predict it from
the threshold that the same run's validation split chose. With more than two classes, the one with
the largest probability is predicted; metrics that have no `multiclass` are for two classes alone.

A new final metric is one entry in `SCORED`. Which value is the better one, what depends on the
threshold and what tables show by default stand there too, and nowhere else.
"""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from study.analysis import multiclass
from study.training import EPOCH_METRICS

CALIBRATION_BINS = 10


@dataclass(frozen=True)
class Metric:
    """How a metric is read, which of its values is the better one, and how it is worked out."""

    title: str
    unit: str  # "%": a fraction in files, per cent where people read; or none
    digits: int  # decimals that people read
    better: Literal["higher", "lower"] | None  # None: neither is better than the other
    short: str = ""  # a heading where many metrics stand beside each other
    shown: bool = False  # by tables that list no metrics; of a final one beside a test split
    split: str = ""  # train, val or test; nothing for what is of none, or of two
    # of a final metric: labels (n,) of 0 and 1, scores (n,) the logits of the positive class ->
    # its value; NaN where the labels do not have what it takes
    function: Callable[[np.ndarray, np.ndarray], float] | None = None
    # the same of more than two classes: labels (n,) from 0, scores (n, classes) whose softmax are
    # the classes' probabilities; None if it is for two classes alone
    multiclass: Callable[[np.ndarray, np.ndarray], float] | None = None
    # whether it depends on the threshold from which on the positive class is predicted
    thresholded: bool = False
    # of a gap: the two averages that it is the difference of
    larger: str = ""
    smaller: str = ""


def sklearn_metric(name: str, labels: np.ndarray, predicted: np.ndarray, **options: Any) -> float:
    """A function of sklearn.metrics, which takes a second to import."""
    import sklearn.metrics

    return getattr(sklearn.metrics, name)(labels, predicted, **options)


def both_classes(labels: np.ndarray) -> bool:
    """Whether there are samples of both classes."""
    return len(np.unique(labels)) == 2


def probability(scores: np.ndarray) -> np.ndarray:
    """The probability of the positive class, from its logit."""
    from scipy.special import expit

    return expit(scores.astype(float))


def calibration_error(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """The expected calibration error of the positive class's probability, (n,) in [0, 1].

    Over 10 bins of equal width, closed on the left: the mean of |share of positives - mean
    probability|, weighted by the bins' shares of the images (Naeini, Cooper and Hauskrecht 2015,
    with the probability of the positive class in place of the larger one).
    """
    bins = np.minimum((probabilities * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    excess = np.bincount(bins, weights=probabilities - labels, minlength=CALIBRATION_BINS)
    return float(np.abs(excess).sum() / len(labels))


# What is worked out from scores. Positive is predicted above a logit of 0.
SCORED = {
    "accuracy": Metric(
        title="accuracy",
        unit="%",
        digits=2,
        better="higher",
        short="Accuracy",
        shown=True,
        function=lambda labels, scores: sklearn_metric("accuracy_score", labels, scores > 0),
        multiclass=multiclass.accuracy,
        thresholded=True,
    ),
    "balanced_accuracy": Metric(
        title="balanced accuracy",
        unit="%",
        digits=2,
        better="higher",
        short="Balanced",
        function=lambda labels, scores: (
            sklearn_metric("balanced_accuracy_score", labels, scores > 0)
            if both_classes(labels)
            else np.nan
        ),
        multiclass=multiclass.balanced_accuracy,
        thresholded=True,
    ),
    "sensitivity": Metric(
        title="sensitivity",
        unit="%",
        digits=2,
        better="higher",
        short="Sensitivity",
        function=lambda labels, scores: sklearn_metric(
            "recall_score", labels, scores > 0, zero_division=np.nan
        ),
        thresholded=True,
    ),
    "specificity": Metric(
        title="specificity",
        unit="%",
        digits=2,
        better="higher",
        short="Specificity",
        function=lambda labels, scores: sklearn_metric(
            "recall_score", labels, scores > 0, pos_label=0, zero_division=np.nan
        ),
        thresholded=True,
    ),
    "roc_auc": Metric(
        title="AUC",
        unit="",
        digits=4,
        better="higher",
        short="AUC",
        shown=True,
        function=lambda labels, scores: (
            sklearn_metric("roc_auc_score", labels, scores) if both_classes(labels) else np.nan
        ),
        multiclass=multiclass.roc_auc,
    ),
    "brier_score": Metric(
        title="Brier score",
        unit="",
        digits=4,
        better="lower",
        short="Brier",
        function=lambda labels, scores: sklearn_metric(
            "brier_score_loss", labels, probability(scores), pos_label=1
        ),
        multiclass=multiclass.brier_score,
    ),
    "calibration_error": Metric(
        title="expected calibration error",
        unit="",
        digits=4,
        better="lower",
        short="ECE",
        function=lambda labels, scores: calibration_error(labels, probability(scores)),
    ),
}
SCORED_SPLITS = ("val", "test")


def choose_threshold(labels: np.ndarray, scores: np.ndarray) -> float:
    """The logit from which on to predict the positive class, by the highest balanced accuracy.

    That is the largest Youden index (Youden 1950). Of equally good thresholds, the one nearest
    to 0, a probability of 0.5, is taken; NaN where there is only one class.

    Args:
        labels: (n,) 0 or 1.
        scores: (n,) logits of the positive class.
    """
    if not both_classes(labels):
        return np.nan
    order = np.argsort(scores, kind="stable")
    ordered, positive = scores[order].astype(float), labels[order] == 1
    # cut k predicts the k lowest scores negative
    missed = np.concatenate([[0], np.cumsum(positive)]) / positive.sum()
    kept = np.concatenate([[0], np.cumsum(~positive)]) / (~positive).sum()
    middles = (ordered[1:] + ordered[:-1]) / 2
    cuts = np.concatenate([[min(ordered[0] - 1, 0)], middles, [max(ordered[-1] + 1, 0)]])
    possible = np.concatenate([[True], ordered[1:] > ordered[:-1], [True]])
    index = np.where(possible, np.round(kept - missed, 12), -np.inf)
    best = cuts[index == index.max()]
    return float(best[np.argmin(np.abs(best))])


GAPS = {
    "loss_gap": Metric(
        "Loss gap", unit="", digits=4, better=None, larger="val_loss", smaller="train_loss"
    ),
    "accuracy_gap": Metric(
        "Accuracy gap",
        unit="%",
        digits=2,
        better=None,
        larger="train_accuracy",
        smaller="val_accuracy",
    ),
}

# What a training job measures of a split in every epoch.
MEASURED = {
    "loss": Metric("loss", "", 4, better="lower", shown=True),
    "accuracy": Metric("accuracy", "%", 2, better="higher", shown=True),
}
SPLIT_TITLES = {"train": "training", "val": "validation", "test": "test"}


def _of_epoch(name: str) -> Metric:
    split, _, quantity = name.partition("_")
    metric = MEASURED[quantity]
    title = f"{SPLIT_TITLES[split].capitalize()} {metric.title}"
    return replace(metric, title=title, split=split)


FINAL = {
    f"final_{split}_{name}": replace(
        metric, title=f"Final {SPLIT_TITLES[split]} {metric.title}", split=split
    )
    for split in SCORED_SPLITS
    for name, metric in SCORED.items()
}
# What the test split has at the threshold that validation chose: the metric's name there -> here.
CHOSEN = {
    f"final_test_{name}_chosen": name for name, metric in SCORED.items() if metric.thresholded
}
FINAL |= {
    chosen: replace(
        SCORED[name],
        multiclass=None,
        title=f"Final test {SCORED[name].title}, threshold chosen on validation",
        short=f"{SCORED[name].short}, chosen",
        shown=False,
        split="test",
    )
    for chosen, name in CHOSEN.items()
}
# Where an epoch of each round is chosen: see study.analysis.epochs.
COUNTED = {
    "chosen_epoch": Metric("Chosen epoch", "", 1, better=None, shown=True),
    "epochs_trained": Metric("Epochs trained", "", 1, better=None, shown=True),
}
METRICS = {name: _of_epoch(name) for name in EPOCH_METRICS} | GAPS | COUNTED | FINAL
BINARY = [name for name, metric in FINAL.items() if metric.multiclass is None]


def shown_by_default(there: Container[str]) -> list[str]:
    """The metrics shown by a table that lists none, of those that are there.

    Those of an epoch first; final ones where both splits have them, side by side.
    """
    shown = [name for name, metric in METRICS.items() if metric.shown and name not in FINAL]
    beside = [
        [f"final_{split}_{name}" for split in SCORED_SPLITS]
        for name, metric in SCORED.items()
        if metric.shown
    ]
    found = [name for name in shown if name in there]
    return found + [name for pair in beside if all(each in there for each in pair) for name in pair]


def best_place(metric: str, values: Sequence[float] | np.ndarray) -> int | None:
    """The place of the best of some values of a metric, the first if tied; NaN is passed over.

    Returns:
        None where neither of two values is better, or there is none.
    """
    numbers = np.asarray(values, float)
    better = METRICS[metric].better
    if better is None or np.isnan(numbers).all():
        return None
    return int(np.nanargmin(numbers) if better == "lower" else np.nanargmax(numbers))


def metric_title(metric: str) -> str:
    """How a metric is printed: `val_accuracy` -> `Validation accuracy (%)`."""
    return METRICS[metric].title + (" (%)" if is_percentage(metric) else "")


def is_percentage(metric: str) -> bool:
    """Whether people read it in per cent; files have fractions."""
    return METRICS[metric].unit == "%"


def is_of_test(metric: str) -> bool:
    """Whether a metric is of the test split."""
    return METRICS[metric].split == "test"


def format_value(metric: str, value: float, sign: bool = False, less: int = 0) -> str:
    """A value of a metric as people read it: 94.87 (per cent) or 0.1845; – for nothing.

    Args:
        sign: whether a plus is shown.
        less: how many decimals to leave out.
    """
    if value != value:  # NaN
        return "–"
    scale = 100 if is_percentage(metric) else 1
    text = f"{scale * value:{'+' if sign else ''}.{METRICS[metric].digits - less}f}"
    return text.replace("-", "−")
