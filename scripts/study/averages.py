"""From the metrics of each epoch to one mean a seed, and from those to a mean over seeds."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from study.errors import UserError
from study.frames import read_frame
from study.metrics import FINAL_METRICS, GAPS
from study.parameters import DEFAULTS, METRICS, PARAMETERS

LOSS_COLUMNS = ["train_loss", "val_loss"]


def read_metrics(path, seeds: range, epochs: int) -> pd.DataFrame:
    """A run's metrics: `seed`, `epoch` and the four metrics, and whether the seed `diverged`.

    A seed has diverged where a loss is not finite. It may have fewer rows than epochs.

    Raises:
        UserError: the file is not whole.
    """
    advice = "; delete it and run again"
    try:
        frame = pd.read_csv(path, dtype={"seed": int, "epoch": int} | dict.fromkeys(METRICS, float))
        if not Path(path).read_bytes().endswith(b"\n"):  # its last number may have lost digits
            raise ValueError("its last line is cut off")
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read ({error}){advice}") from error
    if list(frame.columns) != ["seed", "epoch", *METRICS]:
        raise UserError(f"{path}: columns {', '.join(frame.columns)}{advice}")
    finite = np.isfinite(frame[LOSS_COLUMNS].to_numpy()).all(axis=1)
    frame["diverged"] = frame["seed"].map((~pd.Series(finite)).groupby(frame["seed"]).any())
    found = {seed: list(rows["epoch"]) for seed, rows in frame.groupby("seed")}
    for seed in seeds:
        rows = found.pop(seed, [])
        whole = list(range(1, epochs + 1))
        stopped = frame.loc[frame["seed"] == seed, "diverged"].any()
        if not rows or rows != (whole[: len(rows)] if stopped else whole):
            raise UserError(f"{path}: seed {seed} has {len(rows)} of {epochs} epochs{advice}")
    if found:
        raise UserError(f"{path}: has seed {min(found)}, not in its block{advice}")
    return frame


def average_run(metrics: pd.DataFrame, warmup_epochs: int) -> pd.DataFrame:
    """The means over the epochs after the warm-up, a row a seed, empty where a seed diverged."""
    after = metrics[(metrics["epoch"] > warmup_epochs) & ~metrics["diverged"]]
    means = after.groupby("seed")[list(METRICS)].mean()
    return means.reindex(sorted(metrics["seed"].unique())).rename_axis("seed").reset_index()


def summarize(runs: list[dict], paths: list[str], plan: dict) -> pd.DataFrame:
    """One row per cell, round and seed, with the cell's parameters and its four means.

    Args:
        runs: the runs to read, as `study.cells.plan_runs` returns them.
        paths: the metric file of each.
        plan: has `cells`, `epochs_per_round` and `warmup_epochs`.
    """
    cells, epochs, warmup = plan["cells"], plan["epochs_per_round"], plan["warmup_epochs"]
    parts = [pd.DataFrame(columns=SUMMARY_COLUMNS)]
    for run, path in zip(runs, paths, strict=True):
        metrics = read_metrics(path, range(run["first"], run["last"] + 1), epochs)
        means = average_run(metrics, warmup)
        parameters = {name: cells[run["cell"]][name] for name in PARAMETERS}
        means = means.assign(cell=run["cell"], round=run["round"], **parameters)
        parts.append(means[SUMMARY_COLUMNS])
    summary = pd.concat([part for part in parts if len(part)] or parts)
    order = {cell: position for position, cell in enumerate(cells)}
    return summary.sort_values(
        ["cell", "round", "seed"],
        key=lambda column: column.map(order) if column.name == "cell" else column,
        kind="stable",
        ignore_index=True,
    )


SUMMARY_COLUMNS = ["cell", *PARAMETERS, "round", "seed", *METRICS]


RUN_COLUMNS = ["cell", "first", "last", "round", "epochs", *PARAMETERS, "device", "data", "code"]


def collect_runs(runs: list[dict], paths: list[str]) -> pd.DataFrame:
    """What each run recorded of itself: its full settings, and digests of its data and code.

    Args:
        runs: the runs to read, as `study.cells.plan_runs` returns them.
        paths: the run.json of each.
    """
    rows = []
    for run, path in zip(runs, paths, strict=True):
        try:
            text = Path(path).read_text(encoding="utf-8")
            recorded = json.loads(text)
            if not text.endswith("\n"):
                raise ValueError("its end is cut off")
            if not isinstance(recorded, dict) or not isinstance(recorded.get("settings"), dict):
                raise ValueError("no record of a run")
            row = DEFAULTS | recorded["settings"] | recorded
            rows.append({"cell": run["cell"]} | {name: row[name] for name in RUN_COLUMNS[1:]})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"{path}: damaged ({error}); delete it and run again") from error
    return pd.DataFrame(rows, columns=RUN_COLUMNS)


def read_values(summary, evaluation) -> pd.DataFrame:
    """`join_metrics` of two files.

    Raises:
        UserError: a file lacks a column, or has text for a number.
    """
    frames = []
    for path, metrics in ((summary, METRICS), (evaluation, FINAL_METRICS)):
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
    """All metrics of each cell, round and seed: the summary's, the gaps and the final ones.

    Final metrics of which there is nothing, such as those of a test split, have no column.
    """
    keys = ["cell", "round", "seed"]
    values = summary[[*keys, *METRICS]].merge(evaluation, on=keys, how="left", validate="1:1")
    for gap, (larger, smaller) in GAPS.items():
        values[gap] = values[larger] - values[smaller]
    there = [metric for metric in FINAL_METRICS if values[metric].notna().any()]
    return values[[*keys, *METRICS, *GAPS, *there]]


def over_seeds(means: pd.DataFrame) -> dict:
    """Counts, means and sample standard deviations over seeds.

    Args:
        means: one row a seed with the four means, empty where the seed diverged.

    Returns:
        `n` (seeds that the means are over), `diverged`, and for each metric its mean and, under
        `<metric>_sd`, its standard deviation (n - 1 in the denominator; NaN below two seeds).
    """
    whole = means[list(METRICS)].dropna()
    row = {"n": len(whole), "diverged": len(means) - len(whole)}
    for metric in METRICS:
        row[metric] = whole[metric].mean()
        row[f"{metric}_sd"] = whole[metric].std(ddof=1)
    return row
