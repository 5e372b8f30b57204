"""The confound guard: what two sides of a comparison differ in, from what their runs recorded.

A run records its full settings and digests of its data and of the code that trained it (run.json);
`measure` collects them in runs.csv. Two sides may be compared if they differ in one named factor
and in nothing else, but for what the study moves along with it, level by level, and for the epochs
of a round where `budget: steps` gives them. Where the factor is chosen from a registry, such as the
loss, the code of that choice goes with it.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from study.analysis.results import RUN_NUMBERS
from study.design.claims import Side
from study.design.factors import Along
from study.settings.parameters import DEFAULTS, Parameters, applies, condition
from study.store.errors import UserError
from study.store.frames import read_frame
from study.store.records import TRAINED

# The columns of runs.csv that say which run it is; all others decide its result.
RUN_KEYS = ("cell", "place", "split", "first", "last", "round")
# What there is beside training parameters and the code of what they choose.
ALWAYS = ("epochs", "device", "command", "data", "code_trainer")

Record = dict[str, Any]  # what a run recorded of itself, by the columns of runs.csv


class Confounded(Exception):
    """Why two sides must not be compared."""


class NotTrained(LookupError):
    """Which side of a comparison has no run, or no such metric."""


class Recorded:
    """What the runs of a study recorded of themselves. Each side is looked up once."""

    def __init__(self, runs: pd.DataFrame) -> None:
        """
        Args:
            runs: one row per run, as `read_runs` returns them.
        """
        self.runs = runs
        self._found: dict[tuple[str, int, tuple[int, ...]], Record] = {}

    @cached_property
    def columns(self) -> list[str]:
        """Those of runs.csv that decide a run's result."""
        return [name for name in self.runs.columns if name not in RUN_KEYS]

    @property
    def by_program(self) -> bool:
        """Whether a program of the user's trained them."""
        return "command" in self.runs

    @cached_property
    def _of_cells(self) -> dict[tuple[str, int], pd.DataFrame]:
        groups = (of_cell for _, of_cell in self.runs.groupby(["cell", "split"], sort=False))
        return {
            (str(of_cell["cell"].iloc[0]), int(of_cell["split"].iloc[0])): of_cell
            for of_cell in groups
        }

    def of_side(self, side: Side, split: int = 0) -> Record:
        """What all runs that led to a side recorded alike, in its first place if it is tuned.

        In others what was tuned has other values, and nothing else may.

        Args:
            side: its cell, its rounds, and what was tuned for it.
            split: the number of the split that they are on, 0 for the study's own.

        Raises:
            NotTrained: a round of it has no run here.
            Confounded: they differ among themselves.
        """
        key = (side.cell, split, tuple(side.rounds))  # a cell is tuned in one way in a protocol
        if key not in self._found:
            self._found[key] = self._look_up(side, split)
        return self._found[key]

    def _look_up(self, side: Side, split: int) -> Record:
        where = f"{side.cell}, round {max(side.rounds)}"
        of_cell = self._of_cells.get((side.cell, split))
        if of_cell is None or not set(side.rounds) <= set(of_cell["round"]):
            raise NotTrained(f"{where} has not been trained")
        led = of_cell[of_cell["round"] <= max(side.rounds)]
        first = led[led["place"] == led["place"].iloc[0]]
        alike = [name for name in self.columns if not {name, _choice(name)} & side.tuned.keys()]
        for kinds in (led[alike].drop_duplicates(), first[self.columns].drop_duplicates()):
            for name in kinds if len(kinds) > 1 else ():
                if kinds[name].nunique(dropna=False) > 1:
                    raise Confounded(
                        f"the runs that led to {where} differ among themselves in {name}"
                    )
        return {str(name): value for name, value in first[self.columns].iloc[0].to_dict().items()}


