"""What tests do with the small study: change it, ask what it would do, read its results."""

import copy
import csv
from pathlib import Path

from conftest import (
    SMALL_STUDY,
    jobs_by_rule,
    snakemake,
    write_study,
)

BCE, CE = (f"{loss}_b32_relu_hidden_units8_epochs_per_round4" for loss in ("bce", "ce"))
# What is the same whenever and wherever it was made; environments.csv is not.
RESULTS = ("metrics.csv", "scores.npz", "run.json", "cells.csv", "runs.csv", "fixed/values.csv")
RESULTS += ("fixed/values.csv", "mistakes.csv", "curves.json", "*/tables/*", "*/statistics/*")
RESULTS += ("*/pictures/*", "*.svg", "*.html")
NOTHING = "Nothing to be done"


def read_csv(path: Path) -> list[dict]:
    with path.open() as file:
        return list(csv.DictReader(file))


def cell_folder(folder: Path, prefix: str) -> Path:
    (found,) = (folder / "results" / "tiny" / "runs").glob(f"{prefix}_????????/fixed/split0/*")
    return found


def planned(folder: Path, *arguments: str, **options) -> dict[str, int]:
    """The jobs that a dry run plans, by rule; none where there is nothing to be done."""
    done = snakemake(folder, "--dry-run", *arguments, **options)
    assert done.returncode == 0, done.stdout
    return {} if NOTHING in done.stdout else jobs_by_rule(done.stdout)


def change_study(folder: Path, **changes) -> None:
    write_study(folder, copy.deepcopy(SMALL_STUDY), **changes)
