"""Differences drawn as marks on a line: where they are on an axis, in per cent of its width.

Per cent, so that a drawing fits any screen while its text stays text.
"""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from study.report.wording import minus

INDENT = 3  # per cent of the width that are left free at both ends
TICKS = 7  # about this many
BEYOND = 4  # times the median reach: what reaches farther does not stretch an axis


@dataclass(frozen=True)
class Tick:
    """A mark of an axis."""

    at: float
    text: str


@dataclass(frozen=True)
class Axis:
    """The scale that drawings beside each other share."""

    low: float
    high: float
    values: list[float]  # of its ticks, 0 among them
    scale: float = 1  # what a value is multiplied by for people: 100 for percentage points

    def place(self, value: float) -> float:
        """Where a value is; what is outside is at the edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(INDENT + (100 - 2 * INDENT) * share, 3)

    @property
    def zero(self) -> float:
        """Where 0 is."""
        return self.place(0)

    @property
    def ticks(self) -> list[Tick]:
        """Its marks with their numbers."""
        return [
            Tick(self.place(value), minus(f"{self.scale * value:+.5g}") if value else "0")
            for value in self.values
        ]

    def holds(self, value: float) -> bool:
        """Whether a value is on it."""
        return math.isfinite(value) and self.low <= value <= self.high


@dataclass(frozen=True)
class Band:
    """A shaded part of a drawing."""

    start: float
    width: float


@dataclass(frozen=True)
class Beyond:
    """An arrow at an end of an axis, to what is not on it."""

    at: float
    is_left: bool
    text: str  # the number


@dataclass(frozen=True)
class Strip:
    """A difference as it is drawn."""

    mean: float | None  # None where it is not on the axis
    low: float | None  # None where there is no interval, like `high`
    high: float | None
    seeds: Sequence[Tick] = ()  # each seed's, with what it is
    beyond: Sequence[Beyond] = ()


def axis_of(values: Iterable[float], percent: bool) -> Axis:
    """The axis that holds some values, and 0; what is not a number is left out.

    Args:
        values: as files have them.
        percent: whether people read them in percentage points.
    """
    numbers = [0.0, *(value for value in values if math.isfinite(value))]
    low, high = min(numbers), max(numbers)
    if low == high:
        low, high = -1.0, 1.0
    raw = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return Axis(low, high, [step * n for n in range(first, last + 1)], 100 if percent else 1)


def limited_axis(
    intervals: Iterable[tuple[float, ...]], percent: bool, always: Iterable[float] = ()
) -> Axis:
    """The axis of some differences, not stretched by one that is far larger than most.

    Args:
        intervals: of each difference itself and the ends of its interval.
        percent: whether people read them in percentage points.
        always: what else it holds.
    """
    finite = [[end for end in ends if math.isfinite(end)] for ends in intervals]
    reaches = [max(map(abs, ends)) for ends in finite if ends]
    far = BEYOND * statistics.median(reaches) if reaches else 0.0
    limit = max([*(reach for reach in reaches if reach <= far), *map(abs, always)], default=0.0)
    ends = [min(max(end, -limit), limit) for ends in finite for end in ends]
    return axis_of([*ends, *always], percent)


def beyond(axis: Axis, ends: Iterable[tuple[float, str]]) -> list[Beyond]:
    """The arrows to the values, each with its text, that are off an axis."""
    return [
        Beyond(axis.place(value), value < axis.low, text)
        for value, text in ends
        if math.isfinite(value) and not axis.holds(value)
    ]


def strip(
    axis: Axis, mean: float, low: float, high: float, seeds: Sequence[tuple[float, str]] = ()
) -> Strip:
    """A difference on an axis.

    Args:
        axis: the axis.
        mean, low, high: the difference and its interval; NaN where there is no interval.
        seeds: each seed's difference, and what is said of it.
    """
    start, end = (axis.place(value) if math.isfinite(value) else None for value in (low, high))
    return Strip(
        axis.place(mean),
        start,
        end,
        [Tick(axis.place(value), text) for value, text in seeds],
    )


def band(axis: Axis, low: float, high: float) -> Band:
    """The part of an axis between two values, which may be infinite."""
    start = axis.place(low) if math.isfinite(low) else 0
    end = axis.place(high) if math.isfinite(high) else 100
    return Band(start, round(max(end - start, 0), 3))
