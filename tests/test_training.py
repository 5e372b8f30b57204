"""The trainer against an independent loop, and what its seeds promise."""

import copy
import csv
import json
import math
import subprocess
import sys
from pkgutil import resolve_name

import numpy as np
import pytest
import torch
from conftest import REPOSITORY, tiny_arrays

from study.errors import UserError
from study.files import file_digest
from study.parameters import DEFAULTS
from study.training.checkpoints import load_checkpoint, save_tensors
from study.training.loop import (
    build_network,
    initial_state,
    load_data,
    make_generator,
    score_images,
    train_round,
)
from study.training.losses import LOSSES
from study.training.optimizers import OPTIMIZERS
from study.training.run import train_run

torch.set_num_threads(1)  # as jobs do; on cores that are shared more would wait for each other

SMALL = DEFAULTS | {"hidden_units": 8, "batch_size": 16}
SHAPE = (5, 5)
RUN = {"parameters": {"hidden_units": 8}, "device": "cpu", "epochs": 3, "round": 1}
RUN |= {"data": "d", "code": {"trainer": "t"}}


@pytest.fixture(scope="module")
def data(data_folder):
    return load_data(data_folder, "cpu")


def train_rounds(data, parameters, epochs, rounds, seed=0):
    """The rows of some rounds, each resumed from the last, and the state at the end."""
    state, rows = initial_state(SHAPE, parameters, seed), []
    for _ in range(rounds):
        new, state = train_round(data, SHAPE, parameters, epochs, state)
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
    layers, width = [], 25
    for _ in range(parameters["hidden_layers"]):
        layers += [torch.nn.Linear(width, parameters["hidden_units"]), activation()]
        width = parameters["hidden_units"]
    network = torch.nn.Sequential(*layers, torch.nn.Linear(width, 2 if two_outputs else 1))
    network.load_state_dict(initial_state(SHAPE, parameters, seed)["network"])
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


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_two_epochs_are_those_of_torchs_optimizers(data, name):
    """To the last bit, with the same batches."""
    parameters = SMALL | {"optimizer": name, "learning_rate": 0.01}
    _, state = train_rounds(data, parameters, epochs=2, rounds=1)
    network = build_network(SHAPE, parameters, make_generator(0, 0))
    choice = OPTIMIZERS[name]
    optimizer = resolve_name(choice.optimizer)(network.parameters(), lr=0.01, **choice.options)
    assert type(optimizer).__module__.startswith("torch.optim.")
    order = make_generator(0, 1)
    for _ in range(2):
        permutation = torch.randperm(50, generator=order)
        inputs, labels = (tensor[permutation] for tensor in data["train"])
        for images, truth in zip(inputs.split(16), labels.split(16)):
            optimizer.zero_grad()
            torch.nn.BCEWithLogitsLoss()(network(images), truth[:, None].float()).backward()
            optimizer.step()
    trained = {"network": network.state_dict(), "optimizer": optimizer.state_dict()["state"]}
    ours = {"network": state["network"], "optimizer": state["optimizer"]["state"]}
    torch.testing.assert_close(ours, trained, rtol=0, atol=0)


def test_tanhshrink_is_a_hidden_layers_activation():
    network = build_network((4,), SMALL | {"activation": "tanhshrink"}, torch.Generator())
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
def test_rounds_are_as_if_they_were_one(data, change, tmp_path):
    parameters = SMALL | change
    (whole,), end = train_rounds(data, parameters, epochs=6, rounds=1)
    state, rows = initial_state(SHAPE, parameters, 0), []
    for number in range(3):
        new, state = train_round(data, SHAPE, parameters, 2, state)
        rows += [row[1:] for row in new]
        path = tmp_path / f"{number}.pt"
        save_tensors({0: state}, path)  # and through a file
        state = load_checkpoint(path, file_digest(path))[0]
    assert rows == [row[1:] for row in whole]
    for name, weight in end["network"].items():
        assert torch.equal(weight, state["network"][name])


def test_seeds_differ_and_repeat(data):
    first, again, other = (train_rounds(data, SMALL, 2, 1, seed)[0] for seed in (0, 0, 1))
    assert first == again
    assert first != other


