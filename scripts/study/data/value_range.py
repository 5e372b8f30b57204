"""Which range pixels' values are from: their type's, from 0 to 1, or one that is declared.

A type says little of its values: cameras and scanners put 10, 12 or 14 bits into 16. Divided by
what the type holds, such images are nearly black, and no error says so. So values that use a small
part of their type are refused until their range is declared.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from study.store.errors import UserError

Range = tuple[float, float]  # what becomes 0 and 1

# The least part of what its type holds that a whole data set must span. 8 bits are how images are
# shown, and may be dark; wider types are what fewer bits are put into.
PART_OF_8_BITS = 1 / 8
PART_OF_MORE = 1 / 4
PART_OF_DECLARED = 1 / 64  # as floating-point numbers to 1 use of a range to 255
ROUNDING = 1e-6  # of a range, by which floating-point numbers may lie outside of it
USUAL_BITS = (1, 4, 8, 10, 12, 14, 16)


def declared_range(entry: dict[str, Any]) -> Range | None:
    """The range that an entry declares, if any."""
    return tuple(entry["range"]) if "range" in entry else None


def largest_value(dtype: np.dtype) -> float:
    """What becomes 1 where no range is declared: the type's largest integer, or 1 itself."""
    return float(np.iinfo(dtype).max) if dtype.kind in "ui" else 1.0


def clip_rounding(values: np.ndarray, limits: Range) -> tuple[np.ndarray, int]:
    """Floating-point numbers that lie outside of a range by no more than rounding, clipped to it.

    Args:
        values: (n, ...).
        limits: the range.

    Returns:
        The values, unchanged if some lie further outside; and how many of n were changed.
    """
    low, high = limits
    beyond = max(low - float(values.min()), float(values.max()) - high)
    if not 0 < beyond <= ROUNDING * (high - low):
        return values, 0
    changed = ((values < low) | (values > high)).reshape(len(values), -1).any(axis=1)
    return np.clip(values, low, high), int(changed.sum())


def refuse_booleans(where: str, dtype: np.dtype) -> None:
    """Stop where images are true and false, as masks often are.

    Raises:
        UserError: they are, with what to save and write.
    """
    if dtype.kind == "b":
        raise UserError(
            f'{where}: images are booleans; save images.astype("uint8"), of 0 and 1, and write'
            " `range: [0, 1]`"
        )


def refuse_small_part(
    where: str, values: str, seen: Range, largest: float, remedy: str = ""
) -> None:
    """Stop if all values of a data set together use too small a part of what their type holds.

    Args:
        where: the file or key to name.
        values: what they are, such as `its 16-bit images`.
        seen: the smallest and the largest of them.
        largest: what their type holds, from 0 on.
        remedy: what to do where no range can be declared.

    Raises:
        UserError: they do, with the range that was seen and what to write.
    """
    low, high = seen
    part = PART_OF_MORE if largest > 255 else PART_OF_8_BITS
    if high - low >= part * largest:
        return
    if high == low:
        raise UserError(f"{where}: all values of {values} are {low:g}, so they show nothing")
    declare = f"say what black and white are, such as `range: {_likely_range(seen)}`"
    raise UserError(
        f"{where}: {values} have values only from {low:g} to {high:g}, but their type holds 0 to"
        f" {largest:g}; {remedy or declare}"
    )


def refuse_wide_range(where: str, seen: Range, declared: Range) -> None:
    """Stop if values use so little of the declared range that it is that of something else.

    Raises:
        UserError: they do, with the range that was seen.
    """
    if seen[1] - seen[0] < PART_OF_DECLARED * (declared[1] - declared[0]):
        raise UserError(
            f"{where}: all values are from {seen[0]:g} to {seen[1]:g}, a tiny part of"
            f" `range`, {declared[0]:g} to {declared[1]:g}; write which values are black"
            " and white"
        )


def small_part_of_declared(seen: Range, declared: Range) -> list[str]:
    """What is noted where values use a small part of the declared range; nothing elsewhere."""
    span = declared[1] - declared[0]
    part = PART_OF_MORE if span > 255 else PART_OF_8_BITS
    if seen[1] - seen[0] >= part * span:
        return []
    return [
        f"All values are from {seen[0]:g} to {seen[1]:g}, but `range` says {declared[0]:g} to"
        f" {declared[1]:g}: the images use {(seen[1] - seen[0]) / span:.0%} of it."
    ]


def refuse_outside(where: str, seen: Range, declared: Range) -> None:
    """Stop if values lie outside of the declared range.

    Raises:
        UserError: they do, with the range that was seen.
    """
    if seen[0] < declared[0] or seen[1] > declared[1]:
        raise UserError(
            f"{where} has values from {seen[0]:g} to {seen[1]:g}, but `range` says {declared[0]:g}"
            f" to {declared[1]:g}"
        )


def _likely_range(seen: Range) -> str:
    """The smallest usual range that holds what was seen, as in an entry."""
    low, high = seen
    if high != math.floor(high) or low < 0:
        low = 0 if 0 <= low < PART_OF_DECLARED * high else _rounded(low, math.floor)
        return f"[{low:g}, {_rounded(high, math.ceil):g}]"
    bits = next((bits for bits in USUAL_BITS if high < 2**bits), None)
    return f"[0, {2**bits - 1}]" if bits else f"[0, {high:g}]"


def _rounded(value: float, to: Callable[[float], int]) -> float:
    """A value with four digits, rounded up or down, so that a range holds what was seen."""
    if not value:
        return value
    scale = 10.0 ** (3 - math.floor(math.log10(abs(value))))
    return to(value * scale) / scale
