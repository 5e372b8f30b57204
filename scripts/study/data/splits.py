"""Splits of a data set: drawn class by class, and whole groups at a time."""

import math
from fractions import Fraction

import numpy as np

from study.store.errors import UserError


def complete_splits(
    where: str,
    labels: np.ndarray,
    classes: list[str],
    groups: np.ndarray | None,
    given: dict,
    entry: dict,
) -> dict[str, np.ndarray]:
    """The rows of every split: those given, and those still to be drawn from the training rows.

    Args:
        where: the data set, for messages.
        labels: (n,) int, from 0.
        classes: the name of each label.
        groups: (n,) group of each row, such as its patient; one group is never divided.
        given: split -> rows, at least `train`.
        entry: has `val_share`, `test_share` (shares of the rows to draw from) and `split_seed`.

    Raises:
        UserError: a class has too few rows, or groups, to be in every split.
    """
    splits = dict(given)
    shares = {name: entry.get(f"{name}_share", 0) for name in ("test", "val")}
    drawn = {name: share for name, share in shares.items() if name not in given and share}
    if "val" not in given and "val" not in drawn:
        raise UserError(f"{where}: has no validation split; set its val_share")
    if sum(drawn.values()) >= 1:
        raise UserError(f"{where}: val_share and test_share leave nothing to train on")
    total = len(given["train"])
    if drawn:
        _check_counts(where, labels[given["train"]], classes, len(drawn) + 1)
    for name, share in drawn.items():
        rows = splits["train"]
        count = math.ceil(share * total)
        members = None if groups is None else groups[rows]
        mask = _draw(where, labels[rows], members, count, entry["split_seed"])
        splits["train"], splits[name] = rows[~mask], rows[mask]
    return {name: np.sort(splits[name]) for name in ("train", "val", "test") if name in splits}


def _check_counts(where: str, labels: np.ndarray, classes: list[str], splits: int) -> None:
    counts = np.bincount(labels, minlength=len(classes))
    if counts.min() >= splits:
        return
    found = f"{counts[0]} negative and {counts[1]} positive samples"
    if len(classes) > 2:
        found = f"{counts.min()} samples of class {classes[counts.argmin()]}"
    raise UserError(
        f"{where}: {found} to draw {splits} splits from; each class needs at least one a split"
    )


def _draw(
    where: str, labels: np.ndarray, groups: np.ndarray | None, count: int, seed: int
) -> np.ndarray:
    """Which of some rows to draw: about `count`, in the classes' proportions, as a mask."""
    from sklearn.model_selection import StratifiedGroupKFold, train_test_split

    rows = np.arange(len(labels))
    # numbered as they first occur: the same split whichever class is the positive one
    _, first, labels = np.unique(labels, return_index=True, return_inverse=True)
    labels = first.argsort().argsort()[labels]
    try:
        if groups is None:
            drawn = train_test_split(rows, test_size=count, random_state=seed, stratify=labels)[1]
        else:
            # The share as p of q folds of whole groups, q at most 20.
            share = Fraction(count / len(labels)).limit_denominator(20)
            share = min(max(share, Fraction(1, 20)), Fraction(19, 20))
            folds = StratifiedGroupKFold(share.denominator, shuffle=True, random_state=seed)
            parts = [part for _, part in folds.split(rows, labels, groups)]
            drawn = np.concatenate(parts[: share.numerator])
    except ValueError as error:
        raise UserError(f"{where}: the split cannot be drawn: {error}") from error
    mask = np.zeros(len(labels), dtype=bool)
    mask[drawn] = True
    return mask
