"""Studies of more than two classes: what stops them, and what their page says."""

import re

import numpy as np
import pandas as pd
import pytest
import yaml
from data_sources import write_three
from run_snakemake import assert_readable, pages, snakemake
from session import REPOSITORY
from sklearn.metrics import recall_score, roc_auc_score
from small_study import SMALL_STUDY, change_study, read_csv, write_study

from study.analysis.metrics import BINARY


def test_a_file_of_many_classes_is_refused_when_it_is_read(fresh):
    """Before anything is trained; and once it is prepared for another loss, at a dry run."""
    write_three(fresh / "tiny.npz")
    refused = "the loss bce is for two classes, and tiny has 3"
    assert_readable(snakemake(fresh), refused, "write `baseline: {loss: ce}`, `grid: {loss: null}`")
    assert not list(fresh.glob("results/tiny/data/*/inputs.npy"))
    grid = dict.fromkeys(SMALL_STUDY["grid"]) | {"loss": None}
    tables = {f"table{number}": None for number in range(1, 8)}
    change_study(fresh, baseline={"loss": "ce"}, grid=grid, tables=tables, claims=None)
    done = snakemake(fresh, "results/tiny/cells.csv")  # prepares the data, and trains nothing
    assert done.returncode == 0, done.stdout
    change_study(fresh)
    assert_readable(snakemake(fresh, "-n"), refused)


def test_the_example_of_an_own_network_on_ten_digits(tmp_path):
    """From its file, with a test split: final numbers again from the scores, and what is shown."""
    example = REPOSITORY / "examples" / "own_network" / "config.yaml"
    study = yaml.safe_load(example.read_text(encoding="utf-8"))
    shown = ["final_val_accuracy", "final_test_balanced_accuracy", "final_test_roc_auc"]
    tables = study["tables"] | {"mine": {"vary": "loss", "metrics": shown}}
    changes = {"seeds": 2, "seeds_per_job": 2, "epochs_per_round": 2, "warmup_epochs": 0}
    changes["datasets"] = {"digits": {"test_share": 0.2}}
    write_study(tmp_path, study, tables=tables, **changes)
    done = snakemake(tmp_path)
    assert done.returncode == 0, done.stdout
    results = tmp_path / "results" / "digits" / "studies" / "own_network"
    assert len(read_csv(results / "cells.csv")) == 6
    values = pd.read_csv(results / "fixed" / "values.csv")
    assert len(values) == 6 * 2 and not {*values} & {*BINARY}
    for row in values.to_dict("records"):
        (path,) = tmp_path.glob(f"results/digits/runs/{row['cell']}/**/round1/scores.npz")
        with np.load(path) as file:
            for split in ("val", "test"):
                scores, labels = file[f"{split}_scores"][row["seed"]], file[f"{split}_labels"]
                assert scores.shape == (360, 10)
                chances = np.exp(scores.astype(float))
                chances /= chances.sum(axis=1, keepdims=True)
                expected = {
                    "accuracy": (scores.argmax(axis=1) == labels).mean(),
                    "balanced_accuracy": recall_score(labels, scores.argmax(1), average="macro"),
                    "roc_auc": roc_auc_score(labels, chances, multi_class="ovr", average="macro"),
                    "brier_score": ((chances - np.eye(10)[labels]) ** 2).sum(axis=1).mean(),
                }
                for name, value in expected.items():
                    assert row[f"final_{split}_{name}"] == pytest.approx(value), name
    html = pages(results)
    for text in (
        "1,077 training, 360 validation and 360 test samples of 10 classes",
        "Final metrics, test split",
        "averaged over the classes (macro average)",
        "Calibration is drawn only for two classes",
        study["claims"]["wider_is_better"]["sentence"],
    ):
        assert text in html, text
    assert re.search(r"Validation: \d predicted \d", html)
    assert "Sensitivity" not in html and "positive class" not in html
    assert [*read_csv(results / "tables" / "mine.csv")[0]][4::2] == shown
    for table, rows in (("networks", 3), ("losses", 2)):
        assert len(read_csv(results / "tables" / f"{table}.csv")) == rows
    matrices = pd.read_csv(results / "pictures" / "confusion.csv")
    drawn, splits = 4, 2  # of the six cells, the baseline and those that differ in one factor
    counts = matrices.groupby(["cell", "split"])["count"].sum()
    assert counts.tolist() == [360.0] * drawn * splits
