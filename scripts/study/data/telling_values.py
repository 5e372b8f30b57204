"""Single values of samples that alone tell all classes apart: a label among the features, or a mark
in a corner of the images."""

import numpy as np

ENOUGH = 10  # samples of each class; of fewer, some of many values tell them apart by chance
_CHUNK = 256


def telling_values(inputs: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Where the values of no two classes overlap.

    Args:
        inputs: (n, ...), of the training split.
        labels: (n,), from 0.
        classes: how many there are.

    Returns:
        (found, dimensions of a sample) the positions; none where a class has too few samples.
    """
    if np.bincount(labels, minlength=classes).min() < ENOUGH:
        return np.empty((0, inputs.ndim - 1), int)
    ranges = []
    for label in range(classes):
        rows = np.flatnonzero(labels == label)
        low, high = inputs[rows[0]].copy(), inputs[rows[0]].copy()
        for start in range(0, len(rows), _CHUNK):
            chunk = inputs[rows[start : start + _CHUNK]]
            np.minimum(low, chunk.min(axis=0), out=low)
            np.maximum(high, chunk.max(axis=0), out=high)
        ranges.append((low, high))
    lows, highs = (np.stack(ends) for ends in zip(*ranges, strict=True))
    order = np.argsort(lows, axis=0, kind="stable")
    lows, highs = (np.take_along_axis(ends, order, axis=0) for ends in (lows, highs))
    return np.argwhere((highs[:-1] < lows[1:]).all(axis=0))


def position_title(position: np.ndarray) -> str:
    """`feature 3`, or `the pixel in row 0, column 27`, counted from 0."""
    if len(position) == 1:
        return f"feature {position[0]}"
    return f"the pixel in row {position[0]}, column {position[1]}"