def test_cells_share_what_they_can_of_a_seed():
    """The hidden layers' first weights and the order of the images; the heads differ in shape."""
    reference = initial_state(SHAPE, SMALL, 3)
    for change in (
        {"loss": "ce"},
        {"batch_size": 64},
        {"activation": "tanhshrink"},
        {"optimizer": "sgd"},
    ):
        state = initial_state(SHAPE, SMALL | change, 3)
        assert torch.equal(state["network"]["0.weight"], reference["network"]["0.weight"])
        assert torch.equal(state["network"]["0.bias"], reference["network"]["0.bias"])
        assert torch.equal(state["order"], reference["order"])
    deep = initial_state(SHAPE, SMALL | {"hidden_layers": 3}, 3)
    assert torch.equal(deep["network"]["0.weight"], reference["network"]["0.weight"])
    assert not torch.equal(deep["network"]["2.weight"], deep["network"]["4.weight"])
    assert not torch.equal(
        initial_state(SHAPE, SMALL, 4)["network"]["0.weight"],
        reference["network"]["0.weight"],
    )


def test_first_weights_are_uniform_as_linears_are():
    weights = initial_state((20, 20), SMALL | {"hidden_units": 300}, 0)["network"]
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


def test_a_state_can_be_resumed_from_twice(data):
    _, state = train_rounds(data, SMALL, 2, 1)
    first, second = (train_round(data, SHAPE, SMALL, 2, state)[0] for _ in range(2))
    assert first == second


def test_a_diverged_seed_stops_and_stays_out(data):
    parameters = SMALL | {"optimizer": "sgd", "learning_rate": 1e30}
    (first, second), state = train_rounds(data, parameters, epochs=5, rounds=2)
    assert len(first) < 5
    assert not all(map(math.isfinite, (first[-1][1], first[-1][3])))
    assert all(math.isfinite(row[1]) and math.isfinite(row[3]) for row in first[:-1])
    assert second[0][0] == 1 and all(map(math.isnan, second[0][1:])) and len(second) == 1
    assert state["diverged"]


def test_scores_are_the_logits_after_the_last_epoch(data):
    (rows,), state = train_rounds(data, SMALL | {"loss": "ce"}, epochs=4, rounds=1)
    scores = score_images(data, SHAPE, SMALL | {"loss": "ce"}, state)
    assert list(scores) == ["val"] and scores["val"].dtype == np.float32
    weights = {name: weight.numpy().astype(float) for name, weight in state["network"].items()}
    hidden = np.maximum(0, data["val"][0].numpy() @ weights["0.weight"].T + weights["0.bias"])
    logits = hidden @ weights["2.weight"].T + weights["2.bias"]
    np.testing.assert_allclose(scores["val"], logits[:, 1] - logits[:, 0], rtol=1e-4, atol=1e-6)
    right = (scores["val"] > 0) == (data["val"][1].numpy() == 1)
    assert right.mean() == rows[-1][4]
    diverged = score_images(data, SHAPE, SMALL | {"loss": "ce"}, state | {"diverged": True})
    assert diverged["val"].shape == (20,) and np.isnan(diverged["val"]).all()


# ---- Jobs ----------------------------------------------------------------------------------------


def run_job(data_folder, out, first, last, previous=None):
    run = RUN | {"first": first, "last": last}
    train_run(run, data_folder, previous and previous / "run.json", out)
    return out


def test_seeds_do_not_depend_on_the_job_they_are_trained_in(data_folder, tmp_path):
    together = run_job(data_folder, tmp_path / "0-2", 0, 2)
    alone = [run_job(data_folder, tmp_path / f"{s}-{s}", s, s) for s in range(3)]
    header, *rows = (together / "metrics.csv").read_text().splitlines()
    assert header == "seed,epoch,train_loss,train_accuracy,val_loss,val_accuracy"
    assert rows == [
        row for job in alone for row in (job / "metrics.csv").read_text().splitlines()[1:]
    ]
    assert len(rows) == 3 * 3
    after = run_job(data_folder, tmp_path / "next", 0, 2, together) / "metrics.csv"
    alone = run_job(data_folder, tmp_path / "next2", 2, 2, alone[2]) / "metrics.csv"
    assert after.read_text().endswith(alone.read_text().partition("\n")[2])


def test_metrics_keep_full_precision(data, data_folder, tmp_path):
    folder = run_job(data_folder, tmp_path / "run", 0, 0)
    rows = list(csv.reader((folder / "metrics.csv").open()))[1:]
    expected, _ = train_rounds(data, DEFAULTS | {"hidden_units": 8}, epochs=3, rounds=1)
    assert [[float(text) for text in row[1:]] for row in rows] == expected[0]