def check_comparison(
    recorded: Recorded,
    first: Side,
    second: Side,
    factor: str,
    along: Along | None = None,
    splits: Sequence[int] = (0,),
) -> str:
    """Prove that two sides differ in the factor named and in nothing else, on each split.

    Args:
        recorded: what runs recorded.
        first, second: the sides. Where their `epochs` are what the study's budget gives the cells,
            a difference in them does not count; and they may differ in what was `tuned` for each.
        factor: a training parameter, `round`, or `epoch`.
        along: what moves along with it.
        splits: the numbers of the splits that they were trained on, 0 for the study's own.

    Returns:
        The proof in words, on the first of the splits: `differ in loss alone (ce against bce): all
        their runs have the same …`; or `differ in batch_size (16 against 32) with learning_rate
        moved along (0.0005 against 0.001): …`, where each side has the level that goes with the
        factor's, `tuned` in place of `moved along`, where each has what was chosen for it; or,
        where the budget gives them other epochs, `differ in batch_size (16 against 32), each with
        as many epochs per round as equal updates require (15 against 30): …`.

    Raises:
        NotTrained: no run of a side is here.
        Confounded: they differ in more, or not in the factor, or a side was itself trained in
            more than one way. With the reason.
    """
    sides = (first, second)
    proofs = [
        _prove(recorded, [recorded.of_side(side, split) for side in sides], sides, factor, along)
        for split in splits
    ]
    return proofs[0]


def _prove(
    recorded: Recorded,
    records: list[Record],
    sides: tuple[Side, Side],
    factor: str,
    along: Along | None,
) -> str:
    tuned = _tuned(records, sides)
    moved = [*_moved(records, factor, along or {}), *tuned]
    different = _different(recorded, records, sides, [factor, *moved])
    _refuse(different, factor, moved)
    if factor not in different:
        raise Confounded(f"the sides do not differ in {factor}")
    left_out = (*ALWAYS, factor, *moved)
    same = [name for name in recorded.columns if name not in left_out and not _choice(name)]
    how = [name for name in TRAINED if name in recorded.columns]
    others = " and ".join(
        f"{name} {'tuned' if name in tuned else 'changed in step'} ({_values(different[name])})"
        for name in moved
    )
    alone, what = ("", f" with {others}") if moved else (" alone", "")
    epochs = [record["epochs"] for record in records]
    if epochs[0] == epochs[1]:
        same.append("epochs per round")
    else:
        alone = ""
        what += f", each with as many epochs per round as equal updates require ({_values(epochs)})"
    return (
        f"differ in {factor}{alone} ({_values(different[factor])}){what}: all their runs have the"
        f" same {', '.join([*same, *how])}, data"
        f" ({records[0]['data']}) and trainer ({records[0]['code_trainer']})"
    )


def _different(
    recorded: Recorded, records: list[Record], sides: tuple[Side, Side], varied: Collection[str]
) -> dict[str, list]:
    """What two sides differ in, both values of each; without what goes with what is varied."""
    budgeted = all(record["epochs"] == side.epochs for record, side in zip(records, sides))
    different = {
        name: [record[name] for record in records]
        for name in recorded.columns
        if records[0][name] != records[1][name]
        and not (name == "epochs" and budgeted)
        and _choice(name) not in varied
        and not any(_belongs(name, of, records) for of in varied)
    }
    first, second = sides
    if first.rounds != second.rounds:
        different["round"] = [" and ".join(map(str, side.rounds)) for side in sides]
    if first.half != second.half:
        different["epoch"] = [side.half or "all" for side in sides]
    return different


def check_sides(first: Side, second: Side, factor: str, along: Along | None = None) -> None:
    """Refuse sides that differ in other parameters than the factor, trained or not.

    What moves `along` with the factor may differ with it, as for `check_comparison`.

    Raises:
        Confounded: with what else they differ in.
    """
    parameters = [first.parameters, second.parameters]
    pairs = {
        name: [side[name] for side in parameters]
        for name in first.parameters
        if parameters[0][name] != parameters[1][name] and not _belongs(name, factor, parameters)
    }
    moved = _moved(parameters, factor, along or {}) + _tuned(parameters, (first, second))
    _refuse(pairs, factor, moved)


