"""The trainer against an independent loop, and what its seeds promise."""

import copy
import csv
import math
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import train
from conftest import REPOSITORY, tiny_arrays

from study.choices import LOSSES
from study.errors import UserError
from study.parameters import DEFAULTS

SMALL = DEFAULTS | {"hidden_units": 8, "batch_size": 16}
FEATURES = 25


@pytest.fixture(scope="module")
def data(data_folder):
    return train.load_data(data_folder, "cpu")


def train_rounds(data, parameters, epochs, rounds, seed=0):
    """The rows of some rounds, each going on from the last, and the state at the end."""
    state, rows = train.initial_state(FEATURES, parameters, seed), []
    for _ in range(rounds):
        new, state = train.train_round(data, parameters, epochs, state)
        rows.append(new)
    return rows, state


def plain_training(parameters: dict, epochs: int, seed: int) -> list[list[float]]:
    """The same training as a notebook has it, and nothing of the trainer but the first weights."""
    arrays = tiny_arrays()
    inputs = {
        s: torch.tensor(arrays[f"{s}_images"]).float().flatten(1) / 255 for s in ("train", "val")
    }
    labels = {s: torch.tensor(arrays[f"{s}_labels"])[:, 0] for s in ("train", "val")}
    two_outputs = parameters["loss"] == "ce"
    activation = {"relu": torch.nn.ReLU, "leaky_relu": torch.nn.LeakyReLU}[parameters["activation"]]
    layers, width = [], FEATURES
    for _ in range(parameters["hidden_layers"]):
        layers += [torch.nn.Linear(width, parameters["hidden_units"]), activation()]
        width = parameters["hidden_units"]
    network = torch.nn.Sequential(*layers, torch.nn.Linear(width, 2 if two_outputs else 1))
    network.load_state_dict(train.initial_state(FEATURES, parameters, seed)["network"])
    optimizer = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[parameters["optimizer"]](
        network.parameters(), lr=parameters["learning_rate"]
    )

    def loss_and_correct(images, truth):
        logits = network(images)
        if two_outputs:
            loss = torch.nn.functional.cross_entropy(logits, truth.long())
            return loss, (logits.argmax(1) == truth).sum().item()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 0], truth.float())
        return loss, ((logits[:, 0] > 0) == truth.bool()).sum().item()

    entropy = np.random.SeedSequence([seed, 1]).generate_state(1, np.uint64)[0]
    order = torch.Generator().manual_seed(int(entropy))
    rows = []
    for epoch in range(1, epochs + 1):
        permutation = torch.randperm(len(labels["train"]), generator=order)
        total_loss = total_correct = 0
        for batch in permutation.split(parameters["batch_size"]):
            optimizer.zero_grad()
            loss, correct = loss_and_correct(inputs["train"][batch], labels["train"][batch])
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * len(batch)
            total_correct += correct
        with torch.no_grad():
            val_loss, val_correct = loss_and_correct(inputs["val"], labels["val"])
        n, m = len(labels["train"]), len(labels["val"])
        rows.append([epoch, total_loss / n, total_correct / n, val_loss.item(), val_correct / m])
    return rows


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"loss": "ce"},
        {"activation": "leaky_relu", "hidden_layers": 3},
        {"hidden_layers": 0, "loss": "ce"},
        {"optimizer": "sgd", "learning_rate": 0.1},
        {"batch_size": 50},
        {"batch_size": 64},  # more than there are
    ],
    ids=str,
)
def test_metrics_are_those_of_a_plain_loop(data, change):
    """50 images in batches of 16 leave a last batch of 2, which counts as 2."""
    parameters = SMALL | change
    rows, _ = train_rounds(data, parameters, epochs=6, rounds=1)
    expected = plain_training(parameters, epochs=6, seed=0)
    np.testing.assert_allclose(rows[0], expected, rtol=2e-5, atol=1e-6)
    assert rows[0][-1][1] < rows[0][0][1]  # it does learn


