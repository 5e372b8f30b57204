"""From a configuration to cells and runs."""

import csv
import hashlib
import json
from pathlib import Path

import pytest
import yaml
from conftest import REPOSITORY
from list_cells import list_cells
from snakemake.iocontainers import Wildcards
from test_averages import RECORD

from study.cells import cell_name, expand_study
from study.config import read_config
from study.errors import UserError
from study.jobs import (
    data_digest,
    find_prepared,
    outdated_runs,
    previous_round,
    training_cell,
    training_cells,
)
from study.parameters import DEFAULTS
from study.paths import run_files, run_folder
from study.training.networks import NETWORKS


def default_study(**changes) -> dict:
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
    return expand_study(read_config(config | changes)) | {"results": "results/wdbc"}


def test_default_study_trains_the_grid_and_what_tables_and_figures_ask_for():
    study = default_study()
    rounds = {name: cell["rounds"] for name, cell in study["cells"].items()}
    assert len(rounds) == 18 + 1  # and the network of figure 1
    assert [name for name, count in rounds.items() if count == 4] == [
        cell_name(DEFAULTS | {"activation": "tanhshrink"}, 30)
    ]
    assert [name for name, count in rounds.items() if count == 1] == [
        cell_name(DEFAULTS | {"hidden_layers": 3}, 30)
    ]
    assert len(study["runs"]) == 18 * 3 + 1 + 1


def test_cell_names_are_fixed_for_good():
    """A changed name would retrain every study that exists."""
    digest = hashlib.sha256(b"{}").hexdigest()[:8]
    assert cell_name(DEFAULTS, 30) == f"bce_b32_relu_{digest}" == "bce_b32_relu_44136fa3"
    settings = b'{"epochs_per_round": 5, "learning_rate": 0.01, "loss": "ce"}'
    digest = hashlib.sha256(settings).hexdigest()[:8]
    name = cell_name(DEFAULTS | {"loss": "ce", "learning_rate": 0.01}, 5)
    assert name == f"ce_b32_relu_learning_rate0.01_epochs_per_round5_{digest}"


def test_every_parameter_the_epochs_and_the_device_decide_the_name():
    other = {
        "loss": "ce",
        "batch_size": 1,
        "activation": "tanhshrink",
        "hidden_layers": 2,
        "hidden_units": 1,
        "optimizer": "sgd",
        "learning_rate": 1.0,
        "network": "cnn",
        "channels": 8,
        "batch_norm": True,
        "dropout": 0.5,
        "schedule": "cosine(over=90)",
        "momentum": 0.9,
        "weight_decay": 0.1,
        "gradient_clip": 1.0,
        "train_share": 0.5,
        "image_size": 14,
        "flip": True,
        "shift": 2,
        "rotation": 10.0,
        "epoch_choice": "best(metric='val_accuracy')",
        "precision": "bfloat16",
        "compile": True,
    }
    assert set(other) == set(DEFAULTS)
    names = {cell_name(DEFAULTS | {key: value}, 30) for key, value in other.items()}
    names |= {cell_name(DEFAULTS, 30), cell_name(DEFAULTS, 29), cell_name(DEFAULTS, 30, "cuda")}
    assert len(names) == len(other) + 3


def test_more_factors_and_levels_keep_the_cells_that_were_there():
    before = default_study()["cells"]
    grid = {
        "loss": ["bce", "ce"],
        "batch_size": [32, 16, 64, 128],
        "activation": ["relu", "leaky_relu", "tanhshrink"],
        "learning_rate": [0.001, 0.01],
    }
    after = default_study(grid=grid)["cells"]
    assert before.items() <= after.items()
    assert len(after) == 2 * 4 * 3 * 2 + 1


def test_what_decides_a_run_again_is_its_content():
    """A cell's parameters, and digests of the code of what they choose."""
    cells = training_cells(default_study())
    names = "bce_b32_relu_44136fa3", "bce_b32_tanhshrink_8bbb4f70", "bce_b32_relu_hidden_layers3_"
    base, other, deep = (
        next(cell for name, cell in cells.items() if name.startswith(start)) for start in names
    )
    assert base["parameters"] == {
        "loss": "bce",
        "batch_size": 32,
        "activation": "relu",
        "hidden_layers": 1,
        "hidden_units": 256,
        "optimizer": "adam",
        "learning_rate": 0.001,
    }
    assert set(base["code"]) == {"trainer", "loss", "activation", "optimizer", "network"}
    assert len(set(base["code"].values())) == 5
    differing = {key for key in base["code"] if base["code"][key] != other["code"][key]}
    assert differing == {"activation"}
    assert deep["code"] == base["code"] and deep["parameters"] != base["parameters"]


