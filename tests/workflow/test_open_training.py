"""Choices with options, conditional parameters and users' files, from the configuration on."""

import csv
import json

import pytest
from run_snakemake import snakemake
from small_study import SMALL_STUDY, change_study, planned, read_csv

from study.analysis.averages import average_epochs
from study.analysis.epochs import count_epochs, read_epochs
from study.config.cell_checks import refuse_cells
from study.config.read import read_config
from study.design.study import Study, expand_study
from study.settings import devices
from study.settings.built_in import _training_digest
from study.settings.level_titles import level_title
from study.store import code
from study.store.errors import UserError
from study.store.own_code import load_class, own_digest
from study.training.spelling import read_spelling, spell

MINIMAL = {"dataset": "wdbc", "datasets": {"wdbc": {"kind": "sklearn"}}}


def study(**changes) -> Study:
    return expand_study(read_config(MINIMAL | changes), {})


def test_a_choice_has_one_text_however_it_is_written():
    levels = [
        "leaky_relu",
        {"name": "leaky_relu"},
        {"name": "leaky_relu", "negative_slope": 0.01},  # the default
        {"name": "leaky_relu", "negative_slope": 1},
        "leaky_relu(negative_slope=1.0)",
    ]
    config = read_config(MINIMAL | {"grid": {"activation": levels}})
    assert config["grid"]["activation"] == ["leaky_relu", "leaky_relu(negative_slope=1.0)"]
    text = config["grid"]["activation"][1]
    assert level_title("activation", text) == "Leaky ReLU (negative slope 1)"
    assert spell(*read_spelling(text)) == text
    (name,) = [cell for cell in expand_study(config, {}).cells if "slope" in cell]
    assert name.startswith("bce_b32_leaky_relu-negative_slope-1.0_")


def test_a_schedule_over_the_training_has_its_epochs():
    over = {"name": "cosine", "over": "training"}
    config = read_config(MINIMAL | {"baseline": {"schedule": over}, "rounds": 2})
    assert config["baseline"]["schedule"] == "cosine(over=60)"  # 2 rounds of 30


def test_parameters_that_mean_nothing_to_a_network_leave_one_cell():
    """2 × 2 perceptrons, 1 convolutional network, 1 logistic regression."""
    grid = {"network": ["mlp", "cnn", "logistic"], "hidden_units": [8, 16], "dropout": [0.0, 0.5]}
    cells = study(grid=grid, rounds=1).cells.values()
    networks = [cell.parameters["network"] for cell in cells]
    assert {name: networks.count(name) for name in grid["network"]} == {
        "mlp": 4,
        "cnn": 2,  # which has dropout
        "logistic": 1,
    }
    units = {cell.parameters["network"]: cell.parameters["hidden_units"] for cell in cells}
    assert units["cnn"] == units["logistic"] == 256


@pytest.mark.parametrize(
    ("baseline", "expected"),
    [
        ({"optimizer": {"name": "sgd", "nesterov": True}}, "nesterov needs a momentum"),
        ({"epoch_choice": {"name": "best", "patience": 2}}, "may end a round within the 3 warm-up"),
        (
            {"activation": {"name": "hardtanh", "min_val": 2}},
            "min_val of hardtanh(min_val=2.0) must",
        ),
    ],
)
def test_parameters_that_do_not_go_together(baseline, expected):
    with pytest.raises(UserError, match="Configuration error") as error:
        refuse_cells(
            study(baseline=baseline, rounds=1, tables={"t": {"vary": "loss", "levels": ["bce"]}})
        )
    assert expected in str(error.value)


def test_auto_is_the_device_of_this_machine(monkeypatch):
    monkeypatch.setattr(devices.metadata, "version", lambda name: "2.13.0+cu130")
    monkeypatch.setattr(devices.sys, "platform", "linux")
    for there, device in ((False, "cpu"), (True, "cuda")):
        monkeypatch.setattr(devices, "has_gpu", lambda there=there: there)
        assert read_config(MINIMAL | {"device": "auto"})["device"] == device
    monkeypatch.setattr(devices.metadata, "version", lambda name: "2.13.0+cpu")
    assert read_config(MINIMAL | {"device": "auto"})["device"] == "cpu"


EARLY = """\
seed,epoch,train_loss,train_accuracy,val_loss,val_accuracy
0,1,9,0.1,9,0.1
0,2,4,0.5,3,0.6
0,3,2,0.5,1,0.6
0,4,1,0.5,2,0.8
0,5,1,0.5,5,0.6
1,1,9,0.1,9,0.1
1,2,3,0.5,3,0.7
1,3,1,0.5,4,0.7
"""