def test_tanhshrink_is_a_hidden_layers_activation():
    network = train.build_network(4, SMALL | {"activation": "tanhshrink"}, torch.Generator())
    x = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    weights = dict(network.named_parameters())
    hidden = x @ weights["0.weight"].T + weights["0.bias"]
    hidden = hidden - torch.tanh(hidden)
    expected = hidden @ weights["2.weight"].T + weights["2.bias"]
    torch.testing.assert_close(network(x), expected)


@pytest.mark.parametrize(
    ("loss", "logits", "expected"),
    [
        ("bce", [[-1.0], [0.0], [1e-9]], [False, False, True]),
        ("ce", [[1.0, 2.0], [2.0, 1.0], [1.0, 1.0]], [True, False, False]),
    ],
)
def test_prediction_rules(loss, logits, expected):
    assert (LOSSES[loss].score(torch.tensor(logits)) > 0).tolist() == expected


@pytest.mark.parametrize("change", [{}, {"loss": "ce"}, {"optimizer": "sgd", "learning_rate": 0.1}])
def test_rounds_go_on_as_if_they_were_one(data, change, tmp_path):
    parameters = SMALL | change
    (whole,), end = train_rounds(data, parameters, epochs=6, rounds=1)
    state, rows = train.initial_state(FEATURES, parameters, 0), []
    for number in range(3):
        new, state = train.train_round(data, parameters, 2, state)
        rows += [row[1:] for row in new]
        torch.save({0: state}, tmp_path / f"{number}.pt")  # and through a file
        state = train.load_checkpoint(tmp_path / f"{number}.pt")[0]
    assert rows == [row[1:] for row in whole]
    for name, weight in end["network"].items():
        assert torch.equal(weight, state["network"][name])


def test_seeds_differ_and_repeat(data):
    first, again, other = (train_rounds(data, SMALL, 2, 1, seed)[0] for seed in (0, 0, 1))
    assert first == again
    assert first != other


def test_cells_share_what_they_can_of_a_seed():
    """The hidden layers' first weights and the order of the images; the heads differ in shape."""
    reference = train.initial_state(FEATURES, SMALL, 3)
    for change in (
        {"loss": "ce"},
        {"batch_size": 64},
        {"activation": "tanhshrink"},
        {"optimizer": "sgd"},
    ):
        state = train.initial_state(FEATURES, SMALL | change, 3)
        assert torch.equal(state["network"]["0.weight"], reference["network"]["0.weight"])
        assert torch.equal(state["network"]["0.bias"], reference["network"]["0.bias"])
        assert torch.equal(state["order"], reference["order"])
    deep = train.initial_state(FEATURES, SMALL | {"hidden_layers": 3}, 3)
    assert torch.equal(deep["network"]["0.weight"], reference["network"]["0.weight"])
    assert not torch.equal(deep["network"]["2.weight"], deep["network"]["4.weight"])
    assert not torch.equal(
        train.initial_state(FEATURES, SMALL, 4)["network"]["0.weight"],
        reference["network"]["0.weight"],
    )


def test_first_weights_are_uniform_as_linears_are():
    weights = train.initial_state(400, SMALL | {"hidden_units": 300}, 0)["network"]
    assert weights["0.weight"].abs().max() <= 1 / math.sqrt(400)
    # a uniform variable in ±b has the variance b² / 3
    assert weights["0.weight"].var().item() == pytest.approx(1 / 400 / 3, rel=0.02)
    assert weights["2.weight"].abs().max() <= 1 / math.sqrt(300)


def test_torchs_global_generator_is_left_alone(data):
    before = torch.random.get_rng_state()
    train_rounds(data, SMALL, 1, 1)
    assert torch.equal(torch.random.get_rng_state(), before)
    expected, _ = train_rounds(data, SMALL, 1, 1)
    torch.manual_seed(5)
    assert train_rounds(data, SMALL, 1, 1)[0] == expected


