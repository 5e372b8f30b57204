"""What runs left, each file read once, and what a run recorded checked against what it should be.

The configuration says what a cell is, and the name of a run's folder which cell it is of; what was
trained stands in its run.json. Where they differ, numbers would be printed under another name than
their own: such a run is refused, and not averaged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from study.analysis.epochs import read_run
from study.analysis.evaluation import Scores, read_scores
from study.design.cell import Cell
from study.design.runs import Run
from study.settings.parameters import Specs, columns
from study.store.errors import UserError
from study.store.records import TRAINED, is_trained, read_record

# What numbers runs.csv has; levels and digests are kept as the text that they are.
RUN_NUMBERS = ("split", "first", "last", "round", "epochs")


@dataclass(frozen=True, eq=False)
class Result:
    """What one run left."""

    run: Run
    cell: Cell
    record: dict[str, Any]  # what run.json has: see study.store.records
    epochs: pd.DataFrame  # as study.analysis.epochs.read_epochs returns it
    scores: Scores  # nothing where they are not read


def read_results(
    runs: Sequence[Run],
    cells: Sequence[Cell],
    specs: Specs,
    metrics: Sequence[str],
    records: Sequence[str],
    scores: Sequence[str] = (),
) -> Iterator[Result]:
    """What each run left, one after the other, without those that had nothing to train.

    Args:
        runs: those to read.
        cells: what each is to be trained with; of tuned sides with the values of its place.
        specs: the schemas of the study's parameters. One that a run did not record was at its
            default.
        metrics, records, scores: the metrics.csv, the run.json and the scores.npz of each run; or
            no scores at all, which are then not read.

    Raises:
        UserError: a file is damaged, or a run was trained otherwise than its cell says.
    """
    defaults = {name: spec["default"] for name, spec in specs.items()}
    for place, (run, cell, path, of_run) in enumerate(
        zip(runs, cells, metrics, records, strict=True)
    ):
        record = read_record(Path(of_run))
        if not is_trained(record):
            continue
        record["parameters"] = defaults | record["parameters"]
        refuse_other(run, cell, record, Path(of_run))
        digest = record["files"]["scores.npz"]
        yield Result(
            run=run,
            cell=cell,
            record=record,
            epochs=read_run(run, path, record, cell.epochs),
            scores=read_scores(scores[place], run.seeds, digest) if scores else {},
        )


def refuse_other(run: Run, cell: Cell, record: Mapping[str, Any], path: Path) -> None:
    """Stop if a run was not trained as it should be.

    Args:
        run, cell: what it should be.
        record: what it recorded, with a value for every parameter.
        path: its run.json.

    Raises:
        UserError: with what differs, both values of it, and what to do.
    """
    epochs, seeds = "epochs a round", "seeds"
    trained = record["parameters"] | {epochs: record["epochs"], "round": record["round"]}
    trained[seeds] = f"{record['first']} to {record['last']}"
    wanted = cell.parameters | {epochs: cell.epochs, "round": run.round}
    wanted[seeds] = f"{run.first} to {run.last}"
    other = [
        f"{name} {value}, not {wanted[name]}"
        if name in wanted
        else f"{name} {value}, which is not a parameter of this study"
        for name, value in trained.items()
        if name not in wanted or value != wanted[name]
    ]
    if other:
        raise UserError(
            f"{path}: this run was not trained as its cell {run.cell} says, but with"
            f" {'; '.join(other)}; delete {path.parent.parent} and run again"
        )


def collect_runs(recorded: Sequence[tuple[Run, Mapping[str, Any]]], specs: Specs) -> pd.DataFrame:
    """What each run recorded of itself: its full settings, and digests of its data and code.

    Args:
        recorded: runs, each with its record, which has a value for every parameter.
        specs: the schemas of the study's parameters.
    """
    records = [record for _, record in recorded]
    shown = columns([record["parameters"] for record in records], specs)
    code = list(dict.fromkeys(name for record in records for name in record["code"]))
    how = [name for name in TRAINED if any(name in record for record in records)] or ["device"]
    rows = [
        {"cell": run.cell, "place": run.place, "split": run.split}
        | {name: record[name] for name in ("first", "last", "round", "epochs")}
        | {name: record["parameters"][name] for name in shown}
        | {name: record[name] for name in (*how, "data")}
        | {f"code_{name}": record["code"].get(name, "") for name in code}
        for run, record in recorded
    ]
    header = ["cell", "place", *RUN_NUMBERS, *shown, *how, "data"]
    return pd.DataFrame(rows, columns=header + [f"code_{name}" for name in code or ["trainer"]])
