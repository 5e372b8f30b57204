"""From a configuration to cells and runs."""

import hashlib
from types import SimpleNamespace

import pytest
import yaml
from conftest import REPOSITORY

from study.cells import cell_name, plan_study
from study.config import read_config
from study.errors import UserError
from study.jobs import previous_checkpoint, table_plan, training_run
from study.parameters import DEFAULTS


def default_study(**changes) -> dict:
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
    return plan_study(read_config(config | changes))


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


def test_every_parameter_and_the_epochs_decide_the_name():
    other = {
        "loss": "ce",
        "batch_size": 1,
        "activation": "tanhshrink",
        "hidden_layers": 2,
        "hidden_units": 1,
        "optimizer": "sgd",
        "learning_rate": 1.0,
    }
    assert set(other) == set(DEFAULTS)
    names = {cell_name(DEFAULTS | {key: value}, 30) for key, value in other.items()}
    names |= {cell_name(DEFAULTS, 30), cell_name(DEFAULTS, 29)}
    assert len(names) == len(other) + 2


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
    study = default_study()
    code = {"sources": "p", "train": "t"}
    wildcards = SimpleNamespace(cell="bce_b32_relu_44136fa3", first="0", last="4", round="2")
    run = training_run(study, code, wildcards)
    assert run["settings"] == {}  # all at their default: a new parameter changes nothing here
    assert (run["epochs"], run["first"], run["last"], run["round"]) == (30, 0, 4, 2)
    assert training_run(study, code | {"train": "u"}, wildcards) != run
    assert training_run(study, code | {"sources": "q"}, wildcards)["data"] != run["data"]
    study["datasets"]["wdbc"]["split_seed"] = 1
    assert training_run(study, code, wildcards)["data"] != run["data"]


def test_a_cell_that_is_not_planned_is_named():
    wildcards = SimpleNamespace(cell="bce_b32_relu_00000000", first="0", last="4", round="1")
    with pytest.raises(UserError, match="bce_b32_relu_00000000: no cell of this study"):
        training_run(default_study(), {"sources": "", "train": ""}, wildcards)


def test_seed_blocks():
    runs = default_study(seeds=7, seeds_per_job=3, rounds=1, tables={}, figures={})["runs"]
    assert [(run["first"], run["last"]) for run in runs[:3]] == [(0, 2), (3, 5), (6, 6)]
    assert len(runs) == 18 * 3
    assert runs[2]["folder"] == "runs/bce_b32_relu_44136fa3/seeds_6-6/round1"


def test_a_round_goes_on_from_the_one_before():
    wildcards = SimpleNamespace(cell="c", first="0", last="4", round="1")
    assert previous_checkpoint({"dataset": "wdbc"}, wildcards) == []
    wildcards.round = "3"
    expected = "results/wdbc/runs/c/seeds_0-4/round2/checkpoint.pt"
    assert previous_checkpoint({"dataset": "wdbc"}, wildcards) == [expected]


def test_a_tables_cells_differ_from_the_baseline_in_its_factor_alone():
    plan = table_plan(default_study(), {"make_table": ""}, SimpleNamespace(table="table6"))
    assert plan["cells"] == [
        "bce_b32_relu_44136fa3",
        "bce_b32_leaky_relu_a5602801",
        "bce_b32_tanhshrink_8bbb4f70",
    ]