def test_a_state_can_be_gone_on_from_twice(data):
    _, state = train_rounds(data, SMALL, 2, 1)
    first, second = (train.train_round(data, SMALL, 2, state)[0] for _ in range(2))
    assert first == second


def test_a_diverged_seed_stops_and_stays_out(data):
    parameters = SMALL | {"optimizer": "sgd", "learning_rate": 1e30}
    (first, second), state = train_rounds(data, parameters, epochs=5, rounds=2)
    assert len(first) < 5
    assert not all(map(math.isfinite, (first[-1][1], first[-1][3])))
    assert all(math.isfinite(row[1]) and math.isfinite(row[3]) for row in first[:-1])
    assert second[0][0] == 1 and all(map(math.isnan, second[0][1:])) and len(second) == 1
    assert state["diverged"]


def run_job(data_folder, out, first, last, previous=None):
    out.mkdir()
    run = {"settings": {"hidden_units": 8}, "epochs": 3, "first": first, "last": last}
    run["device"] = "cpu"
    names = {"metrics": "metrics.csv", "scores": "scores.npz"}
    names |= {"checkpoint": "checkpoint.pt", "run": "run.json"}
    output = SimpleNamespace(**{name: out / file for name, file in names.items()})
    train.main(run, data_folder, previous, output)
    return output


def test_seeds_do_not_depend_on_the_job_they_are_trained_in(data_folder, tmp_path):
    together = run_job(data_folder, tmp_path / "0-2", 0, 2)
    alone = [run_job(data_folder, tmp_path / f"{s}-{s}", s, s) for s in range(3)]
    header, *rows = together.metrics.read_text().splitlines()
    assert header == "seed,epoch,train_loss,train_accuracy,val_loss,val_accuracy"
    assert rows == [row for job in alone for row in job.metrics.read_text().splitlines()[1:]]
    assert len(rows) == 3 * 3
    after = run_job(data_folder, tmp_path / "next", 0, 2, together.checkpoint)
    alone = run_job(data_folder, tmp_path / "next2", 2, 2, alone[2].checkpoint)
    assert after.metrics.read_text().endswith(alone.metrics.read_text().partition("\n")[2])


def test_metrics_keep_full_precision(data, data_folder, tmp_path):
    output = run_job(data_folder, tmp_path / "run", 0, 0)
    rows = list(csv.reader(output.metrics.open()))[1:]
    expected, _ = train_rounds(data, DEFAULTS | {"hidden_units": 8}, epochs=3, rounds=1)
    assert [[float(text) for text in row[1:]] for row in rows] == expected[0]


def test_damaged_checkpoint_is_named(data_folder, tmp_path):
    output = run_job(data_folder, tmp_path / "run", 0, 0)
    output.checkpoint.write_bytes(output.checkpoint.read_bytes()[:-100])
    with pytest.raises(UserError, match=r"checkpoint.pt: damaged .*; delete it and run again"):
        run_job(data_folder, tmp_path / "next", 0, 0, output.checkpoint)


def test_checkpoints_hold_no_code(data_folder, tmp_path):
    """A pickled object in a checkpoint's place is refused, not run."""
    trap = tmp_path / "trap.pt"
    torch.save({0: copy.deepcopy(subprocess.CompletedProcess([], 0))}, trap)
    with pytest.raises(UserError, match=r"trap.pt: damaged"):
        run_job(data_folder, tmp_path / "next", 0, 0, trap)


def test_a_job_does_not_import_the_compiler(data_folder, tmp_path):
    """torch.compile's modules take as long to import as the rest of torch."""
    program = f"""
import sys
sys.path.insert(0, {str(REPOSITORY / "scripts")!r})
import train
from types import SimpleNamespace
run = {{"settings": {{}}, "epochs": 1, "first": 0, "last": 0, "device": "cpu"}}
output = SimpleNamespace(metrics="m.csv", scores="s.npz", checkpoint="c.pt", run="r")
train.main(run, {str(data_folder)!r}, None, output)
print([name for name in ("torch._dynamo", "sympy", "pandas", "sklearn") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
