"""What a protocol's runs came to: all that comparisons of its sides are made from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from study.analysis.averages import half_name
from study.analysis.evaluation import Scores, cell_scores
from study.analysis.guard import NotTrained, Recorded, read_runs
from study.analysis.values import read_values
from study.data.prepared import described_data, split_groups
from study.design.claims import Side
from study.design.protocols import Protocol
from study.design.runs import Run
from study.store.frames import read_frame

Description = Mapping[str, Any]  # of prepared data, as `study.data.prepared` reads it


@dataclass(frozen=True, eq=False)
class Trials:
    """The trials that tuning has run, the same for every side."""

    metric: str  # that a side's trial is chosen by
    round: int  # after which it is, and with which trials end
    count: int  # of each side
    # cell that is tuned -> its side's trials: every metric by `trial`, `round` and `seed`
    of_cell: Mapping[str, pd.DataFrame]


@dataclass(frozen=True, eq=False)
class Measured:
    """A protocol's values, and beside them what a comparison takes. Indexed once."""

    protocol: Protocol
    # every metric by cell, round and seed; over splits the seed is the split's number
    values: pd.DataFrame
    recorded: Recorded  # what its runs recorded
    data: Mapping[str, Description] = field(default_factory=dict)  # by digest, of those known
    trials: Trials | None = None
    # by cell and round, of sides whose images are looked at
    scores: Mapping[tuple[str, int], Scores] = field(default_factory=dict)
    groups: Mapping[str, np.ndarray] | None = None  # split -> the group of each of its images
    # side -> what tuning chose of it that is an end of what was tried, as chosen.json has it
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
            program = ", or a program that writes what it is made from"
            why = program if self.recorded.by_program else ""
            raise NotTrained(
                f"there is no {metric}, which needs a split that this data set lacks{why}"
            )
        column = half_name(metric, side.half) if side.half else metric
        by_round = [self.of_cell(side.cell, number) for number in side.rounds]
        if any(values.empty for values in by_round) or column not in self.values:
            what = "is left out by `exclude`" if side.excluded else "has not been trained"
            raise NotTrained(f"{side.title} {what}")
        last = by_round[-1][column]
        return last - by_round[0][column] if len(by_round) == 2 else last

    def description(self, digest: str) -> Description | None:
        """Of the data with a digest; of a redrawn split that of the own, which is as large."""
        if self.protocol.splits:
            return next(iter(self.data.values()), None)
        return self.data.get(digest)


def by_seed(values: pd.DataFrame) -> pd.DataFrame:
    """The rows of values.csv as `Measured` has them."""
    return values.set_index(["cell", "round", "seed"]).sort_index()


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
            `trials` of the sides, the `scores` and the `records` of runs, and the `samples` of the
            data.
        told: of these trials the `sides`, `side_of`, cell -> its side, unless cells are called by
            their sides, and `tuning`, with its `metric`, `round` and `trials`, or None; of these
            scores `shown`, the fields of their runs.

    Raises:
        UserError: a file is damaged.
    """
    shown = [Run(**run) for run in told.get("shown", [])]
    return Measured(
        protocol,
        by_seed(read_values(values)),
        Recorded(read_runs(runs)),
        described_data(files["data"]),
        trials=_read_trials(files.get("trials", []), told) if told.get("tuning") else None,
        scores=cell_scores(shown, files["scores"], files["records"]) if shown else {},
        groups=split_groups(Path(files["samples"][0]).parent) if files.get("samples") else None,
    )


def _read_trials(paths: Iterable[str], told: Mapping[str, Any]) -> Trials:
    of_side = dict(zip(told["sides"], map(read_frame, paths), strict=True))
    side_of = told.get("side_of") or {side: side for side in of_side}
    return Trials(
        metric=told["tuning"]["metric"],
        round=told["tuning"]["round"],
        count=len(told["tuning"]["trials"]),
        of_cell={cell: of_side[side] for cell, side in side_of.items()},
    )
