"""From a configuration to cells and runs."""

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from list_cells import list_cells
from run_files import RECORD
from snakemake.iocontainers import Wildcards
from studies import DEFAULT, default_study

from study.design.runs import Run
from study.design.study import Study, study_from, study_runs
from study.settings.built_in import cell_name
from study.settings.parameters import DEFAULTS, PARAMETERS
from study.snake.data_files import find_prepared, split_files
from study.snake.digests import TOLD, data_digest, place_runs, run_settings, tell_jobs
from study.snake.run_files import older_run, run_folder, usable_runs
from study.snake.run_jobs import data_of_run, round_before, told_to_train
from study.store.errors import UserError
from study.training.networks import NETWORKS


def settings_of(study: Study) -> dict[str, dict]:
    """What decides the runs of each cell."""
    return {run.cell: run_settings(study, "d", run) for run in study_runs(study)}


def wildcards_of(run: Run) -> Wildcards:
    """The wildcards of the job that trains a run."""
    return Wildcards(fromdict={key: str(value) for key, value in asdict(run).items()})


def test_default_study_trains_the_grid_and_what_tables_and_figures_ask_for():
    study = default_study()
    rounds = {name: cell.rounds for name, cell in study.cells.items()}
    assert len(rounds) == 18 + 1  # and the network of figure 1
    assert [name for name, count in rounds.items() if count == 4] == [
        cell_name(DEFAULTS | {"activation": "tanhshrink"}, 30)
    ]
    assert [name for name, count in rounds.items() if count == 1] == [
        cell_name(DEFAULTS | {"hidden_layers": 3}, 30)
    ]
    assert len(study_runs(study)) == 18 * 3 + 1 + 1


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
    before = default_study().cells
    grid = {
        "loss": ["bce", "ce"],
        "batch_size": [32, 16, 64, 128],
        "activation": ["relu", "leaky_relu", "tanhshrink"],
        "learning_rate": [0.001, 0.01],
    }
    after = default_study(grid=grid).cells
    assert before.items() <= after.items()
    assert len(after) == 2 * 4 * 3 * 2 + 1


def test_what_decides_a_run_again_is_its_content():
    """A cell's parameters, and digests of the code of what they choose."""
    cells = settings_of(default_study())
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
    assert data_digest(replace(study, entry=study.entry | {"split_seed": 1})) != digest
    monkeypatch.setattr("study.snake.digests.code_digest", lambda *starts, uses: "other")
    assert data_digest(default_study()) != digest


def test_the_process_of_a_job_looks_at_no_file_of_the_data(tmp_path, monkeypatch):
    """It is told the digest of its own entry; one that is not told looks itself."""
    monkeypatch.setenv(TOLD, "{}")
    study = default_study()
    digest = data_digest(study)
    tell_jobs(study, digest)
    monkeypatch.setattr("study.snake.digests.content_digest", lambda *about: "other")
    assert data_digest(study, in_job=True) == digest != data_digest(study)
    other = replace(study, entry=study.entry | {"split_seed": 1})
    assert data_digest(other, in_job=True) == data_digest(other)


def test_data_that_cannot_be_read_stop_the_jobs_that_need_them_alone():
    """Each says why, when Snakemake asks what it reads or is told."""
    entry = {"kind": "npz", "path": "nowhere.npz"}
    prepared = find_prepared(default_study(dataset="d", datasets={"d": entry}))
    other = wildcards_of(Run("bce", 0, 1, 1, digest="0"))
    for ask in (data_of_run, told_to_train):
        with pytest.raises(UserError, match=r"there is no file nowhere\.npz"):
            ask(prepared, other)


def test_findings_that_are_not_accepted_stop_the_jobs_that_need_the_data(tmp_path, monkeypatch):
    """Also where the audit was made before they were not."""
    monkeypatch.chdir(tmp_path)
    study = default_study()
    files = split_files(find_prepared(study))
    finding = {"check": "groups", "severity": "error", "text": "1 of 2 groups", "samples": []}
    audit = Path(files[0]).with_name("audit.json")
    audit.parent.mkdir(parents=True)
    audit.write_text(json.dumps({"findings": [finding]}))
    assert split_files(find_prepared(study)) == files
    strict = default_study(audit={"fail_on": "error"})
    with pytest.raises(UserError, match=r"(?s)stops the study.*error: 1 of 2 groups"):
        split_files(find_prepared(strict))


