"""A prepared data set with its training and validation samples split again."""

from fractions import Fraction
from pathlib import Path

import numpy as np

from study.data.groups import own_groups
from study.data.prepared import load_splits, read_description, read_samples
from study.data.saving import save_prepared
from study.data.source import Source
from study.data.splits import complete_splits


def redraw(prepared: Path, split: int, folder: Path) -> None:
    """Write a prepared data set whose validation split is redrawn.

    It is drawn from the training and the validation samples together, about as many as there were,
    class by class and whole groups at a time; the test split stays as it is. Where inputs are
    standardized, they are by the new training split.

    Args:
        prepared: the folder of the data set.
        split: what decides the draw, from 1.
        folder: where to write.

    Raises:
        UserError: the prepared data are damaged, or groups leave no such split.
    """
    description, splits = read_description(prepared), load_splits(prepared)
    names, groups = read_samples(prepared)
    # in the order of the prepared rows, in which splits follow each other
    inputs, labels = (np.concatenate(parts) for parts in zip(*splits.values()))
    ends = np.cumsum([0, *(len(rows) for _, rows in splits.values())])
    rows = {name: np.arange(begin, end) for name, begin, end in zip(splits, ends, ends[1:])}
    pooled = np.concatenate([rows.pop("train"), rows["val"]])
    share = Fraction(len(rows.pop("val")), len(pooled))  # exact, so that the number is the same
    grouped = own_groups(groups)
    classes, where = description["classes"], f"{description['dataset']}, redrawn split {split}"
    given, drawn = {"train": pooled, **rows}, {"val_share": share, "split_seed": split}
    source = Source(
        where=where,
        names=names,
        labels=labels,
        shape=inputs.shape[1:],
        dtype=inputs.dtype,
        read=lambda chosen: inputs[chosen],
        splits=complete_splits(where, labels, classes, grouped, given, drawn, nearest=False),
        classes=classes,
        value_range=tuple(description["range"]) if "range" in description else None,
        finish=dict,  # values were checked when the data were prepared
    )
    about = {key: description[key] for key in ("dataset", "kind")} | {"split": split}
    of_samples = np.array(groups) if any(groups) else None
    save_prepared(folder, source, of_samples, description["normalize"], about)