def test_what_decides_the_data_is_their_entry_and_the_code_that_reads_them(monkeypatch):
    study = default_study()
    digest = data_digest(study)
    assert find_prepared(study).digest == digest == data_digest(default_study(seeds=9))
    study["datasets"]["wdbc"]["split_seed"] = 1
    assert data_digest(study) != digest
    monkeypatch.setattr("study.jobs.code_digest", lambda *starts, uses: "other")
    assert data_digest(default_study()) != digest


def test_data_that_cannot_be_read_stop_the_jobs_that_need_them_alone():
    """Each of the functions says why, when Snakemake asks it."""
    entry = {"kind": "npz", "path": "nowhere.npz"}
    prepared = find_prepared(default_study(dataset="d", datasets={"d": entry}))
    for ask in prepared:
        with pytest.raises(UserError, match=r"there is no file nowhere\.npz"):
            ask(Wildcards())


def test_findings_that_are_not_accepted_stop_the_jobs_that_need_the_data(tmp_path, monkeypatch):
    """Also where the audit was made before they were not."""
    monkeypatch.chdir(tmp_path)
    study = default_study()
    prepared = find_prepared(study)
    finding = {"check": "groups", "severity": "error", "text": "1 of 2 groups", "samples": []}
    audit = Path(prepared.files[0]).with_name("audit.json")
    audit.parent.mkdir(parents=True)
    audit.write_text(json.dumps({"findings": [finding]}))
    assert find_prepared(study) == prepared
    for ask in find_prepared(study | {"audit": {"fail_on": "error"}}):
        with pytest.raises(UserError, match=r"(?s)stops the study.*error: 1 of 2 groups"):
            ask(Wildcards())


def test_runs_of_other_data_or_code_are_outdated(tmp_path, monkeypatch):
    """One of each, and one whose record is of another version."""
    monkeypatch.chdir(tmp_path)
    study = default_study()
    runs, cells = study["runs"][:4], training_cells(study)
    for run, change in zip(runs, ({}, {"data": "other"}, {"code": {"trainer": "other"}})):
        record = RECORD | {"data": data_digest(study)} | run | cells[run["cell"]] | change
        path = Path(*run_files(study, [run], "run.json"))
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(record) + "\n")
    path = Path(*run_files(study, runs[3:], "run.json"))
    path.parent.mkdir(parents=True)
    path.write_text("{}\n")
    assert outdated_runs(study, runs) == [run_folder(run) for run in runs[1:]]


def test_a_parameter_listed_when_changed_is_in_files_only_then(monkeypatch):
    """`network`, of which there is a second one here."""
    monkeypatch.setitem(NETWORKS, "other", NETWORKS["mlp"])
    before = default_study()
    assert "network" not in list_cells(before).splitlines()[0].split(",")
    figures = yaml.safe_load((REPOSITORY / "config.yaml").read_text())["figures"]
    study = default_study(figures=figures | {"more": {"cell": {"network": "other"}}})
    (name,) = study["cells"].keys() - before["cells"].keys()
    assert name.startswith("bce_b32_relu_networkother_")
    rows = {row["cell"]: row for row in csv.DictReader(list_cells(study).splitlines())}
    changed = {cell for cell, row in rows.items() if row["network"] != "mlp"}
    assert changed == {name} and rows[name]["network"] == "other"
    cells = training_cells(study)
    assert cells.pop(name)["parameters"]["network"] == "other"
    assert cells == training_cells(before)


def test_a_cell_of_another_study_is_named():
    wildcards = Wildcards(fromdict={"cell": "bce_b32_relu_00000000"})
    with pytest.raises(UserError, match="bce_b32_relu_00000000: no cell of this study"):
        training_cell(training_cells(default_study()))(wildcards)


def test_seed_blocks():
    runs = default_study(seeds=7, seeds_per_job=3, rounds=1, tables={}, figures={})["runs"]
    assert [(run["first"], run["last"]) for run in runs[:3]] == [(0, 2), (3, 5), (6, 6)]
    assert len(runs) == 18 * 3
    assert run_folder(runs[2]) == "runs/bce_b32_relu_44136fa3/seeds_6-6/round1"


def test_a_round_resumes_from_the_one_before():
    ask = previous_round({"results": "results/wdbc", "device": "cpu", "program": None}, here=True)
    wildcards = {"cell": "c", "first": "0", "last": "4", "round": "1"}
    assert ask(Wildcards(fromdict=wildcards)) == []
    folder = "results/wdbc/runs/c/seeds_0-4/round2"
    expected = [f"{folder}/run.json", f"{folder}/checkpoint.pt"]
    assert ask(Wildcards(fromdict=wildcards | {"round": "3"})) == expected


def test_a_tables_cells_differ_from_the_baseline_in_its_factor_alone():
    assert default_study()["tables"]["table6"]["cells"] == [
        "bce_b32_relu_44136fa3",
        "bce_b32_leaky_relu_a5602801",
        "bce_b32_tanhshrink_8bbb4f70",
    ]
