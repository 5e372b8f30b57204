"""Averages over epochs and over seeds, against numbers worked out by hand."""

import json
import math

import pytest
from run_files import HEADER, RECORD, write_record

from study.analysis.averages import average_epochs, over_seeds
from study.analysis.epochs import collect_epochs, read_epochs
from study.design.runs import Run
from study.store.errors import UserError
from study.store.records import read_record

RUN = (
    HEADER
    + "0,1,9.0,0.1,9.0,0.1\n0,2,0.5,0.8,0.6,0.7\n0,3,0.3,0.9,0.4,0.8\n"
    + "1,1,8.0,0.2,8.0,0.2\n1,2,0.4,0.6,0.8,0.5\n1,3,0.2,0.8,0.6,0.7\n"
)


def write(path, text):
    path.write_text(text)
    return str(path)


def test_the_warm_up_is_left_out(tmp_path):
    metrics = read_epochs(write(tmp_path / "metrics.csv", RUN), range(2), 3)
    means = average_epochs(metrics, warmup_epochs=1)
    assert means.to_dict("list") == {
        "seed": [0, 1],
        "train_loss": [pytest.approx(0.4), pytest.approx(0.3)],
        "train_accuracy": [pytest.approx(0.85), pytest.approx(0.7)],
        "val_loss": [pytest.approx(0.5), pytest.approx(0.7)],
        "val_accuracy": [pytest.approx(0.75), pytest.approx(0.6)],
        # the second epoch, and the third
        "train_loss_early": [0.5, 0.4], "train_loss_late": [0.3, 0.2],
        "train_accuracy_early": [0.8, 0.6], "train_accuracy_late": [0.9, 0.8],
        "val_loss_early": [0.6, 0.8], "val_loss_late": [0.4, 0.6],
        "val_accuracy_early": [0.7, 0.5], "val_accuracy_late": [0.8, 0.7],
    }  # fmt: skip
    assert average_epochs(metrics, 0)["train_loss"][0] == pytest.approx((9 + 0.5 + 0.3) / 3)


def test_mean_and_deviation_over_seeds(tmp_path):
    means = average_epochs(read_epochs(write(tmp_path / "m.csv", RUN), range(2), 3), 1)
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
    metrics = read_epochs(write(tmp_path / "m.csv", text), range(2), 2)
    assert metrics.groupby("seed")["diverged"].first().to_dict() == {0: False, 1: True}
    means = average_epochs(metrics, 1)
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
        (RUN + "2,1,0.1,0.1,0.1,0.1\n", "seed 2 is not in its block"),
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
        read_epochs(path, range(2), 3)
    assert str(error.value).startswith(path)
    assert expected in str(error.value)
    assert str(error.value).endswith("delete it and run again")


def test_metrics_that_have_changed_are_named(tmp_path):
    """A digit of a file that is whole otherwise."""
    path = write(tmp_path / "metrics.csv", RUN)
    about = [Run("c", 0, 1, 1)], [path], [write_record(path)]
    assert len(collect_epochs(*about, 3)) == 6
    write(tmp_path / "metrics.csv", RUN.replace("0.5,0.8", "0.6,0.8"))
    with pytest.raises(UserError) as error:
        collect_epochs(*about, 3)
    assert str(error.value).startswith(f"{path}: damaged, or changed since its run wrote it")
    assert str(error.value).endswith("delete it and run again")


# ---- What a run recorded -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (json.dumps(RECORD), "its end is cut off"),
        (json.dumps(RECORD)[:50] + "\n", "damaged"),
        ("", "its end is cut off"),
        ("[1, 2]\n", "damaged"),
        (
            json.dumps(RECORD | {"code": "1f0c9a2e"}) + "\n",
            "not the record of a run of this version",
        ),
        (
            json.dumps({key: value for key, value in RECORD.items() if key != "files"}) + "\n",
            "not the record of a run of this version",
        ),
    ],
    ids=["no end", "half", "empty", "a list", "one digest of the code", "no digests of files"],
)
def test_a_record_that_is_damaged_or_of_another_version_is_named(text, expected, tmp_path):
    path = write(tmp_path / "run.json", text)
    with pytest.raises(UserError) as error:
        read_record(path)
    assert str(error.value).startswith(f"{path}: damaged (")
    assert expected in str(error.value)
    assert str(error.value).endswith("delete it and run again")


def test_a_record_without_the_digest_that_is_needed_is_named(tmp_path):
    path = write(tmp_path / "metrics.csv", RUN)
    record = write_record(path, files={"scores.npz": "0" * 64})
    with pytest.raises(UserError, match=r"metrics\.csv\.json: damaged"):
        collect_epochs([Run("c", 0, 1, 1)], [path], [record], 3)
