"""Values of samples that are refused, clipped or noted while a data set is prepared."""

from typing import Any

import numpy as np

from study.data.scaling import lost_in_float32
from study.data.source import Source
from study.data.value_range import (
    ROUNDING,
    Range,
    largest_value,
    refuse_outside,
    refuse_small_part,
    refuse_wide_range,
    small_part_of_declared,
)
from study.store.errors import UserError

NEARLY = 0.2  # how far beyond 0 and 1 a filter may have taken values
CLIP = "; if resizing or filtering went beyond [0, 1], save np.clip(images, 0, 1)"


def check_values(source: Source, rows: np.ndarray, chunk: np.ndarray, normalize: str) -> None:
    """Stop where values cannot be trained on, or may be of another range.

    Args:
        source: what is read.
        rows: (n,), of the samples.
        chunk: (n, ...), the samples.
        normalize: `unit` or `standardize`.

    Raises:
        UserError: a value is NaN, infinite, or out of range.
    """
    if chunk.dtype.kind == "f":
        _refuse_infinite(source, rows, chunk)
    seen = (float(chunk.min()), float(chunk.max()))
    if source.value_range:
        refuse_outside(f"{source.where}:", seen, source.value_range)
    elif chunk.dtype.kind == "f" and normalize == "unit" and (seen[0] < 0 or seen[1] > 1):
        raise UserError(
            f"{source.where}: values from {chunk.min()} to {chunk.max()}; floating-point images"
            " must lie in [0, 1], or have their range declared, such as `range: [0, 255]`, or have"
            f" `normalize: standardize`{CLIP * (seen[0] > -NEARLY and seen[1] < 1 + NEARLY)}"
        )


def _refuse_infinite(source: Source, rows: np.ndarray, chunk: np.ndarray) -> None:
    with np.errstate(over="ignore"):  # too large for the trainer's float32 is infinite there
        finite = np.isfinite(chunk.astype(np.float32))
    bad = ~finite.reshape(len(chunk), -1).all(axis=1)
    if bad.any():
        row = int(np.argmax(bad))
        what = "NaN or infinite"
        if np.isfinite(chunk[row]).all():
            largest = float(np.abs(chunk[row]).max())
            what = f"too large for float32, which networks compute in: up to {largest:g}"
        raise UserError(f"{source.where}: {source.names[rows[row]]} has values that are {what}")


def values_clipped(count: int, limits: Range | None) -> list[str]:
    """How many samples were clipped to a range, in a sentence; nothing where none were."""
    if not count or limits is None:
        return []
    return [
        f"{count} samples have values outside {limits[0]:g} to {limits[1]:g} by a rounding error"
        f" of at most {ROUNDING:g} of that range; these values were clipped."
    ]


def check_together(
    source: Source, seen: Range, normalize: str, scaling: dict[str, list[float]]
) -> dict[str, Any]:
    """Check the values of all samples together; returns what is to be noted of them, if anything.

    Raises:
        UserError: they use a small part of what their type, or the declared range, holds.
    """
    noted, lost = source.finish() if source.finish else {}, []
    if not source.finish and normalize == "unit" and source.value_range is None:
        largest = largest_value(source.dtype)
        refuse_small_part(source.where, f"images of {source.dtype}", seen, largest)
    if source.value_range:
        if normalize == "unit":
            refuse_wide_range(source.where, seen, source.value_range)
            lost = small_part_of_declared(seen, source.value_range)
        noted["range"] = list(source.value_range)
    if normalize == "standardize":
        lost = lost_in_float32(scaling)
    decided = [*source.decided, *noted.pop("decided", []), *lost]
    return noted | ({"decided": decided} if decided else {})