def check_grid(
    runs: pd.DataFrame,
    cells: Sequence[str],
    round_number: int,
    factors: Collection[str],
    epochs: Mapping[str, int] | None = None,
) -> None:
    """Prove that the cells of a grid, up to a round, differ in its factors and in nothing else.

    Args:
        runs: one row per run, as `read_runs` returns them.
        cells: their names.
        round_number: the round.
        factors: what they may differ in.
        epochs: cell -> how many epochs a round the study's budget gives it, which may differ.

    Raises:
        Confounded: with what else they differ in.
    """
    led = runs[runs["cell"].isin(cells) & (runs["round"] <= round_number)]
    budgeted = (led["epochs"] == led["cell"].map(dict(epochs or {}))).all()
    for name in Recorded(runs).columns:
        if name == "epochs" and budgeted:
            continue
        if name in factors or ("device" in runs and set(condition(name)) & set(factors)):
            continue
        choice = _choice(name)
        alike = [rows for _, rows in led.groupby(choice)] if choice in factors else [led]
        if any(rows[name].nunique(dropna=False) > 1 for rows in alike):
            raise Confounded(f"the cells of the grid differ in {name} as well")


def _choice(column: str) -> str | None:
    """The parameter whose choice's code a column has a digest of."""
    return column.removeprefix("code_") if column.startswith("code_") else None


def _moved(records: Sequence[Record], factor: str, along: Along) -> list[str]:
    """What the records differ in because it moves along with the factor, on both sides."""
    # as text, as levels are in runs.csv
    pairs = {
        name: {(str(level), str(other)) for level, other in levels.items()}
        for name, levels in along.items()
    }
    return [
        name
        for name, known in pairs.items()
        if records[0][name] != records[1][name]
        and all((str(record[factor]), str(record[name])) in known for record in records)
    ]


def _tuned(records: Sequence[Record], sides: tuple[Side, Side]) -> list[str]:
    """What the records differ in because each side has the value that was chosen for it."""
    first, second = sides
    return [
        name
        for name in first.tuned
        if name in second.tuned
        and records[0][name] != records[1][name]
        and all(str(record[name]) == str(side.tuned[name]) for record, side in zip(records, sides))
    ]


def _belongs(name: str, factor: str, sides: Sequence[Parameters]) -> bool:
    """Whether a parameter belongs to one of the factor's levels, and means nothing in the other.

    The hidden units of an mlp are then part of it where it is compared with a cnn.
    """
    if "device" not in sides[0] and not DEFAULTS.keys() <= sides[0].keys():
        return False  # a program's, whatever its parameters are called
    return factor in condition(name) and not all(
        applies(name, DEFAULTS | {key: side[key] for key in condition(name) if key in side})
        for side in sides
    )


def _refuse(different: Mapping[str, list], factor: str, moved: Collection[str]) -> None:
    others = [
        f"{name} ({_values(pair)})"
        for name, pair in different.items()
        if name not in (factor, *moved)
    ]
    if others:
        raise Confounded(f"the sides differ in {' and in '.join(others)}, not in {factor} alone")


def _values(pair: Sequence) -> str:
    return " against ".join(map(str, pair))


def read_runs(path: Path | str) -> pd.DataFrame:
    """The runs that `measure` collected.

    Raises:
        UserError: the file is damaged.
    """
    runs = read_frame(path, numbers=RUN_NUMBERS)
    missing = [
        name
        for name in ("cell", "split", "round", "epochs", "data", "code_trainer")
        if name not in runs.columns
    ]
    if missing:
        raise UserError(f"{path}: no column {missing[0]}; delete it and run again")
    return runs
