"""Seeds that train together: each as it would alone, whatever trains beside it."""

import contextlib
import copy
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from small_training import RUN, SMALL, TRAINED, train_rounds

from study.data.prepared import prepare
from study.settings.parameters import DEFAULTS
from study.training import stacked
from study.training.activations import ACTIVATIONS
from study.training.criteria import make_criterion
from study.training.devices import DEVICES, cpu, cuda
from study.training.learner import build_network
from study.training.loop import Round, initial_state
from study.training.losses import LOSSES
from study.training.networks import NETWORKS
from study.training.optimizers import OPTIMIZERS
from study.training.run import train_run
from study.training.samples import Data
from study.training.schedules import rate_factor
from study.training.stacked import Member, train_stack
from study.training.stacking import is_stacked, why_alone
from study.training.streams import make_generator

# widths and batches that fill no whole vector, a last batch of 2, and all that a member has of its
# own: samples, clipping, a best epoch, an early end
UNEVEN = SMALL | {
    "hidden_units": 7,
    "hidden_layers": 2,
    "loss": "ce",
    "activation": "tanhshrink",
    "train_share": 0.9,
    "gradient_clip": 0.05,
    "schedule": "cosine(over=12)",
    "learning_rate": 0.03,
    "epoch_choice": "best(metric='val_accuracy', patience=2)",
}


CONVOLUTIONS = SMALL | {"network": "cnn", "loss": "ce", "channels": 2, "gradient_clip": 0.5}


@pytest.fixture
def images_folder(tmp_path):
    """Images of 10 × 10, a prepared data set."""
    generator, arrays = np.random.default_rng(0), {}
    for split, count in (("train", 22), ("val", 12)):
        arrays[f"{split}_images"] = generator.integers(0, 255, (count, 10, 10), dtype=np.uint8)
        arrays[f"{split}_labels"] = np.arange(count) % 2
    np.savez(tmp_path / "images.npz", **arrays)
    entry = {"kind": "npz", "path": str(tmp_path / "images.npz"), "positive": 1}
    prepare("images", entry | {"normalize": "unit"}, tmp_path / "data")
    return tmp_path / "data"


def train_together(data, parameters, seeds, epochs=4, states=None, number=1, width=12):
    """seed -> its rows and its state after a round."""
    found = {}

    def through(seed, rows, state):
        found[seed] = rows, state

    members = [
        Member(
            Round(seed, number, epochs),
            states[seed] if states else initial_state(data, parameters, seed),
            [],
        )
        for seed in seeds
    ]
    train_stack(data, parameters, width, members, through)
    return found


def trained(parameters, data_folder, folder: Path, first: int, last: int, previous=None) -> dict:
    """What a job leaves of each seed: its rows, its scores and its state."""
    run = RUN | {"first": first, "last": last, "round": 2 if previous else 1}
    train_run(run, parameters, data_folder, previous and previous / "run.json", folder)
    rows = (folder / "metrics.csv").read_text().splitlines()[1:]
    scores = np.load(folder / "scores.npz")["val_scores"]
    states = torch.load(folder / "checkpoint.pt", weights_only=True)
    assert list(states) == [*range(first, last + 1)]
    return {
        seed: ([row for row in rows if row.startswith(f"{seed},")], scores[seed - first], state)
        for seed, state in states.items()
    }


def assert_same(found: dict, expected: dict) -> None:
    for seed, parts in found.items():
        for part, other in zip(parts, expected[seed]):
            torch.testing.assert_close(part, other, rtol=0, atol=0, equal_nan=True)


@pytest.mark.parametrize("parameters", [TRAINED, UNEVEN], ids=["even", "uneven"])
def test_a_seed_is_the_same_to_the_bit_in_jobs_of_1_2_12_and_13(data_folder, parameters, tmp_path):
    """In two rounds, of which the second goes on from jobs of other seeds."""
    whole = trained(parameters, data_folder, tmp_path / "0-12", 0, 12)
    after = trained(parameters, data_folder, tmp_path / "0-12, 2", 0, 12, tmp_path / "0-12")
    for first, last in ((0, 0), (5, 5), (12, 12), (3, 4), (11, 12), (1, 12)):
        folder = tmp_path / f"{first}-{last}"
        found = trained(parameters, data_folder, folder, first, last)
        for seed, (rows, scores, state) in found.items():
            assert rows == whole[seed][0]
            assert scores.tobytes() == whole[seed][1].tobytes()
            torch.testing.assert_close(state, whole[seed][2], rtol=0, atol=0)
        again = trained(parameters, data_folder, tmp_path / f"{folder}, 2", first, last, folder)
        assert all(again[seed][0] == after[seed][0] for seed in again)
    if parameters == UNEVEN:  # members of one stack came to an end at different epochs
        assert len({len(rows) for rows, *_ in whole.values()}) > 1


