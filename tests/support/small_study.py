"""A small study that trains in seconds: its configuration, what it would do, its results."""

import copy
import csv
from pathlib import Path

import numpy as np
import yaml
from run_snakemake import jobs_by_rule, snakemake

# Two cells of two seeds for one round of four epochs, one table and one figure.
SMALL_STUDY = {
    "dataset": "tiny",
    "datasets": {
        "wdbc": None,
        "pneumoniamnist": None,
        "tiny": {"kind": "npz", "path": "tiny.npz"},
    },
    "baseline": {"hidden_units": 8},
    "grid": {"batch_size": None, "activation": None},
    "epochs_per_round": 4,
    "warmup_epochs": 1,
    "rounds": 1,
    "seeds": 2,
    "seeds_per_job": 2,
    "tables": {f"table{number}": None for number in range(2, 8)},
    "figures": {"figure1": None, "figure2": None},
}

BCE, CE = (f"{loss}_b32_relu_hidden_units8_epochs_per_round4" for loss in ("bce", "ce"))
# What is the same whenever and wherever it was made; environments.csv is not.
RESULTS = ("metrics.csv", "scores.npz", "run.json", "cells.csv", "runs.csv", "fixed/values.csv")
RESULTS += ("fixed/values.csv", "mistakes.csv", "curves.json", "*/tables/*", "*/statistics/*")
RESULTS += ("*/pictures/*", "*.svg", "*.html")
NOTHING = "Nothing to be done"

# Two looks: one claim is decided at the first.
SMALLER, BASELINE, CE_LOSS = (
    {"cell": cell, "round": 1} for cell in ({"batch_size": 1}, {}, {"loss": "ce"})
)
LOOKS_STUDY = {
    "claims": {
        "smaller_batches_train_no_worse": {  # far within the margin: decided at the first look
            "sentence": "Smaller batches train no worse.",
            "metric": "train_loss",
            "factor": "batch_size",
            "expect": "not_greater",
            "margin": 0.5,
            "compare": [[SMALLER, BASELINE]],
        },
        "losses_train_alike": {
            "sentence": "Both losses train alike.",
            "metric": "train_accuracy",
            "factor": "loss",
            "expect": "equivalent",
            "margin": 0.0001,
            "compare": [[CE_LOSS, BASELINE]],
        },
    },
    "looks": [5, 6],
    "spending": "pocock",
    "seeds_per_job": 6,
    "tables": {f"table{number}": None for number in range(1, 8)},
    "reference": None,
    "figures": {f"figure{number}": None for number in range(1, 4)},
    "design": {"list": [{}, {"loss": "ce"}, {"batch_size": 1}]},
    "grid": None,
}


def tiny_arrays() -> dict[str, np.ndarray]:
    """Images of 5 × 5 in MedMNIST's layout; the positive class is brighter, with noise."""
    generator = np.random.default_rng(0)
    arrays = {}
    for split, count in (("train", 50), ("val", 20)):
        labels = np.arange(count) % 2
        images = generator.integers(0, 200, (count, 5, 5)) + 40 * labels[:, None, None]
        arrays[f"{split}_images"] = images.astype(np.uint8)
        arrays[f"{split}_labels"] = labels[:, None].astype(np.uint8)
    return arrays


def write_study(folder: Path, study: dict, **changes) -> None:
    """Write a folder's study.yaml, with some top-level keys changed."""
    (folder / "study.yaml").write_text(yaml.safe_dump(study | changes))


def finish_small_study(folder: Path) -> None:
    np.savez(folder / "tiny.npz", **tiny_arrays())
    write_study(folder, SMALL_STUDY)
    done = snakemake(folder)
    assert done.returncode == 0, done.stdout
    (folder / "stdout.txt").write_text(done.stdout)


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