def test_a_round_that_ended_early_is_averaged_over_what_there_is(tmp_path):
    """Warm-up 1: seed 0 has the epochs 2 to 5, seed 1 the epochs 2 and 3."""
    path = tmp_path / "metrics.csv"
    path.write_text(EARLY)
    with pytest.raises(UserError, match="seed 0 has 5 of 10 epochs"):
        read_epochs(path, range(2), 10)
    metrics = read_epochs(path, range(2), 10, ends_early=True)
    means = average_epochs(metrics, 1)
    assert means["val_loss"].tolist() == [(3 + 1 + 2 + 5) / 4, 3.5]
    assert means["val_loss_early"].tolist() == [2, 3]
    assert means["val_loss_late"].tolist() == [3.5, 4]
    counts = count_epochs(metrics, "best(patience=2)")
    assert counts.values.tolist() == [[0, 3, 5], [1, 2, 3]]
    by_accuracy = count_epochs(metrics, "best(metric='val_accuracy', patience=2)")
    assert by_accuracy["chosen_epoch"].tolist() == [4, 2]
    assert count_epochs(metrics, "last")["chosen_epoch"].tolist() == [5, 3]


NETWORK = '''\
"""A network of a test's own."""
import torch
from blocks import WIDTH

class Net(torch.nn.Module):
    def __init__(self, shape, outputs, depth=1):
        super().__init__()
        channels, height, width = shape
        layers = [torch.nn.Conv2d(channels, WIDTH, 3, padding=1), torch.nn.ReLU()] * depth
        self.layers = torch.nn.Sequential(*layers[:2])
        self.last = torch.nn.Linear(WIDTH * height * width, outputs)

    def forward(self, images):
        assert images.shape[1:] == (1, 5, 5)
        return self.last(self.layers(images).flatten(1))

class Loss(torch.nn.Module):
    def __init__(self, power=1.0):
        super().__init__()
        self.power = power

    def forward(self, logits, labels):
        assert logits.shape[1] == 2
        return torch.nn.functional.cross_entropy(logits, labels, reduction="none") ** self.power
'''


def test_a_users_network_and_loss_are_trained_and_followed(fresh):
    """Through Snakemake to a table; what they import outdates them, and nothing else."""
    (fresh / "net.py").write_text(NETWORK)
    (fresh / "blocks.py").write_text("WIDTH = 2\n")
    own = {"file": "net.py", "class": "Net"}
    power = {"file": "net.py", "class": "Loss", "power": 1.5}
    choice = {"name": "best", "metric": "val_accuracy", "patience": 1}
    small = {
        "baseline": SMALL_STUDY["baseline"] | {"network": own, "epoch_choice": choice},
        "grid": {"loss": ["ce", power], "batch_size": None, "activation": None},
        "tables": {
            **dict.fromkeys(SMALL_STUDY["tables"]),
            "losses": {"vary": "loss", "levels": ["ce", power]},
        },
        "figures": dict.fromkeys(SMALL_STUDY["figures"]),
        "claims": None,
    }
    change_study(fresh, **small)
    done = snakemake(fresh, "results/tiny/tables/losses.csv")
    assert done.returncode == 0, done.stdout
    results = fresh / "results" / "tiny"
    rows = read_csv(results / "tables" / "losses.csv")
    assert [row["loss"] for row in rows] == ["ce", "net.py:Loss(power=1.5)"]
    shown = (results / "tables" / "losses.md").read_text()
    assert "| Loss (power 1.5) |" in shown and "| Chosen epoch | Epochs trained |" in shown
    for run in results.glob("runs/**/round1/run.json"):
        record = json.loads(run.read_text())
        assert record["parameters"]["network"] == "net.py:Net"
        with run.with_name("metrics.csv").open() as file:
            epochs = [int(row["epoch"]) for row in csv.DictReader(file) if row["seed"] == "0"]
        assert epochs == list(range(1, len(epochs) + 1)) and len(epochs) <= 4
    (fresh / "blocks.py").write_text("WIDTH = 3\n")
    assert planned(fresh)["train"] == len([*results.glob("runs/**/round1")])
    (fresh / "blocks.py").write_text("WIDTH = 2  # as before\n")
    assert "train" not in planned(fresh)


@pytest.mark.parametrize("file", ["net.py", "3d_cnn.py", "my-net.py"])
def test_only_a_users_cells_have_the_digest_of_the_users_file(tmp_path, monkeypatch, file):
    """Whatever the file is called; and it is that file's class that is loaded."""
    monkeypatch.chdir(tmp_path)
    for width in (2, 3):
        (tmp_path / file).write_text(NETWORK)
        (tmp_path / "blocks.py").write_text(f"WIDTH = {width}\n")
        for cached in (_training_digest, code._statements, code._path):
            cached.cache_clear()  # as in another process
        own = {"file": file, "class": "Net"}
        grid = {"network": ["mlp", own]}
        made = study(grid=grid, rounds=1)
        cells = [cell.parameters for cell in made.cells.values()]
        codes = {cell["network"]: made.design.trainer.code(cell) for cell in cells}
        if width == 2:
            before = codes
    assert codes["mlp"] == before["mlp"]
    assert codes[f"{file}:Net"]["network"] != before[f"{file}:Net"]["network"]
    assert codes[f"{file}:Net"]["trainer"] == codes["mlp"]["trainer"]
    unchanged = own_digest(f"{file}:Net")
    (tmp_path / file).write_text(f"{NETWORK}\nNet.depth = 2\n")
    code._statements.cache_clear()
    assert own_digest(f"{file}:Net") != unchanged
    assert load_class(f"{file}:Net", "network").depth == 2