def test_a_stack_may_have_another_width(data_folder, tmp_path, monkeypatch):
    """That of a GPU, tried on a CPU: the same bytes in any company, and of seeds of two stacks."""
    monkeypatch.setitem(DEVICES, "cpu", DEVICES["cpu"]._replace(width=32, most_weights=10_000_000))
    whole = trained(UNEVEN, data_folder, tmp_path / "whole", 0, 32)
    for first, last in ((7, 7), (31, 32)):
        found = trained(UNEVEN, data_folder, tmp_path / f"{first}", first, last)
        for seed, (rows, scores, state) in found.items():
            assert rows == whole[seed][0]
            assert scores.tobytes() == whole[seed][1].tobytes()
            torch.testing.assert_close(state, whole[seed][2], rtol=0, atol=0)


def test_a_stack_of_any_layers_has_weights_and_counts_a_member(
    tmp_path, monkeypatch, images_folder
):
    """That of a GPU, of a network with batch normalization, tried on a CPU."""
    alone = trained(CONVOLUTIONS, images_folder, tmp_path / "alone", 0, 1)
    monkeypatch.setitem(DEVICES, "cpu", DEVICES["cuda"]._replace(module=DEVICES["cpu"].module))
    monkeypatch.setattr(cpu, "stack_network", cuda.stack_network)
    assert is_stacked(DEFAULTS | CONVOLUTIONS, "cpu", (10, 10), 2, False)
    whole = trained(CONVOLUTIONS, images_folder, tmp_path / "whole", 0, 2)
    (single,) = trained(CONVOLUTIONS, images_folder, tmp_path / "single", 1, 1).values()
    torch.testing.assert_close(single[2], whole[1][2], rtol=0, atol=0)
    assert (single[0], single[1].tobytes()) == (whole[1][0], whole[1][1].tobytes())
    for seed, (_, scores, state) in alone.items():
        np.testing.assert_allclose(whole[seed][1], scores, atol=1e-4)
        assert [*whole[seed][2]["network"]] == [*state["network"]]
        torch.testing.assert_close(whole[seed][2]["network"], state["network"], rtol=0, atol=1e-4)
        assert state["network"]["2.num_batches_tracked"] > 0
    run = RUN | {"first": 0, "last": 2}
    while not (tmp_path / "stopped" / "metrics.csv").exists():
        with contextlib.suppress(SystemExit):
            train_run(run, CONVOLUTIONS, images_folder, None, tmp_path / "stopped", 0, lambda: True)
    for name in ("metrics.csv", "scores.npz", "checkpoint.pt"):
        assert (tmp_path / "stopped" / name).read_bytes() == (
            tmp_path / "whole" / name
        ).read_bytes()


@pytest.mark.parametrize("parameters", [TRAINED, UNEVEN], ids=["even", "uneven"])
def test_a_stack_that_is_stopped_resumes_after_any_epoch(data_folder, parameters, tmp_path, capsys):
    """13 seeds, twelve of them and then one; stopped after every epoch of both."""
    run = RUN | {"first": 0, "last": 12}
    train_run(run, parameters, data_folder, None, tmp_path / "whole")
    capsys.readouterr()
    jobs, folder = 0, tmp_path / "stopped"
    while not (folder / "metrics.csv").exists():
        jobs += 1
        try:
            train_run(run, parameters, data_folder, None, folder, 0, lambda: True)
        except SystemExit as stopped:
            assert stopped.code == 143 and (folder / "progress.pt").exists()
    assert jobs > 6 if parameters == TRAINED else jobs > 4
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["checkpoint.pt", "metrics.csv", "run.json", "scores.npz"]
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("seed ")]
    rows = (folder / "metrics.csv").read_text().splitlines()[1:]
    assert len(told) == len(set(told)) == len(rows)  # each epoch once


