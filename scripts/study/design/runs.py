"""What one job trains: a run, with all that identifies it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from study.design.cell import Cell
from study.store.paths import UNTUNED


@dataclass(frozen=True)
class Run:
    """One cell, trained for one round with a block of seeds: what one job does."""

    cell: str  # the cell's name; of a tuned side that of the cell with the baseline's values
    first: int  # of the seeds
    last: int
    round: int
    # `fixed`, or where tuning chose the values `tuned1`, `tuned2` and so on: those of the trial
    # that was chosen, and of others that might have been
    place: str = UNTUNED
    split: int = 0  # of the data: 0 is the study's own, others are redrawn
    digest: str = ""  # of the data, the code and the parameters; nothing while not known

    @property
    def coordinates(self) -> tuple[str, str, int]:
        """What decides how it is trained: the cell, whether it is tuned, and the split."""
        return self.cell, self.place, self.split

    @property
    def is_tuned(self) -> bool:
        """Whether it is trained with values that tuning chose."""
        return self.place != UNTUNED

    @property
    def seeds(self) -> range:
        """The block of its seeds."""
        return range(self.first, self.last + 1)


def plain_runs(runs: Iterable[Run]) -> list[dict[str, Any]]:
    """Runs as dicts of their fields, for the parameters of rules."""
    return [dict(vars(run)) for run in runs]


def runs_of(
    cells: Mapping[str, Cell],
    seeds: Mapping[str, Sequence[tuple[int, int]]],
    place: str = UNTUNED,
) -> list[Run]:
    """The runs of some cells on the study's own split.

    Args:
        cells: name -> cell.
        seeds: name -> the blocks of its seeds, first and last of each.
        place: as a run has it.
    """
    return [
        Run(name, first, last, number, place)
        for name, cell in cells.items()
        for first, last in seeds[name]
        for number in range(1, cell.rounds + 1)
    ]


def seed_blocks(seeds: int, per_job: int, looks: Sequence[int] = ()) -> list[tuple[int, int]]:
    """The blocks of a cell's seeds, first and last of each; none has the seeds of two looks.

    So a later look leaves the blocks of those before it as they are.
    """
    ends = [look for look in looks if look < seeds] + [seeds]
    return [
        (first, min(first + per_job, end) - 1)
        for start, end in zip([0, *ends], ends)
        for first in range(start, end, per_job)
    ]


def blocks_from(start: int, count: int, per_job: int) -> Iterator[tuple[int, int]]:
    """The blocks of `count` seeds from `start` on."""
    end = start + count
    return ((first, min(first + per_job, end) - 1) for first in range(start, end, per_job))
