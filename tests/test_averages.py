"""Averages over epochs and over seeds, against numbers worked out by hand."""

import json
import math
from pathlib import Path

import pytest

from study.analysis.averages import (
    HALF_METRICS,
    average_epochs,
    collect_runs,
    over_seeds,
    read_values,
    summarize,
)
from study.analysis.epochs import collect_epochs, read_epochs
from study.analysis.metrics import FINAL
from study.errors import UserError
from study.files import file_digest
from study.parameters import DEFAULTS, listed
from study.records import read_record
from study.training import EPOCH_METRICS

TRAINED = DEFAULTS | {"epochs": 3}
HEADER = "seed,epoch,train_loss,train_accuracy,val_loss,val_accuracy\n"
RUN = (
    HEADER
    + "0,1,9.0,0.1,9.0,0.1\n0,2,0.5,0.8,0.6,0.7\n0,3,0.3,0.9,0.4,0.8\n"
    + "1,1,8.0,0.2,8.0,0.2\n1,2,0.4,0.6,0.8,0.5\n1,3,0.2,0.8,0.6,0.7\n"
)


RECORD = {
    "parameters": {"hidden_units": 8},
    "epochs": 3,
    "device": "cpu",
    "first": 0,
    "last": 1,
    "round": 1,
    "data": "d",
    "code": {"trainer": "t", "loss": "b"},
    "files": dict.fromkeys(("checkpoint.pt", "scores.npz", "metrics.csv"), "0" * 64),
}


def write(path, text):
    path.write_text(text)
    return str(path)


def write_record(path, name="metrics.csv", **changes) -> str:
    """The record of the run that a file is of, with the file's digest under its name in a run."""
    record = RECORD | {"files": RECORD["files"] | {name: file_digest(path)}} | changes
    return write(Path(f"{path}.json"), json.dumps(record) + "\n")


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
        read_epochs(path, range(2), 3)
    assert str(error.value).startswith(path)
    assert expected in str(error.value)
    assert str(error.value).endswith("delete it and run again")


def test_metrics_that_have_changed_are_named(tmp_path):
    """A digit of a file that is whole otherwise."""
    path = write(tmp_path / "metrics.csv", RUN)
    record = write_record(path)
    runs = [{"cell": "c", "round": 1, "first": 0, "last": 1}]
    study = {"cells": {"c": TRAINED}, "epochs_per_round": 3, "warmup_epochs": 1}
    assert len(summarize(runs, [path], [record], study)) == 2
    write(tmp_path / "metrics.csv", RUN.replace("0.5,0.8", "0.6,0.8"))
    for read in (
        lambda: summarize(runs, [path], [record], study),
        lambda: collect_epochs(runs, [path], [record], 3),
    ):
        with pytest.raises(UserError) as error:
            read()
        assert str(error.value).startswith(f"{path}: damaged, or changed since its run wrote it")
        assert str(error.value).endswith("delete it and run again")


def write_blocks(folder):
    """Two blocks of seeds of the cell c, the later one first."""
    write(folder / "a", RUN)
    write(folder / "b", HEADER + "2,1,1.0,0.5,1.0,0.5\n2,2,1.0,0.5,1.0,0.5\n2,3,2.0,0.5,1.0,0.5\n")
    blocks = {"b": (2, 2), "a": (0, 1)}
    runs = [{"cell": "c", "round": 1, "first": f, "last": last} for f, last in blocks.values()]
    paths = [str(folder / name) for name in blocks]
    return runs, paths, [write_record(path) for path in paths]


def test_summary_has_a_row_a_cell_round_and_seed(tmp_path):
    study = {"cells": {"c": TRAINED | {"rounds": 1}}, "epochs_per_round": 3, "warmup_epochs": 1}
    summary = summarize(*write_blocks(tmp_path), study)
    assert list(summary.columns) == [
        "cell", "loss", "batch_size", "activation", "hidden_layers", "hidden_units", "optimizer",
        "learning_rate", "round", "seed", "train_loss", "train_accuracy", "val_loss",
        "val_accuracy", *HALF_METRICS,
    ]  # fmt: skip
    assert summary["seed"].tolist() == [0, 1, 2]
    assert summary["train_loss"].tolist() == pytest.approx([0.4, 0.3, 1.5])
    assert summary["hidden_units"].tolist() == [256] * 3


def test_summary_of_no_runs_is_a_header():
    study = {"cells": {}, "epochs_per_round": 3, "warmup_epochs": 1}
    columns = ["cell", *listed(DEFAULTS), "round", "seed", *EPOCH_METRICS, *HALF_METRICS]
    summary = summarize([], [], [], study).to_csv(index=False)
    assert summary.splitlines() == [",".join(columns)]


# ---- What runs recorded --------------------------------------------------------------------------


def test_runs_have_their_full_settings_and_digests(tmp_path):
    """Parameters that a run did not list are at their default; a choice's code may be missing."""
    runs, paths, records = write_blocks(tmp_path)
    records[0] = write_record(paths[0], code={"trainer": "t", "loss": "b", "network": "n"})
    frame = collect_runs(runs, records)
    assert list(frame.columns) == [
        "cell", "first", "last", "round", "epochs", *listed(DEFAULTS), "device", "data",
        "code_trainer", "code_loss", "code_network",
    ]  # fmt: skip
    row = frame.loc[0].to_dict()
    assert (row["cell"], row["epochs"], row["hidden_units"], row["loss"]) == ("c", 3, 8, "bce")
    assert frame["code_network"].tolist() == ["n", ""]
    assert list(collect_runs([], []).columns) == list(frame.columns)[:-2]


def test_a_parameter_that_is_listed_when_changed_has_a_column_then(tmp_path):
    runs, paths, records = write_blocks(tmp_path)
    cells = {"c": TRAINED | {"network": "other"}, "d": TRAINED}
    study = {"cells": cells, "epochs_per_round": 3, "warmup_epochs": 1}
    assert summarize(runs, paths, records, study)["network"].tolist() == ["other"] * 3
    assert "network" not in collect_runs(runs, records)
    records[0] = write_record(paths[0], parameters={"network": "other"})
    assert collect_runs(runs, records)["network"].tolist() == ["other", "mlp"]


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
    runs, paths, records = write_blocks(tmp_path)
    records[0] = write_record(paths[0], files={"scores.npz": "0" * 64})
    study = {"cells": {"c": TRAINED}, "epochs_per_round": 3, "warmup_epochs": 1}
    with pytest.raises(UserError, match=r"b\.json: damaged"):
        summarize(runs, paths, records, study)


# ---- All metrics ---------------------------------------------------------------------------------


def test_values_from_files_are_checked(tmp_path):
    columns = [*EPOCH_METRICS, *HALF_METRICS]
    summary = write(tmp_path / "summary.csv", f"cell,round,seed,{','.join(columns)}\n")
    header = f"cell,round,seed,{','.join(FINAL)}\n"
    evaluation = write(tmp_path / "evaluation.csv", header)
    assert read_values(summary, evaluation).empty
    write(tmp_path / "evaluation.csv", header.replace("final_val_roc_auc", "other"))
    with pytest.raises(UserError, match=r"evaluation.csv: column final_val_roc_auc is missing; de"):
        read_values(summary, evaluation)
    write(tmp_path / "evaluation.csv", header + "c,1,0" + ",x" * len(FINAL) + "\n")
    with pytest.raises(UserError, match="column final_val_accuracy has something else than numb"):
        read_values(summary, evaluation)