CHANGES = [
    {"optimizer": "sgd", "momentum": 0.9, "learning_rate": 0.05},
    {"optimizer": "sgd(nesterov=True)", "momentum": 0.9, "weight_decay": 0.01},
    {"optimizer": "adamw", "weight_decay": 0.1, "schedule": "one_cycle"},
    {"optimizer": "rmsprop", "loss": "focal"},
    {"loss": "hinge", "gradient_clip": 0.1},
    {"loss": "bce(class_weights='balanced')", "train_share": 0.7},
    {"loss": "ce(label_smoothing=0.1)", "hidden_layers": 3, "batch_size": 64},
    {"loss": "squared_error", "network": "logistic", "learning_rate": 0.1},
    {"epoch_choice": "best", "learning_rate": 0.02},
]


@pytest.mark.parametrize("change", [{}, *CHANGES], ids=str)
def test_a_stack_learns_what_its_seeds_learn_alone(data, change):
    """Up to last digits, over two rounds; of a best epoch the optimizer's steps differ too."""
    parameters, seeds = SMALL | change, (0, 3, 14)
    assert is_stacked(parameters, "cpu", data.shape, 2, False)
    first = train_together(data, parameters, seeds, epochs=5)
    states = {seed: state for seed, (_, state) in first.items()}
    second = train_together(data, parameters, seeds, 5, states, number=2)
    for seed in seeds:
        alone, state = train_rounds(data, parameters, epochs=5, rounds=2, seed=seed)
        (after_first, _), (after_second, after) = first[seed], second[seed]
        for rows, expected in zip((after_first, after_second), alone):
            # losses, and accuracies of 50 and 20 samples, of which one may be at the threshold
            for column, tolerance in ((1, 1e-4), (3, 1e-4), (2, 0.02), (4, 0.05)):
                ours, theirs = (np.array(each)[:, column] for each in (rows, expected))
                np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=tolerance)
        torch.testing.assert_close(after["network"], state["network"], rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(after["optimizer"], state["optimizer"], rtol=0.05, atol=1e-3)
        assert list(after) == list(state) and torch.equal(after["order"], state["order"])


@pytest.mark.parametrize(
    "change",
    [
        {"gradient_clip": 0.1},
        {"optimizer": "sgd", "momentum": 0.9, "weight_decay": 0.01},
        {"optimizer": "adamw", "loss": "ce(label_smoothing=0.1)"},
        {"optimizer": "rmsprop", "loss": "focal"},
        {"loss": "squared_error", "network": "logistic", "schedule": "one_cycle"},
    ],
    ids=str,
)
def test_within_an_epoch_nothing_waits_for_the_device(data, change, monkeypatch):
    """On torch's device without values, what asks for one fails, and so does what mixes devices."""
    for name, entry in OPTIMIZERS.items():  # of which the fused ones are not for this device
        monkeypatch.setitem(OPTIMIZERS, name, entry._replace(fixed={}))
    parameters = SMALL | change
    monkeypatch.setitem(DEVICES, "meta", DEVICES["cpu"])
    splits = {name: tuple(part.to("meta") for part in data.splits[name]) for name in data.splits}
    there, state = data._replace(splits=splits), initial_state(data, parameters, 0)
    members = {place: stacked.Member(Round(place, 1, 1), state, []) for place in (0, 5)}
    labels = splits["train"][1]
    stack = stacked._make_stack(there, parameters, 32, members, labels)
    rows = torch.zeros(32, len(labels), dtype=torch.int64, device="meta")
    factor = rate_factor(parameters["schedule"], 4, 1, 0)
    work = stacked._make_work(stack, there, parameters)
    logits = stacked._take_steps(stack, work, parameters, rows, factor, 0)
    assert logits.shape[:2] == (32, len(labels)) and logits.device.type == "meta"
    assert stacked._evaluate(stack, there, parameters).device.type == "meta"


def test_a_member_that_diverges_stops_and_leaves_the_others_alone(data):
    states = {seed: initial_state(data, SMALL, seed) for seed in range(4)}
    states[1]["network"]["2.weight"] += math.inf  # in the first step
    states[2] = states[2] | {"diverged": True}  # in an earlier round
    found = train_together(data, SMALL, range(4), states=copy.deepcopy(states))
    assert len(found[1][0]) == 1 and not math.isfinite(found[1][0][0][1])
    assert [found[seed][1]["diverged"] for seed in range(4)] == [False, True, True, False]
    assert found[2][0][0][0] == 1 and all(map(math.isnan, found[2][0][0][1:]))
    alone = train_together(data, SMALL, [0, 3], states=states)
    assert_same(alone, found)


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if not ACTIVATIONS[name].alone])
def test_activations_are_of_each_element(data, name):
    """Or else the members of a stack would see each other."""
    parameters = SMALL | {"activation": name}
    network = build_network(data, parameters, make_generator(0, 0))
    assert sum(bool(layer.state_dict()) for layer in network) == 2  # the linear ones
    inputs, alone = torch.randn(3, 4, 8), network[1]
    torch.testing.assert_close(alone(inputs)[1], alone(inputs[1]), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", [name for name in LOSSES if LOSSES[name].by_sample])
def test_losses_are_of_each_sample(name):
    """The same promise of losses: a batch's is the mean of its samples', whatever the others."""
    logits, labels = torch.randn(12, LOSSES[name].outputs(2)), torch.arange(12) % 2
    criterion, target = make_criterion(name, labels, 2), LOSSES[name].target
    each = [criterion(logits[[n]], target(labels[[n]]), reduction="mean") for n in range(12)]
    whole = criterion(logits, target(labels), reduction="mean")
    torch.testing.assert_close(torch.stack(each).mean(), whole)


def test_a_layer_that_learns_on_its_own_is_not_stacked_unseen(data):
    with pytest.raises(TypeError, match=r"(?s)PReLU.* has values of its own"):
        train_together(data, SMALL | {"activation": "prelu"}, [0])


def reason(change=DEFAULTS, device="cpu", shape=(30,), redrawn=False):
    return why_alone(DEFAULTS | change, device, shape, 2, redrawn)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"loss": "my_loss.py:MyLoss"}, "the loss is your own"),
        ({"network": "my_net.py:MyNet", "loss": "ce"}, "the network is your own"),
        ({"network": "resnet18"}, "the network is resnet18"),
        ({"dropout": 0.1}, "dropout is 0.1"),
        ({"batch_norm": True}, "batch_norm is true"),
        ({"activation": "rrelu"}, "the activation rrelu learns or draws as it trains"),
        ({"activation": "prelu(init=0.1)"}, "the activation prelu learns or draws as it trains"),
        ({"flip": True}, "flip is true"),
        ({"shift": 2}, "shift is 2"),
        ({"rotation": 10}, "rotation is 10"),
        ({"compile": True}, "compile is true"),
        ({"precision": "bfloat16"}, "precision is bfloat16"),
    ],
)
@pytest.mark.parametrize("device", DEVICES)
def test_which_cells_are_not_stacked_and_why(change, expected, device):
    assert reason(change, device) == expected
    assert not is_stacked(DEFAULTS | change, device, (30,), 2, False)


def test_which_cells_are_stacked():
    assert {*NETWORKS} == {"mlp", "logistic", "cnn", "resnet18"}  # the last is above
    assert reason() == reason({"network": "logistic"}, shape=(28, 28)) == ""
    assert reason({"hidden_units": 64}, shape=(28, 28)) == ""
    # 201,217 weights; on a GPU 38.5 million are too many
    too_many = "the network has more than 60,000 weights and biases"
    assert reason(shape=(28, 28)) == too_many and reason(shape=(28, 28), device="cuda") == ""
    assert "10,000,000" in reason(shape=(224, 224, 3), device="cuda")
    assert reason({"image_size": 8}, shape=(28, 28)) == ""  # by what is left of an image
    assert reason({"network": "cnn"}, shape=(28, 28)) == "the network is cnn"
    assert reason({"network": "cnn"}, shape=(28, 28), device="cuda") == ""
    assert reason(redrawn=True) == "there is one seed per split"
    # what they decide is in docs/training.md
    found = {name: device[1:] for name, device in DEVICES.items()}
    both = ("mlp", "logistic")
    assert found == {"cpu": (12, 60_000, both), "cuda": (32, 10_000_000, (*both, "cnn"))}
    assert Data({}, (5,), 2).redrawn is False
