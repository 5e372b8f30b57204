"""What a protocol's runs came to: all that comparisons of its sides are made from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from study.analysis.averages import half_name
from study.analysis.evaluation import Scores, cell_scores
from study.analysis.guard import NotTrained, Recorded, read_runs
from study.analysis.tuned_sides import (
    AT_CHOSEN,
    FIXED,
    TUNED,
    TunedSide,
    are_enough,
    tuned_side,
    weighted_values,
)
from study.analysis.values import read_values
from study.data.prepared import described_data, split_groups
from study.design.claims import Side
from study.design.protocols import Protocol
from study.design.runs import Run
from study.store.frames import read_frame
from study.store.paths import tuned_places
from study.store.records import read_chosen

Description = Mapping[str, Any]  # of prepared data, as `study.data.prepared` reads it


@dataclass(frozen=True, eq=False)
class Measured:
    """A protocol's values, and what else a comparison needs. Indexed once."""

    protocol: Protocol
    # every metric by cell, round and seed; over splits the seed is the split's number
    values: pd.DataFrame
    recorded: Recorded  # what its runs recorded
    data: Mapping[str, Description] = field(default_factory=dict)  # by digest, of those known
    # of sides that are tuned: their values in each place, by cell, place, round and seed, of which
    # `values` are the means; and by cell what might have been chosen
    by_place: pd.DataFrame | None = None
    tuned: Mapping[str, TunedSide] = field(default_factory=dict)
    trials: int = 0  # of each side
    seeds: int = 0  # that a study plans, so that what is compared is the same at each of its looks
    # by cell and round, of sides whose images are looked at
    scores: Mapping[tuple[str, int], Scores] = field(default_factory=dict)
    groups: Mapping[str, np.ndarray] | None = None  # split -> the group of each of its images
    # side -> what tuning chose for it that is an end of what was tried, as chosen.json has it
    edges: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of_cell(self, cell: str, number: int) -> pd.DataFrame:
        """A cell's values after a round, by seed; without rows where there are none."""
        try:
            return self.values.loc[(cell, number), :]
        except KeyError:
            return self.values.iloc[:0].droplevel(["cell", "round"])

    def of_side(self, side: Side, metric: str) -> pd.Series:
        """A side's metric by seed, or its change; NaN where a seed diverged.

        Raises:
            NotTrained: nothing of the side has been trained, or there is no such metric.
        """
        if metric not in self.values:
            program = ", or output that the program does not write"
            why = program if self.recorded.by_program else ""
            raise NotTrained(
                f"there is no {metric}: it needs a split that this data set lacks{why}"
            )
        by_round = [self.of_cell(side.cell, number) for number in side.rounds]
        if any(values.empty for values in by_round) or _column(side, metric) not in self.values:
            what = "is left out by `exclude`" if side.excluded else "has not been trained"
            raise NotTrained(f"{side.title} {what}")
        return _of_rounds(by_round, side, metric)

    def what_is_compared(self, first: Side, second: Side) -> str:
        """What a difference of two sides is about: one of `study.analysis.tuned_sides`."""
        if not self.protocol.tuned:
            return FIXED
        for side in (first, second):
            tuned, seeds = self.tuned.get(side.cell), len(self.of_cell(side.cell, side.rounds[-1]))
            enough = tuned is not None and are_enough(tuned.seeds, max(seeds, self.seeds))
            if tuned is None or not (tuned.is_covered and enough):
                return AT_CHOSEN
        return TUNED

    @cached_property
    def at_chosen(self) -> "Measured":
        """The same for sides with what was chosen for them, and nothing else."""
        if self.by_place is None:
            return self
        (chosen,) = tuned_places(1)
        there = self.by_place.index.get_level_values("place") == chosen
        return replace(self, values=self.by_place[there].droplevel("place"), tuned={})

    def place_means(self, side: Side, metric: str) -> np.ndarray:
        """A tuned side's metric in each of its places, (places,), as the mean over its seeds."""
        assert self.by_place is not None
        found = []
        for place in self.tuned[side.cell].places:
            rounds = [self.by_place.loc[(side.cell, place, number), :] for number in side.rounds]
            found.append(_of_rounds(rounds, side, metric).mean())
        return np.array(found)

    def description(self, digest: str) -> Description | None:
        """That of the data with a digest; for a redrawn split the study's, which is as large."""
        if self.protocol.splits:
            return next(iter(self.data.values()), None)
        return self.data.get(digest)


def _column(side: Side, metric: str) -> str:
    return half_name(metric, side.half) if side.half else metric


def _of_rounds(by_round: list[pd.DataFrame], side: Side, metric: str) -> pd.Series:
    """A side's metric by seed after its round, or its change between two."""
    last = by_round[-1][_column(side, metric)]
    return last - by_round[0][_column(side, metric)] if len(by_round) == 2 else last


def by_seed(values: pd.DataFrame) -> pd.DataFrame:
    """The rows of values.csv as `Measured` has them, each cell in one place."""
    return values.drop(columns="place").set_index(["cell", "round", "seed"]).sort_index()


def read_measured(
    protocol: Protocol,
    values: Path | str,
    runs: Path | str,
    files: Mapping[str, Any],
    told: Mapping[str, Any],
) -> Measured:
    """A protocol's values and runs, and what there is beside them.

    Args:
        protocol: which one.
        values, runs: its values.csv and runs.csv.
        files: paths by name: `data`, the descriptions of prepared data; where there are, the
            `trials` and what was `chosen` of the sides, the `scores` and the `records` of runs,
            and the `samples` of the data.
        told: of these trials the `sides` and `tuning`, with its `round`, its `metric` and its
            `trials`, or None; of these scores `shown`, the fields of their runs; and the `seeds`
            that are planned.

    Raises:
        UserError: a file is damaged.
    """
    shown = [Run(**run) for run in told.get("shown", [])]
    found, tuned = read_values(values), {}
    by_place = found.set_index(["cell", "place", "round", "seed"]).sort_index()
    tuning = told.get("tuning") if protocol.tuned else None
    if tuning and not protocol.splits:
        tuned = _read_tuned(by_place, files, told["sides"], tuning)
        of_sides = weighted_values(by_place, tuned)
    else:
        of_sides = by_place.droplevel("place")
    return Measured(
        protocol,
        of_sides,
        Recorded(read_runs(runs)),
        described_data(files["data"]),
        by_place=by_place if protocol.tuned else None,
        tuned=tuned,
        trials=len(tuning["trials"]) if tuning else 0,
        seeds=told.get("seeds", 0),
        scores=cell_scores(shown, files["scores"], files["records"]) if shown else {},
        groups=split_groups(Path(files["samples"][0]).parent) if files.get("samples") else None,
    )


def _read_tuned(
    by_place: pd.DataFrame,
    files: Mapping[str, Any],
    sides: Iterable[str],
    tuning: Mapping[str, Any],
) -> dict[str, TunedSide]:
    """The sides that are trained with what was chosen, by what their trials came to.

    A trial that might have been chosen and diverged with a seed is left out, as if it had no place.
    """
    (first,) = tuned_places(1)
    whole = by_place[tuning["metric"]].notna().groupby(level=["cell", "place"]).all()
    places: dict[str, list[str]] = {}
    for (cell, place), is_whole in whole.items():
        if is_whole or place == first:
            places.setdefault(cell, []).append(place)
    return {
        side: tuned_side(
            read_frame(trials), read_chosen(chosen), tuning["round"], sorted(places[side])
        )
        for side, trials, chosen in zip(sides, files["trials"], files["chosen"], strict=True)
        if first in places.get(side, ())
    }
