"""The files of a run, written as a training job writes them, of content that a test chooses."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from study.design.cell import Cell
from study.settings.parameters import DEFAULTS
from study.store.files import file_digest

HEADER = "seed,epoch,train_loss,train_accuracy,val_loss,val_accuracy\n"
RECORD: dict[str, Any] = {
    "parameters": {"hidden_units": 256},
    "epochs": 3,
    "device": "cpu",
    "first": 0,
    "last": 1,
    "round": 1,
    "data": "d",
    "code": {"trainer": "t", "loss": "b"},
    "files": dict.fromkeys(("checkpoint.pt", "scores.npz", "metrics.csv"), "0" * 64),
}


def cell(rounds: int = 1, epochs: int = 3, warmup: int = 1, **changes: Any) -> Cell:
    """A cell that differs from the defaults in `changes`."""
    return Cell(DEFAULTS | changes, rounds, epochs, warmup)


def write_record(path: Path | str, name: str = "metrics.csv", **changes: Any) -> str:
    """The record of the run that a file is of, with the file's digest under its name in a run."""
    record = RECORD | {"files": RECORD["files"] | {name: file_digest(path)}} | changes
    where = Path(f"{path}.json")
    where.write_text(json.dumps(record) + "\n")
    return str(where)


def write_run(
    folder: Path, metrics: str, scores: dict[str, np.ndarray] | None = None, **changes: Any
) -> tuple[list[str], list[str], list[str]]:
    """A run's metrics.csv, run.json and scores.npz, as lists of one, as functions take them."""
    folder.mkdir(parents=True)
    (folder / "metrics.csv").write_text(metrics)
    np.savez(folder / "scores.npz", **(scores or {"seeds": np.arange(2)}))
    files = {name: file_digest(folder / name) for name in ("metrics.csv", "scores.npz")}
    record = RECORD | {"files": RECORD["files"] | files} | changes
    (folder / "run.json").write_text(json.dumps(record) + "\n")
    metrics_file, record_file, scores_file = (
        [str(folder / name)] for name in ("metrics.csv", "run.json", "scores.npz")
    )
    return metrics_file, record_file, scores_file
