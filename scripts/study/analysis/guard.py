"""The confound guard: what two sides of a comparison differ in, from what their runs recorded.

A run records its full settings and digests of its data and of the code that trained it (run.json);
`summarize` collects them in runs.csv. Two sides may be compared if they differ in one named factor
and in nothing else, but for what the study moves along with it, level by level, and for the epochs
of a round where `budget: steps` gives them. Where the factor is chosen from a registry, such as the
loss, the code of that choice goes with it.
"""

from pathlib import Path

import pandas as pd

from study.analysis.averages import RUN_NUMBERS
from study.errors import UserError
from study.frames import read_frame
from study.parameters import DEFAULTS, applies, condition
from study.paths import ON_SPLIT
from study.records import TRAINED

# The columns of runs.csv that say which run it is; all others decide its result.
RUN_KEYS = ("cell", "first", "last", "round")
# What there is beside training parameters and the code of what they choose.
ALWAYS = ("epochs", "device", "command", "data", "code_trainer")


class Confounded(Exception):
    """Why two sides must not be compared."""


def recorded(runs: pd.DataFrame) -> list[str]:
    """The columns of runs.csv that decide a run's result."""
    return [name for name in runs.columns if name not in RUN_KEYS]


def _choice(column: str) -> str | None:
    """The parameter whose choice's code a column has a digest of."""
    return column.removeprefix("code_") if column.startswith("code_") else None


def check_comparison(
    runs: pd.DataFrame,
    first: dict,
    second: dict,
    factor: str,
    along: dict[str, dict] | None = None,
) -> str:
    """Prove that two sides differ in the factor named and in nothing else.

    Args:
        runs: one row per run, as `read_runs` returns them.
        first, second: a side's `cell` and `rounds`, the list of the rounds that it looks at; and
            `epochs_per_round`, how many the study's budget gives the cell, so that a difference in
            them is no other difference (where it is left out, it is); and where the side was tuned,
            `tuned`, the values that were chosen for it, in which it may differ.
        factor: a training parameter, `round`, or `epoch`.
        along: what moves along with it: name -> level of the factor -> level that goes with it.

    Returns:
        The proof in words: `differ in loss alone (ce against bce): all their runs have the same …`;
        or `differ in batch_size (16 against 32) with learning_rate moved along (0.0005 against
        0.001): …`, where each side has the level that goes with the factor's, `tuned` in place of
        `moved along`, where each has what was chosen for it; or, where the budget gives them other
        epochs, `differ in batch_size (16 against 32), each with the epochs a round that equal
        updates take (15 against 30): …`.

    Raises:
        LookupError: no run of a side is here.
        Confounded: they differ in more, or not in the factor, or a side was itself trained in
            more than one way. With the reason.
    """
    records = [recorded_side(runs, side) for side in (first, second)]
    tuned = _tuned(records, first, second)
    moved = [*_moved(records, factor, along or {}), *tuned]
    budgeted = all(
        record["epochs"] == side.get("epochs_per_round")
        for record, side in zip(records, (first, second))
    )
    different = {
        name: [record[name] for record in records]
        for name in recorded(runs)
        if records[0][name] != records[1][name]
        and not (name == "epochs" and budgeted)
        and _choice(name) not in (factor, *moved)
        and not any(_belongs(name, varied, records) for varied in (factor, *moved))
    }
    if first["rounds"] != second["rounds"]:
        different["round"] = [" and ".join(map(str, side["rounds"])) for side in (first, second)]
    if first.get("epochs") != second.get("epochs"):
        different["epoch"] = [side.get("epochs", "all") for side in (first, second)]
    _refuse(different, factor, moved)
    if factor not in different:
        raise Confounded(f"the sides do not differ in {factor}")
    left_out = (*ALWAYS, factor, *moved)
    same = [name for name in recorded(runs) if name not in left_out and not _choice(name)]
    how = [name for name in TRAINED if name in runs.columns]
    others = " and ".join(
        f"{name} {'tuned' if name in tuned else 'moved along'} ({_values(different[name])})"
        for name in moved
    )
    alone, what = ("", f" with {others}") if moved else (" alone", "")
    epochs = [record["epochs"] for record in records]
    if epochs[0] == epochs[1]:
        same.append("epochs a round")
    else:
        alone = ""
        what += f", each with the epochs a round that equal updates take ({_values(epochs)})"
    return (
        f"differ in {factor}{alone} ({_values(different[factor])}){what}: all their runs have the"
        f" same {', '.join([*same, *how])}, data"
        f" ({records[0]['data']}) and trainer ({records[0]['code_trainer']})"
    )


