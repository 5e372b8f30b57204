"""Averages over epochs and over seeds, against numbers worked out by hand."""

import math

import pytest

from study.averages import SUMMARY_COLUMNS, average_run, over_seeds, read_metrics, summarize
from study.errors import UserError
from study.parameters import DEFAULTS

HEADER = "seed,epoch,train_loss,train_accuracy,val_loss,val_accuracy\n"
RUN = (
    HEADER
    + "0,1,9.0,0.1,9.0,0.1\n0,2,0.5,0.8,0.6,0.7\n0,3,0.3,0.9,0.4,0.8\n"
    + "1,1,8.0,0.2,8.0,0.2\n1,2,0.4,0.6,0.8,0.5\n1,3,0.2,0.8,0.6,0.7\n"
)


def write(path, text):
    path.write_text(text)
    return str(path)


def test_the_warm_up_is_left_out(tmp_path):
    metrics = read_metrics(write(tmp_path / "metrics.csv", RUN), range(2), 3)
    means = average_run(metrics, warmup_epochs=1)
    assert means.to_dict("list") == {
        "seed": [0, 1],
        "train_loss": [pytest.approx(0.4), pytest.approx(0.3)],
        "train_accuracy": [pytest.approx(0.85), pytest.approx(0.7)],
        "val_loss": [pytest.approx(0.5), pytest.approx(0.7)],
        "val_accuracy": [pytest.approx(0.75), pytest.approx(0.6)],
    }
    assert average_run(metrics, 0)["train_loss"][0] == pytest.approx((9 + 0.5 + 0.3) / 3)


def test_mean_and_deviation_over_seeds(tmp_path):
    means = average_run(read_metrics(write(tmp_path / "m.csv", RUN), range(2), 3), 1)
    figures = over_seeds(means)
    assert (figures["n"], figures["diverged"]) == (2, 0)
    assert figures["train_loss"] == pytest.approx(0.35)
    # of 0.4 and 0.3, with n - 1 = 1 in the denominator: sqrt(0.05² + 0.05²)
    assert figures["train_loss_sd"] == pytest.approx(math.sqrt(0.005))
    assert figures["val_accuracy_sd"] == pytest.approx(0.15 / math.sqrt(2))
    assert math.isnan(over_seeds(means.head(1))["train_loss_sd"])


@pytest.mark.parametrize(
    "last", ["1,2,inf,0.6,0.8,0.5\n", "1,2,0.4,0.6,nan,0.5\n", "1,2,nan,0.6,nan,0.5\n"]
)
def test_a_diverged_seed_is_counted_and_left_out(last, tmp_path):
    text = HEADER + "0,1,9.0,0.1,9.0,0.1\n0,2,0.5,0.8,0.6,0.7\n1,1,8.0,0.2,8.0,0.2\n" + last
    metrics = read_metrics(write(tmp_path / "m.csv", text), range(2), 2)
    assert metrics.groupby("seed")["diverged"].first().to_dict() == {0: False, 1: True}
    means = average_run(metrics, 1)
    assert means["seed"].tolist() == [0, 1]
    assert means["train_loss"].isna().tolist() == [False, True]
    figures = over_seeds(means)
    assert (figures["n"], figures["diverged"], figures["train_loss"]) == (1, 1, 0.5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("".join(RUN.splitlines(keepends=True)[:-1]), "seed 1 has 2 of 3 epochs"),
        (RUN.replace("0,2,0.5,0.8,0.6,0.7\n", ""), "seed 0 has 2 of 3 epochs"),
        ("\n".join(RUN.splitlines()[:4]) + "\n", "seed 1 has 0 of 3 epochs"),
        (RUN + "2,1,0.1,0.1,0.1,0.1\n", "has seed 2, not in its block"),
        (RUN[:-1], "its last line is cut off"),  # and digits of its last number may be gone
        (RUN.replace("val_loss", "loss"), "columns seed, epoch, train_loss, train_accuracy, loss"),
        ("", "cannot be read"),
        (RUN.replace("0.3,0.9", "0.3,0.9,7"), "cannot be read"),
        (RUN.replace("0.3,0.9", "oops,0.9"), "cannot be read"),
    ],
)
def test_a_file_that_is_not_whole_is_named(text, expected, tmp_path):
    path = write(tmp_path / "metrics.csv", text)
    with pytest.raises(UserError) as error:
        read_metrics(path, range(2), 3)
    assert str(error.value).startswith(path)
    assert expected in str(error.value)
    assert str(error.value).endswith("delete it and run again")


def test_summary_has_a_row_a_cell_round_and_seed(tmp_path):
    blocks = {"a": (0, 1), "b": (2, 2)}
    write(tmp_path / "a", RUN)
    write(
        tmp_path / "b", HEADER + "2,1,1.0,0.5,1.0,0.5\n2,2,1.0,0.5,1.0,0.5\n2,3,2.0,0.5,1.0,0.5\n"
    )
    runs = [{"cell": "c", "round": 1, "first": f, "last": last} for f, last in blocks.values()]
    plan = {"cells": {"c": DEFAULTS | {"rounds": 1}}, "epochs_per_round": 3, "warmup_epochs": 1}
    paths = [str(tmp_path / name) for name in blocks]
    summary = summarize(runs[::-1], paths[::-1], plan)
    assert list(summary.columns) == [
        "cell", *DEFAULTS, "round", "seed", "train_loss", "train_accuracy", "val_loss",
        "val_accuracy",
    ]  # fmt: skip
    assert summary["seed"].tolist() == [0, 1, 2]
    assert summary["train_loss"].tolist() == pytest.approx([0.4, 0.3, 1.5])
    assert summary["hidden_units"].tolist() == [256] * 3


def test_summary_of_no_runs_is_a_header():
    plan = {"cells": {}, "epochs_per_round": 3, "warmup_epochs": 1}
    assert summarize([], [], plan).to_csv(index=False).splitlines() == [",".join(SUMMARY_COLUMNS)]
