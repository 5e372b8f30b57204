"""What a program's scores are: log-odds or probabilities, and whether its own accuracy says so."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from study.store.errors import UserError

SUM = 1e-3  # by how much the probabilities of a sample may miss 1
FEW = 10  # samples, all of which a model may be sure of
DECLARE = "write `scores: probability` under program, or `scores: logit` if they are not"


def as_logits(probabilities: np.ndarray, where: str) -> np.ndarray:
    """The scores with these probabilities: log-odds (n,), or log p (n, classes) float64.

    As in scikit-learn's `log_loss`, 0 and 1 are clipped by the precision of their type.

    Args:
        probabilities: (n,) of the positive class, or (n, classes).
        where: the array, for messages.

    Raises:
        UserError: they are not probabilities.
    """
    outside = np.argwhere(~((probabilities >= 0) & (probabilities <= 1)))
    if len(outside):
        row, value = outside[0][0] + 1, probabilities[tuple(outside[0])]
        raise UserError(f"{where}: row {row} has {value:g}; probabilities are from 0 to 1")
    floating = probabilities.dtype if probabilities.dtype.kind == "f" else np.float64
    smallest = float(np.finfo(floating).eps)
    clipped = np.clip(probabilities.astype(np.float64), smallest, 1 - smallest)
    if probabilities.ndim == 1:
        return np.log(clipped) - np.log1p(-clipped)
    sums = probabilities.sum(axis=1, dtype=np.float64)
    wrong = np.flatnonzero(np.abs(sums - 1) > SUM)
    if len(wrong):
        raise UserError(
            f"{where}: row {wrong[0] + 1} sums to {sums[wrong[0]]:g}; the probabilities of a"
            " sample's classes sum to 1"
        )
    return np.log(clipped)


def look_like_probabilities(scores: np.ndarray) -> bool:
    """Whether all are from 0 to 1, and those of a sample's classes sum to 1."""
    inside = bool(((scores >= 0) & (scores <= 1)).all())
    return inside and (scores.ndim == 1 or bool((np.abs(scores.sum(axis=1) - 1) <= SUM).all()))


def refuse_labels(scores: np.ndarray, kind: str | None, where: str) -> None:
    """Stop where scores are labels, 0 and 1, which have neither a ROC curve nor a loss.

    Logits may all be 0, where all weights are.

    Args:
        scores: (n,) or (n, classes), as the program wrote them.
        kind: what the program declares them to be, `probability` or `logit`.
        where: the array, for messages.

    Raises:
        UserError: they are labels.
    """
    values = {*np.unique(scores).tolist()}
    if len(scores) <= FEW or not values <= {0, 1}:
        return
    if kind == "probability" or len(values) == 2:
        raise UserError(
            f"{where}: all values are 0 or 1: these are labels; write the values that decide them"
            " (in scikit-learn, predict_proba instead of predict), or leave scores.npz out"
        )


def refuse_unclear(
    scores: dict[str, np.ndarray], labels: np.ndarray, accuracies: Sequence[float], where: str
) -> None:
    """Stop where undeclared scores may be probabilities, which would be taken for logits.

    For two classes the program's own accuracy says which of the two they are, if it differs.

    Args:
        scores: split -> as the program wrote them.
        labels: (n,) of the validation split.
        accuracies: of its epochs on that.
        where: the file, for messages.

    Raises:
        UserError: they may be.
    """
    val = scores["val"]
    if look_like_probabilities(val):
        if val.ndim == 1 and not _fits(np.mean((val > 0.5) == labels), accuracies, len(val)):
            return
        raise UserError(f"{where}: val_scores look like probabilities; {DECLARE}")
    for split, array in scores.items():
        if look_like_probabilities(array):
            raise UserError(
                f"{where}: {split}_scores look like probabilities, but val_scores do not"
            )


def refuse_contradiction(
    logits: np.ndarray, labels: np.ndarray, accuracies: Sequence[float], where: str
) -> None:
    """Stop where the accuracy from the scores matches that of no epoch, within one sample.

    A program may score its best epoch in place of its last.

    Args:
        logits: of the validation split.
        labels: (n,) of that split.
        accuracies: of the program's epochs.
        where: the array, for messages.

    Raises:
        UserError: with both accuracies, and what may be wrong.
    """
    two = logits.ndim == 1
    by_scores = float(np.mean((logits > 0 if two else logits.argmax(axis=1)) == labels))
    if _fits(by_scores, accuracies, len(labels)):
        return
    if two and look_like_probabilities(logits):
        hint = "they look like probabilities: " + DECLARE.partition(",")[0]
    elif two and _fits(1 - by_scores, accuracies, len(labels)):
        hint = "they look like those of the negative class"
    else:
        hint = "scores must be in the samples' order, " + (
            "and above 0 where the positive class is predicted"
            if two
            else "and their columns in that of the classes"
        )
    least, most = min(accuracies), max(accuracies)
    said = f"{most:.4f}" if least == most else f"from {least:.4f} to {most:.4f}"
    raise UserError(
        f"{where}: the accuracy from these scores is {by_scores:.4f}, but val_accuracy in"
        f" metrics.csv is {said}; {hint}"
    )


def _fits(accuracy: float, accuracies: Sequence[float], samples: int) -> bool:
    """Whether an accuracy is that of an epoch: within one sample, and as far as it is rounded."""
    decimals = max(-int(Decimal(repr(float(each))).as_tuple().exponent) for each in accuracies)
    allowed = 1 / samples + 0.5 * 10.0**-decimals + 1e-9
    return any(abs(accuracy - each) <= allowed for each in accuracies)