def recorded_side(runs: pd.DataFrame, side: dict) -> dict:
    """What all runs that led to a side recorded alike, by the columns of runs.csv.

    Raises:
        LookupError: a round of it has no run here.
        Confounded: they differ among themselves.
    """
    led = runs[(runs["cell"] == side["cell"]) & (runs["round"] <= max(side["rounds"]))]
    where = f"{side['cell']}, round {max(side['rounds'])}"
    if not set(side["rounds"]) <= set(led["round"]):
        raise LookupError(f"{where} has not been trained")
    kinds = led[recorded(runs)].drop_duplicates()
    for name in kinds if len(kinds) > 1 else ():
        if kinds[name].nunique(dropna=False) > 1:
            raise Confounded(f"the runs that led to {where} differ among themselves in {name}")
    return kinds.iloc[0].to_dict()


def _moved(records: list[dict], factor: str, along: dict[str, dict]) -> list[str]:
    """What the records differ in because it moves along with the factor, on both sides."""
    # as text, which levels are in runs.csv
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


def _tuned(records: list[dict], first: dict, second: dict) -> list[str]:
    """What the records differ in because each side has the value that was chosen for it."""
    chosen = [side.get("tuned", {}) for side in (first, second)]
    return [
        name
        for name in chosen[0].keys() & chosen[1].keys()
        if records[0][name] != records[1][name]
        and all(str(record[name]) == str(of[name]) for record, of in zip(records, chosen))
    ]


def on_split(side: dict, split: int) -> dict:
    """A side on one of the splits that are drawn anew."""
    return side | {"cell": ON_SPLIT.format(cell=side["cell"], split=split)}


def check_on_splits(runs: pd.DataFrame, sides: list[dict], splits: list[int], *about) -> str:
    """`check_comparison` on each of some splits, where `runs` have a cell for each of them.

    Args:
        runs: one row per run, as `read_runs` returns them.
        sides: the two sides, named by their cells on the study's own split.
        splits: the numbers of the splits.
        about: the factor and what moves along, as for `check_comparison`.

    Returns:
        The proof on the first of them.
    """
    proofs = [
        check_comparison(runs, *(on_split(side, split) for side in sides), *about)
        for split in splits
    ]
    return proofs[0]


def check_sides(
    first: dict, second: dict, factor: str, along: dict[str, dict] | None = None
) -> None:
    """Refuse sides that differ in other `parameters` than the factor, trained or not.

    What moves `along` with the factor may differ with it, as for `check_comparison`.

    Raises:
        Confounded: with what else they differ in.
    """
    pairs = {
        name: [side["parameters"][name] for side in (first, second)]
        for name in first["parameters"]
        if first["parameters"][name] != second["parameters"][name]
        and not _belongs(name, factor, [first["parameters"], second["parameters"]])
    }
    parameters = [first["parameters"], second["parameters"]]
    moved = _moved(parameters, factor, along or {}) + _tuned(parameters, first, second)
    _refuse(pairs, factor, moved)


def check_grid(
    runs: pd.DataFrame,
    cells: list[str],
    round_number: int,
    factors: list[str],
    epochs: dict[str, int] | None = None,
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
    budgeted = (led["epochs"] == led["cell"].map(epochs or {})).all()
    for name in recorded(runs):
        if name == "epochs" and budgeted:
            continue
        if name in factors or ("device" in runs and set(condition(name)) & set(factors)):
            continue
        alike = led.groupby(_choice(name)) if _choice(name) in factors else [("", led)]
        if any(rows[name].nunique(dropna=False) > 1 for _, rows in alike):
            raise Confounded(f"the cells of the grid differ in {name} as well")


def _belongs(name: str, factor: str, sides: list[dict]) -> bool:
    """Whether a parameter belongs to one of the factor's levels, and means nothing in the other.

    The hidden units of an mlp are then a part of what it is compared with a cnn as.
    """
    if "device" not in sides[0] and not DEFAULTS.keys() <= sides[0].keys():
        return False  # a program's, whatever its parameters are called
    return factor in condition(name) and not all(
        applies(name, DEFAULTS | {key: side[key] for key in condition(name) if key in side})
        for side in sides
    )


def _refuse(different: dict[str, list], factor: str, moved: list[str]) -> None:
    others = [
        f"{name} ({_values(pair)})"
        for name, pair in different.items()
        if name not in (factor, *moved)
    ]
    if others:
        raise Confounded(f"the sides differ in {' and in '.join(others)}, not in {factor} alone")


def _values(pair: list) -> str:
    return " against ".join(map(str, pair))


def read_runs(path: Path | str) -> pd.DataFrame:
    """The runs that `summarize` collected.

    Raises:
        UserError: the file is damaged.
    """
    runs = read_frame(path, numbers=RUN_NUMBERS)
    missing = [
        name
        for name in ("cell", "round", "epochs", "data", "code_trainer")
        if name not in runs.columns
    ]
    if missing:
        raise UserError(f"{path}: no column {missing[0]}; delete it and run again")
    return runs
