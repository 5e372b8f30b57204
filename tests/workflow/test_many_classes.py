"""Studies of more than two classes: what stops them, and what their page says."""

import re

import numpy as np
import pandas as pd
import pytest
from data_sources import write_three
from run_snakemake import assert_readable, pages, snakemake
from sklearn.metrics import recall_score, roc_auc_score
from small_study import SMALL_STUDY, change_study

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


def test_digits_from_end_to_end(fresh):
    """Final numbers again from the scores; the page says what there is and why."""
    shown = ["final_val_accuracy", "final_test_balanced_accuracy", "final_test_roc_auc"]
    changes = {
        "dataset": "digits",
        "datasets": SMALL_STUDY["datasets"] | {"digits": {"test_share": 0.2}},
        "baseline": {"loss": "ce", "hidden_units": 8},
        "grid": {"loss": None, "batch_size": [32, 64], "activation": None},
        "tables": SMALL_STUDY["tables"]
        | {"table1": None, "mine": {"vary": "batch_size", "metrics": shown}},
        "claims": None,
        "reference": None,
    }
    change_study(fresh, **changes)
    done = snakemake(fresh)
    assert done.returncode == 0, done.stdout
    results = fresh / "results" / "digits"
    values = pd.read_csv(results / "fixed" / "values.csv")
    assert len(values) == 4 and not {*values} & {*BINARY}
    for row in values.to_dict("records"):
        (path,) = results.glob(f"runs/{row['cell']}/**/round1/scores.npz")
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
    ):
        assert text in html, text
    assert re.search(r"Validation: \d predicted \d", html)
    assert "Sensitivity" not in html and "positive class" not in html
    header = (results / "tables" / "mine.csv").read_text().splitlines()[0]
    assert header.split(",")[4::2] == shown
    matrices = pd.read_csv(results / "pictures" / "confusion.csv")
    assert matrices.groupby(["cell", "split"])["count"].sum().tolist() == [360.0] * 4