def test_a_run_records_its_settings_and_its_files(data_folder, tmp_path):
    folder = run_job(data_folder, tmp_path / "run", 0, 1)
    files = {
        name: file_digest(folder / name) for name in ("checkpoint.pt", "scores.npz", "metrics.csv")
    }
    record = json.loads((folder / "run.json").read_text())
    assert record == RUN | {"first": 0, "last": 1, "files": files}


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def change(path):
    """Other weights in a whole file."""
    states = torch.load(path, weights_only=True)
    states[0]["network"]["0.bias"] += 1
    save_tensors(states, path)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (cut, r"checkpoint.pt: damaged, or changed since its run wrote it .*; delete it and run a"),
        (change, r"checkpoint.pt: damaged, or changed since its run .*; delete it and run again"),
        (lambda path: path.unlink(), r"checkpoint.pt: cannot be read \(No such file .*; run again"),
    ],
    ids=["cut", "changed", "missing"],
)
def test_a_spoilt_checkpoint_is_named(data_folder, tmp_path, spoil, expected):
    folder = run_job(data_folder, tmp_path / "run", 0, 0)
    spoil(folder / "checkpoint.pt")
    with pytest.raises(UserError, match=expected):
        run_job(data_folder, tmp_path / "next", 0, 0, folder)
    assert not (tmp_path / "next").exists()


def test_checkpoints_hold_no_code(data_folder, tmp_path):
    """A pickled object in a checkpoint's place is refused, not run, whatever its record says."""
    folder = run_job(data_folder, tmp_path / "run", 0, 0)
    torch.save({0: copy.deepcopy(subprocess.CompletedProcess([], 0))}, folder / "checkpoint.pt")
    record = json.loads((folder / "run.json").read_text())
    record["files"]["checkpoint.pt"] = file_digest(folder / "checkpoint.pt")
    (folder / "run.json").write_text(json.dumps(record) + "\n")
    with pytest.raises(UserError, match=r"checkpoint.pt: damaged \((?s:.*); delete it and run a"):
        run_job(data_folder, tmp_path / "next", 0, 0, folder)


def test_equal_states_give_equal_bytes(tmp_path):
    """Whatever the file's name, and whether two parts of them are one object."""
    options = {"lr": 0.1, "betas": (0.9, 0.999), "state": [torch.ones(3)]}
    save_tensors({0: options, 1: options | {"state": [torch.ones(3)]}}, tmp_path / "a.pt")
    other = {"".join(key): copy.deepcopy(value) for key, value in options.items()}
    save_tensors({0: options, 1: other}, tmp_path / "b.pt")
    assert (tmp_path / "a.pt").read_bytes() == (tmp_path / "b.pt").read_bytes()


# ---- Without torch.compile -----------------------------------------------------------------------


def run_program(program: str, folder) -> list[str]:
    """What a program prints that finds the scripts."""
    start = f"import sys\nsys.path.insert(0, {str(REPOSITORY / 'scripts')!r})\n"
    command = [sys.executable, "-c", start + program]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_job_does_not_import_the_compiler(data_folder, tmp_path):
    """torch.compile's modules take as long to import as the rest of torch."""
    program = f"""
import train
from pathlib import Path
from study.training.optimizers import OPTIMIZERS
run = {RUN!r} | {{"first": 0, "last": 0}}
for name in OPTIMIZERS:
    run |= {{"parameters": {{"optimizer": name}}}}
    train.train_run(run, Path({str(data_folder)!r}), None, Path(name))
    train.train_run(run, Path({str(data_folder)!r}), Path(name) / "run.json", Path(name) / "next")
heavy = {{"torch._dynamo", "torch._inductor", "sympy", "pandas", "sklearn", "scipy", "matplotlib"}}
print(heavy & set(sys.modules))
"""
    assert run_program(program, tmp_path)[-1] == "set()"
    assert {path.name for path in tmp_path.iterdir()} == set(OPTIMIZERS)


def test_the_compiler_is_there_for_who_wants_it(data_folder, tmp_path):
    """And changes nothing of what is trained after that."""
    program = f"""
import torch
from study.training.loop import initial_state, load_data, train_round
data = load_data({str(data_folder)!r}, "cpu")
state = initial_state({SHAPE}, {SMALL}, 0)
before, _ = train_round(data, {SHAPE}, {SMALL}, 2, state)
print("torch._dynamo" in sys.modules, torch._dynamo.config.__name__)
print(torch.compile(lambda x: x + 1, backend="eager")(torch.tensor(1)).item())
assert train_round(data, {SHAPE}, {SMALL}, 2, state)[0] == before
"""
    assert run_program(program, tmp_path) == ["False torch._dynamo.config", "2"]
