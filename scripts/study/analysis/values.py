"""values.csv: every metric of every cell, round and seed, of all protocols in one form.

Beside `cell`, its `place`, the parameters that are listed, `round` and `seed` are the metrics:
those of an epoch, averaged over the epochs after the warm-up; gaps; counts of epochs; final ones;
and the means over half of the epochs. Over splits that are drawn anew a seed is the number of a
split.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from pandas.api.types import is_numeric_dtype

from study.analysis.alike import KEYS, SAME_AS, mark_same, result_digests
from study.analysis.averages import HALF_METRICS, average_epochs
from study.analysis.epochs import EPOCH_COUNTS, count_epochs
from study.analysis.evaluation import final_metrics
from study.analysis.metrics import FINAL, GAPS, METRICS
from study.analysis.results import Result
from study.design.cell import Cell
from study.design.protocols import cell_in_place
from study.settings.parameters import Specs, columns
from study.store.errors import UserError
from study.store.frames import read_frame
from study.store.records import Chosen
from study.training import EPOCH_METRICS
from study.training.epoch_choices import ends_early

RESULTS = "results"  # of a seed: a digest of all that it has


def measure(result: Result) -> pd.DataFrame:
    """All metrics of one run but for the gaps, one row per seed; NaN for what is missing.

    Beside them `cell`, `place`, `round`, `seed`, and `RESULTS`.
    """
    rule = result.cell.parameters.get("epoch_choice", "last")
    values = average_epochs(result.epochs, result.cell.warmup)
    values[RESULTS] = result_digests(result.epochs, result.scores)
    values = values.merge(count_epochs(result.epochs, rule), on="seed")
    if result.scores:
        values = values.merge(final_metrics(result.scores), on="seed", validate="1:1")
    run = result.run
    return values.assign(cell=run.cell, place=run.place, round=run.round)


def collect_values(
    measured: Sequence[pd.DataFrame],
    cells: Mapping[str, Cell],
    specs: Specs,
    chosen: Mapping[str, Chosen] | None = None,
) -> pd.DataFrame:
    """What values.csv has, one row per cell, place, round and seed, the cells in their order.

    Epochs are counted where a cell has a rule that chooses one: which was chosen, and where a rule
    may end a round early, how many were trained. Where seeds are alike in everything there is
    their `same_as` (`study.analysis.alike`).

    Args:
        measured: what `measure` returns of each run.
        cells: all cells, with their parameters.
        specs: the schemas of the study's parameters.
        chosen: cell -> what tuning chose for it, where sides are tuned.
    """
    header = [*KEYS, *EPOCH_METRICS, *EPOCH_COUNTS, *FINAL, *HALF_METRICS, RESULTS]
    found = pd.concat(measured, ignore_index=True) if measured else pd.DataFrame(columns=header)
    order = {cell: place for place, cell in enumerate(cells)}
    found = found.reindex(columns=header).sort_values(
        KEYS,
        key=lambda column: column.map(order) if column.name == "cell" else column,
        kind="stable",
        ignore_index=True,
    )
    rules = {cell.parameters.get("epoch_choice", "last") for cell in cells.values()}
    if rules <= {"last"}:
        found = found.drop(columns=[*EPOCH_COUNTS])
    elif not any(map(ends_early, rules)):
        found = found.drop(columns="epochs_trained")
    values = mark_same(arrange_metrics(found), found[RESULTS])
    trained = {
        (cell, place): cell_in_place(cells[cell], (chosen or {}).get(cell), place).parameters
        for cell, place in zip(values["cell"], values["place"])
    }
    listed = columns([*trained.values(), *(cell.parameters for cell in cells.values())], specs)
    for position, name in enumerate(listed, 2):
        of_rows = zip(values["cell"], values["place"])
        values.insert(position, name, [trained[row][name] for row in of_rows])
    return values


def arrange_metrics(values: pd.DataFrame) -> pd.DataFrame:
    """All metrics of each cell, place, round and seed, in their order, with the gaps.

    Metrics of which there is nothing have no column: final ones, such as those of a test split, and
    those of an epoch that a program does not measure.

    Args:
        values: has `cell`, `place`, `round`, `seed`, the metrics of an epoch, and any others.
    """
    measured = [metric for metric in EPOCH_METRICS if values[metric].notna().any()]
    measured = measured or [*EPOCH_METRICS]  # where all have diverged
    gaps = {name: gap for name, gap in GAPS.items() if {gap.larger, gap.smaller} <= {*measured}}
    differences = {name: values[gap.larger] - values[gap.smaller] for name, gap in gaps.items()}
    counts = [name for name in EPOCH_COUNTS if name in values]
    final = [name for name in FINAL if name in values and values[name].notna().any()]
    halves = [
        name for name in HALF_METRICS if name in values and name.rpartition("_")[0] in measured
    ]
    return values.assign(**differences)[[*KEYS, *measured, *gaps, *counts, *final, *halves]]


def read_values(path: Path | str) -> pd.DataFrame:
    """The metrics of values.csv by `cell`, `place`, `round` and `seed`, without the parameters.

    Raises:
        UserError: it lacks a column, has one that is no metric, or text for a number.
    """
    frame, advice = read_frame(path, {"cell": str, "place": str}), "; delete it and run again"
    for column in KEYS:
        if column not in frame:
            raise UserError(f"{path}: column {column} is missing{advice}")
    metrics = list(frame.columns)[list(frame.columns).index("seed") + 1 :]
    for column in ("round", "seed", *metrics):
        if not frame.empty and not is_numeric_dtype(frame[column]):
            raise UserError(f"{path}: column {column} has something other than numbers{advice}")
        if column not in (*KEYS, *METRICS, *HALF_METRICS, SAME_AS):
            raise UserError(f"{path}: column {column} is not a metric{advice}")
    return frame[[*KEYS, *metrics]]


def present_metrics(values: pd.DataFrame) -> list[str]:
    """The metrics that there are, without the halves."""
    return [name for name in values.columns if name in METRICS]