def test_other_data_code_or_parameters_are_another_place(monkeypatch):
    study = default_study()
    runs = study_runs(study)
    rounds = place_runs(study, "d", runs[:3])
    assert rounds == place_runs(study_from(asdict(study)), "d", runs[:3])
    first, *_ = {run.digest for run in rounds}
    assert {run.digest for run in rounds} == {first} and rounds[0].cell == rounds[2].cell
    found = [
        place_runs(study, "other", runs[:1]),
        place_runs(study, "d", [replace(runs[0], split=1)]),
        place_runs(study, "d", runs[3:4]),
    ]
    monkeypatch.setattr("study.settings.built_in._training_digest", lambda *choice: "other")
    found.append(place_runs(study, "d", runs[:1]))
    assert len({first, *(run.digest for (run,) in found)}) == 5


def test_runs_of_other_data_or_code_stand_in_where_nothing_is_trained(tmp_path, monkeypatch):
    """One that is current, one of other data, and one that is nowhere."""
    monkeypatch.chdir(tmp_path)
    study = default_study()
    firsts = [run for run in study_runs(study) if run.round == 1]
    current, outdated, missing = place_runs(study, "d", firsts[:3])
    (older,) = place_runs(study, "other", firsts[1:2])
    for run in (current, older):
        folder = Path(run_folder(study, run))
        folder.mkdir(parents=True)
        for name in ("metrics.csv", "scores.npz"):
            (folder / name).touch()
        (folder / "run.json").write_text(json.dumps(RECORD) + "\n")
    assert older_run(study, outdated) == older and older_run(study, missing) is None
    assert usable_runs(study, [current, outdated, missing]) == ([current, older], [older])


def test_a_parameter_listed_when_changed_is_in_files_only_then(monkeypatch):
    """`network`, of which there is a second one here."""
    monkeypatch.setitem(NETWORKS, "other", NETWORKS["mlp"])
    before = default_study()
    specs = PARAMETERS
    assert "network" not in list_cells(before.cells, specs, "epochs")
    more = {"more": {"cell": {"network": "other"}}}
    study = default_study(figures=DEFAULT["figures"] | more)
    (name,) = study.cells.keys() - before.cells.keys()
    assert name.startswith("bce_b32_relu_networkother_")
    networks = list_cells(study.cells, specs, "epochs").set_index("cell")["network"]
    assert {*networks[networks != "mlp"].index} == {name} and networks[name] == "other"
    cells = settings_of(study)
    assert cells.pop(name)["parameters"]["network"] == "other"
    assert cells == settings_of(before)


def test_a_run_of_another_study_is_named():
    prepared = find_prepared(default_study())
    other = Run("bce_b32_relu_00000000", 0, 4, 1, digest="0")
    with pytest.raises(UserError, match=r"bce_b32_relu_00000000/.*: not a run of this study"):
        told_to_train(prepared, wildcards_of(other))


def test_seed_blocks():
    study = default_study(seeds=7, seeds_per_job=3, rounds=1, tables={}, figures={})
    runs = study_runs(study)
    assert [(run.first, run.last) for run in runs[:3]] == [(0, 2), (3, 5), (6, 6)]
    assert len(runs) == 18 * 3
    place = "results/wdbc/runs/bce_b32_relu_44136fa3/fixed/split0/0/seeds_6-6/round1"
    assert run_folder(study, replace(runs[2], digest="0")) == place


def test_a_round_resumes_from_the_one_before():
    prepared = find_prepared(default_study())
    run = prepared.runs[2]
    assert run.round == 3
    assert round_before(prepared, wildcards_of(replace(run, round=1)), here=True) == []
    folder = run_folder(prepared.study, replace(run, round=2))
    expected = [f"{folder}/run.json", f"{folder}/checkpoint.pt"]
    assert round_before(prepared, wildcards_of(run), here=True) == expected


def test_a_tables_cells_differ_from_the_baseline_in_its_factor_alone():
    assert default_study().tables["table6"].cells == [
        "bce_b32_relu_44136fa3",
        "bce_b32_leaky_relu_a5602801",
        "bce_b32_tanhshrink_8bbb4f70",
    ]
