"""From the metrics of each epoch to one mean a seed, and from those to a mean over seeds."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
from pandas.api.types import is_numeric_dtype

from study.analysis.alike import SAME_AS
from study.analysis.epochs import EPOCH_COUNTS, count_epochs, read_run
from study.analysis.metrics import FINAL, GAPS, METRICS
from study.budget import cell_warmup
from study.errors import UserError
from study.frames import read_frame
from study.parameters import PARAMETERS, columns, declared
from study.records import TRAINED, read_record
from study.training import EPOCH_METRICS
from study.training.epoch_choices import ends_early

HALVES = ("early", "late")


def half_name(metric: str, half: str) -> str:
    """The column that has a metric's mean over half of the epochs: `val_loss_early`."""
    return f"{metric}_{half}"


HALF_METRICS = [half_name(metric, half) for half in HALVES for metric in EPOCH_METRICS]


def average_epochs(metrics: pd.DataFrame, warmup_epochs: int) -> pd.DataFrame:
    """The means over the epochs after the warm-up, one row per seed, empty where it diverged.

    Beside the means over all of them are those over their first half and over their last, which say
    how a curve runs within a round; where the number of epochs is odd, the one in the middle is in
    neither.
    """
    after = metrics[(metrics["epoch"] > warmup_epochs) & ~metrics["diverged"]]
    last = after.groupby("seed")["epoch"].transform("max")  # of each: a round may end early
    half = (last - warmup_epochs) // 2
    parts = {
        "": after,
        "early": after[after["epoch"] <= warmup_epochs + half],
        "late": after[after["epoch"] > last - half],
    }
    means = [
        part.groupby("seed")[list(EPOCH_METRICS)]
        .mean()
        .rename(columns=lambda metric, name=name: half_name(metric, name) if name else metric)
        for name, part in parts.items()
    ]
    means = pd.concat(means, axis=1).reindex(sorted(metrics["seed"].unique()))
    return means.rename_axis("seed").reset_index()


# What numbers runs.csv has; levels and digests are kept as the text that they are.
RUN_NUMBERS = ("first", "last", "round", "epochs")


def summarize(
    runs: list[dict],
    paths: list[str],
    records: list[str],
    study: dict,
    also: Callable[[dict, pd.DataFrame], None] = lambda run, metrics: None,
) -> pd.DataFrame:
    """One row per cell, round and seed, with its parameters, the four means and their halves.

    Where a cell has a rule that chooses its epoch, all have the counts of `count_epochs` too: the
    chosen epoch, and where a rule may end a round early, how many were trained.

    Args:
        runs: the runs to read, as `study.cells.expand_runs` returns them.
        paths: the metric file of each.
        records: the run.json of each.
        study: has `cells`, with their `epochs` a round; `epochs_per_round` and `warmup_epochs`, the
            baseline's; and its `program` if it has one.
        also: is given each run with its epochs, so that no other has to read them again.

    Raises:
        UserError: a file is damaged.
    """
    cells = study["cells"]
    parameters = columns(cells.values(), declared(study))
    rules = {cell.get("epoch_choice", "last") for cell in cells.values()}
    counts = EPOCH_COUNTS if any(map(ends_early, rules)) else EPOCH_COUNTS[:1]
    counts = counts if rules - {"last"} else ()
    header = ["cell", *parameters, "round", "seed", *EPOCH_METRICS, *HALF_METRICS, *counts]
    parts = [pd.DataFrame(columns=header)]
    for run, path, record in zip(runs, paths, records, strict=True):
        epochs = cells[run["cell"]]["epochs"]
        metrics = read_run(run, path, record, epochs)
        also(run, metrics)
        of_cell = {name: cells[run["cell"]][name] for name in parameters}
        means = average_epochs(metrics, cell_warmup(study, epochs))
        if counts:
            rule = cells[run["cell"]]["epoch_choice"]
            means = means.merge(count_epochs(metrics, rule), on="seed")
        means = means.assign(cell=run["cell"], round=run["round"], **of_cell)
        parts.append(means[header])
    summary = pd.concat([part for part in parts if len(part)] or parts)
    order = {cell: position for position, cell in enumerate(cells)}
    return summary.sort_values(
        ["cell", "round", "seed"],
        key=lambda column: column.map(order) if column.name == "cell" else column,
        kind="stable",
        ignore_index=True,
    )


