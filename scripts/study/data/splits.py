"""Splits of a data set: drawn class by class, and whole groups at a time."""

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from study.data.nearest_split import nearest_split
from study.store.errors import UserError

Splits = dict[str, np.ndarray]  # split -> its rows


def complete_splits(
    where: str,
    labels: np.ndarray,
    classes: list[str],
    groups: np.ndarray | None,
    given: Splits,
    entry: Mapping[str, Any],
    nearest: bool = True,
) -> Splits:
    """The rows of every split: those given, and those still to be drawn from the training rows.

    Where scikit-learn finds no split, one without a class or one far from its share, whole groups
    are dealt to the splits so that each has every class and about its share: see
    `study.data.nearest_split`.

    Args:
        where: the data set, for messages.
        labels: (n,) int, from 0.
        classes: the name of each label.
        groups: (n,) group of each row, such as its patient; one group is never divided.
        given: split -> rows, at least `train`.
        entry: has `val_share`, `test_share` (shares of the rows to draw from) and `split_seed`.
        nearest: whether groups are dealt as near to the shares as can be found. Otherwise they are
            about as near, but more at random, so that other seeds give other splits.

    Raises:
        UserError: there is no split of whole groups that has every class in each part.
    """
    drawn = _drawn(given, entry)
    if "val" not in given and "val" not in drawn:
        raise UserError(f"{where}: has no validation split; set its val_share")
    if sum(drawn.values()) >= 1:
        raise UserError(f"{where}: val_share and test_share leave nothing to train on")
    splits, rows = dict(given), given["train"]
    if drawn:
        _check_counts(where, labels[rows], classes, len(drawn) + 1)
        members = None if groups is None else groups[rows]
        seed = entry["split_seed"]
        counts = {name: math.ceil(share * len(rows)) for name, share in drawn.items()}
        parts = _draw_in_turn(labels[rows], members, counts, seed)
        if parts is None or not _have_all(parts, labels[rows]) or _are_far(parts, counts):
            parts = nearest_split(labels[rows], members, counts, seed, nearest)
        if parts is None:
            raise UserError(_no_split(where, labels[rows], classes, members, ["train", *counts]))
        splits |= {name: rows[part] for name, part in parts.items()}
    return {name: np.sort(splits[name]) for name in ("train", "val", "test") if name in splits}


def describe_shares(
    given: Splits, splits: Splits, groups: np.ndarray | None, entry: Mapping[str, Any]
) -> Iterator[str]:
    """The sizes of drawn splits, a sentence for each that is not as large as was asked."""
    total = len(given["train"])
    for name, share in _drawn(given, entry).items():
        asked, rows = math.ceil(share * total), splits[name]
        if len(rows) == asked:
            continue
        why = "so that every split has every class"
        if groups is not None:
            count = len(np.unique(groups[rows]))
            why = f"in {count} whole group{'s' * (count > 1)}"
        yield (
            f"{name}_share {share:g} of {total} samples is {asked}; {len(rows)} were drawn"
            f" ({len(rows) / total:.1%}), {why}."
        )


def _drawn(given: Splits, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The splits that are to be drawn, each with its share, in their order."""
    shares = {name: entry.get(f"{name}_share", 0) for name in ("test", "val")}
    return {name: share for name, share in shares.items() if name not in given and share}


def _check_counts(where: str, labels: np.ndarray, classes: list[str], splits: int) -> None:
    counts = np.bincount(labels, minlength=len(classes))
    if counts.min() >= splits:
        return
    found = f"{counts[0]} negative and {counts[1]} positive samples"
    if len(classes) > 2:
        found = f"{counts.min()} samples of class {classes[counts.argmin()]}"
    raise UserError(
        f"{where}: only {found} for {splits} splits; each class needs at least one per split"
    )


def _draw_in_turn(
    labels: np.ndarray, groups: np.ndarray | None, counts: Mapping[str, int], seed: int
) -> Splits | None:
    """Rows of each split, drawn one split after the other; None where scikit-learn cannot."""
    left, parts = np.arange(len(labels)), {}
    for name, count in counts.items():
        members = None if groups is None else groups[left]
        try:
            mask = _draw(labels[left], members, count, seed)
        except ValueError:
            return None
        left, parts[name] = left[~mask], left[mask]
    return {"train": left} | parts


def _draw(labels: np.ndarray, groups: np.ndarray | None, count: int, seed: int) -> np.ndarray:
    """Which of some rows to draw: about `count`, in the classes' proportions, as a mask.

    Raises:
        ValueError: scikit-learn's, where there are too few rows or groups.
    """
    from sklearn.model_selection import StratifiedGroupKFold, train_test_split

    rows = np.arange(len(labels))
    # numbered as they first occur: the same split whichever class is the positive one
    _, first, labels = np.unique(labels, return_index=True, return_inverse=True)
    labels = first.argsort().argsort()[labels]
    if groups is None:
        drawn = train_test_split(rows, test_size=count, random_state=seed, stratify=labels)[1]
    else:
        # The share as p of q folds of whole groups, q at most 20.
        share = Fraction(count / len(labels)).limit_denominator(20)
        share = min(max(share, Fraction(1, 20)), Fraction(19, 20))
        folds = StratifiedGroupKFold(share.denominator, shuffle=True, random_state=seed)
        parts = [part for _, part in folds.split(rows, labels, groups)]
        drawn = np.concatenate(parts[: share.numerator])
    mask = np.zeros(len(labels), dtype=bool)
    mask[drawn] = True
    return mask


def _are_far(parts: Splits, counts: Mapping[str, int]) -> bool:
    """Whether a split has more or fewer rows than it should, by more than a tenth of them."""
    return any(abs(len(parts[name]) - count) > count / 10 for name, count in counts.items())


def _have_all(parts: Splits, labels: np.ndarray) -> bool:
    """Whether every split has every class."""
    present = len(np.unique(labels))
    return all(len(np.unique(labels[rows])) == present for rows in parts.values())


def _no_split(
    where: str, labels: np.ndarray, classes: list[str], groups: np.ndarray | None, names: list[str]
) -> str:
    """Why there is none, in a line."""
    into = f"{', '.join(names[:-1])} and {names[-1]}"
    if groups is None:
        return f"{where}: the samples cannot be divided into {into} with every class in each"
    for label, class_name in enumerate(classes):
        inside = np.unique(groups[labels == label])
        if len(inside) < len(names):
            count = f"{len(inside)} group{'s' * (len(inside) > 1)}"
            return (
                f"{where}: class {class_name} is in only {count}, {', '.join(inside)}; whole"
                f" groups are drawn, and {into} each need one with that class"
            )
    return f"{where}: no split of whole groups has every class in each of {into}"
