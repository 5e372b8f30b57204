"""What values the inputs have: their range, and what in them gives a class or a split away."""

from collections.abc import Callable

import numpy as np

from study.data.findings import finding
from study.data.telling_values import position_title, telling_values

# A class or split is apart if its largest value is below this part of the largest of all
DIM, DIM_OF_MORE = 1 / 8, 1 / 4  # of 8 bits and floating-point numbers; of 16 bits and more


def describe_pixels(inputs: np.ndarray) -> dict:
    """The training inputs' shape, type, range, and shares of constant and of saturated values.

    A position is constant if it has one value in all samples; a value of an integer type is
    saturated if it is the type's smallest or largest.
    """
    low, high = inputs[0].copy(), inputs[0].copy()
    saturated = 0
    limits = np.iinfo(inputs.dtype) if inputs.dtype.kind == "u" else None
    for start in range(0, len(inputs), 256):
        chunk = inputs[start : start + 256]
        np.minimum(low, chunk.min(axis=0), out=low)
        np.maximum(high, chunk.max(axis=0), out=high)
        if limits:
            saturated += int(((chunk == limits.min) | (chunk == limits.max)).sum())
    return {
        "shape": list(inputs.shape[1:]),
        "dtype": str(inputs.dtype),
        "minimum": float(low.min()),
        "maximum": float(high.max()),
        "constant_share": float((low == high).mean()),
        "saturated_share": saturated / inputs.size if limits else None,
    }


def check_pixels(splits: dict, names: list[str]) -> list[dict]:
    """Images of one value throughout."""
    blank, row = [], 0
    for inputs, _ in splits.values():
        for sample in inputs:
            if sample.ndim > 1 and sample.min() == sample.max():
                blank.append(names[row])
            row += 1
    have = "image has" if len(blank) == 1 else "images have"
    text = f"{len(blank)} {have} one value throughout"
    return [finding("blank images", "warning" if blank else "ok", text, [[name] for name in blank])]


def check_telling(splits: dict, classes: list[str]) -> dict:
    """Single values that alone tell the classes of the training split apart."""
    inputs, labels = splits["train"]
    found = telling_values(inputs, labels, len(classes))
    if not len(found):
        return finding("telling values", "ok", "no single value tells all classes apart")
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    text = (
        f"{position_title(found[0])}{more} alone tells the classes of all training samples apart:"
        " check whether the label is among the inputs, or a mark in the images"
    )
    return finding("telling values", "warning", text)


def check_ranges(splits: dict, classes: list[str]) -> list[dict]:
    """Classes and splits of images whose largest value is small beside that of the others, or that
    alone have values below 0."""
    if splits["train"][0].ndim == 2:
        return []
    labels = np.concatenate([pair[1] for pair in splits.values()])

    def by_part(of_samples: Callable) -> dict[str, np.ndarray]:
        found = {split: of_samples(inputs.reshape(len(inputs), -1), axis=1)
                 for split, (inputs, _) in splits.items()}  # fmt: skip
        values = np.concatenate(list(found.values()))
        return {name: values[labels == label] for label, name in enumerate(classes)} | found

    smallest = {name: float(part.min()) for name, part in by_part(np.min).items()}
    largest = {name: float(part.max()) for name, part in by_part(np.max).items()}
    most, dtype = max(largest.values()), splits["train"][0].dtype
    for group in (classes, list(splits)):
        below = [name for name in group if smallest[name] < -DIM * most]
        never = [name for name in group if smallest[name] >= 0]
        if below and never:
            told = ", ".join(f"{smallest[name]:g} in {name}" for name in below)
            text = f"the smallest value is {told}, and none is below 0 in {', '.join(never)}"
            return [finding("value ranges", "warning", text)]
    dim = DIM_OF_MORE if dtype.kind in "ui" and dtype.itemsize > 1 else DIM
    apart = [name for name, value in largest.items() if value < dim * most]
    if not apart:
        text = "the largest values of all classes and splits are of the same order of magnitude"
        return [finding("value ranges", "ok", text)]
    told = ", ".join(f"{largest[name]:g} in {name}" for name in apart)
    text = f"the largest value is {told}, and {most:g} elsewhere"
    return [finding("value ranges", "warning", text)]