def collect_runs(
    runs: list[dict], records: list[str], parameters: dict = PARAMETERS
) -> pd.DataFrame:
    """What each run recorded of itself: its full settings, and digests of its data and code.

    Args:
        runs: the runs to read, as `study.cells.expand_runs` returns them.
        records: the run.json of each.
        parameters: the study's, as `study.parameters.declared` returns them. One that a run did not
            record was at its default.

    Raises:
        UserError: a record is damaged.
    """
    found = [read_record(path) for path in records]
    defaults = {name: spec["default"] for name, spec in parameters.items()}
    shown = columns((defaults | record["parameters"] for record in found), parameters)
    code = list(dict.fromkeys(name for record in found for name in record["code"]))
    how = [name for name in TRAINED if any(name in record for record in found)] or ["device"]
    rows = []
    for run, record in zip(runs, found, strict=True):
        settings = defaults | record["parameters"]
        rows.append(
            {"cell": run["cell"]}
            | {name: record[name] for name in ("first", "last", "round", "epochs")}
            | {name: settings[name] for name in shown}
            | {name: record[name] for name in (*how, "data")}
            | {f"code_{name}": record["code"].get(name, "") for name in code}
        )
    header = ["cell", "first", "last", "round", "epochs", *shown, *how, "data"]
    return pd.DataFrame(rows, columns=header + [f"code_{name}" for name in code or ["trainer"]])


def read_values(summary: Path | str, evaluation: Path | str) -> pd.DataFrame:
    """`join_metrics` of two files.

    Raises:
        UserError: a file lacks a column, or has text for a number.
    """
    frames = []
    for path, metrics in ((summary, (*EPOCH_METRICS, *HALF_METRICS)), (evaluation, FINAL)):
        frame = read_frame(path)
        for column in ("cell", "round", "seed", *metrics):
            there = column in frame
            numbers = frame.empty or column == "cell" or is_numeric_dtype(frame.get(column))
            if not there or not numbers:
                what = "has something else than numbers" if there else "is missing"
                raise UserError(f"{path}: column {column} {what}; delete it and run again")
        frames.append(frame)
    return join_metrics(*frames)


def join_metrics(summary: pd.DataFrame, evaluation: pd.DataFrame) -> pd.DataFrame:
    """All metrics of each cell, round and seed: those of an epoch, gaps, final ones and halves.

    Metrics of which there is nothing have no column: final ones, such as those of a test split, and
    those of an epoch that a program does not measure. Where seeds are alike there is their
    `same_as` (`study.analysis.alike`).
    """
    keys = ["cell", "round", "seed"]
    halves = [name for name in HALF_METRICS if name in summary]
    counts = [name for name in EPOCH_COUNTS if name in summary]
    epochs = summary[[*keys, *EPOCH_METRICS, *counts, *halves]]
    values = epochs.merge(evaluation, on=keys, how="left", validate="1:1")
    measured = [metric for metric in EPOCH_METRICS if values[metric].notna().any()]
    measured = measured or [*EPOCH_METRICS]  # where all have diverged
    gaps = [name for name, gap in GAPS.items() if {gap.larger, gap.smaller} <= {*measured}]
    for name in gaps:
        values[name] = values[GAPS[name].larger] - values[GAPS[name].smaller]
    there = [metric for metric in FINAL if values[metric].notna().any()]
    halves = [name for name in halves if name.rpartition("_")[0] in measured]
    same = [SAME_AS] if SAME_AS in values else []
    return values[[*keys, *measured, *gaps, *counts, *there, *halves, *same]]


def present_metrics(values: pd.DataFrame) -> list[str]:
    """The metrics that `join_metrics` has found, without the halves."""
    return [name for name in values.columns if name in METRICS]


def diverged_rows(values: pd.DataFrame) -> pd.Series:
    """Whether each row is of a seed that diverged: it has no averages."""
    averages = [metric for metric in EPOCH_METRICS if metric in values]
    return values[averages].isna().all(axis=1)


def over_seeds(values: pd.DataFrame, metrics: Sequence[str] = EPOCH_METRICS) -> dict:
    """Counts, means and sample standard deviations over seeds.

    Args:
        values: one row per seed, its averages empty where it diverged.
        metrics: those to average.

    Returns:
        `n` (seeds that the means are over), `diverged`, and for each metric its mean and, under
        `<metric>_sd`, its standard deviation (n - 1 in the denominator; NaN below two seeds).
    """
    whole = values[~diverged_rows(values)]
    row = {"n": len(whole), "diverged": len(values) - len(whole)}
    for metric in metrics:
        column = whole[metric] if metric in whole else pd.Series(dtype=float)
        row[metric] = column.mean()
        row[f"{metric}_sd"] = column.std(ddof=1)
    return row
