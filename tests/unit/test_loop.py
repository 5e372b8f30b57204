"""One seed for one round: against an independent loop, and what its seeds promise."""

import copy
import functools
import math
import sys
from pkgutil import resolve_name

import numpy as np
import pytest
import torch
from small_study import tiny_arrays
from small_training import SMALL, TINY, train_rounds

from study.store.files import file_digest
from study.training.checkpoints import load_checkpoint, save_tensors
from study.training.learner import bare_step, build_network, laid_out
from study.training.loop import Round, initial_state, train_round
from study.training.networks import NETWORKS, Network
from study.training.optimizers import OPTIMIZERS
from study.training.samples import Data
from study.training.scoring import score_images
from study.training.streams import make_generator


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
    network.load_state_dict(initial_state(TINY, parameters, seed)["network"])
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


@pytest.mark.parametrize(
    ("name", "network"),
    [*((name, network) for network in ("mlp", "cnn") for name in OPTIMIZERS), ("adam", "resnet18")],
)
def test_two_epochs_are_those_of_torchs_optimizers(data, name, network):
    """To the last bit, with the same batches, and gradients as `backward` hands them on."""
    if network != "mlp":  # 8 × 8, so that a cnn has more than one convolution
        generator = torch.Generator().manual_seed(0)
        images = {split: torch.rand(50, 64, generator=generator) for split in ("train", "val")}
        splits = {split: (inputs, torch.arange(50) % 2) for split, inputs in images.items()}
        data = Data(splits, (8, 8), classes=2)
    parameters = SMALL | {"optimizer": name, "learning_rate": 0.01, "network": network}
    _, state = train_rounds(data, parameters, epochs=2, rounds=1)
    network = build_network(data, parameters, make_generator(0, 0))
    choice = OPTIMIZERS[name]
    optimizer = resolve_name(choice.optimizer)(
        network.parameters(), lr=0.01, weight_decay=0, **choice.fixed
    )
    assert type(optimizer).__module__.startswith("torch.optim.")
    order = make_generator(0, 1)
    for _ in range(2):
        permutation = torch.randperm(50, generator=order)
        inputs, labels = (tensor[permutation] for tensor in data.splits["train"])
        for images, truth in zip(inputs.split(16), labels.split(16)):
            optimizer.zero_grad()
            torch.nn.BCEWithLogitsLoss()(network(images), truth[:, None].float()).backward()
            optimizer.step()
    trained = {"network": network.state_dict(), "optimizer": optimizer.state_dict()["state"]}
    ours = {"network": state["network"], "optimizer": state["optimizer"]["state"]}
    torch.testing.assert_close(ours, trained, rtol=0, atol=0)


@pytest.mark.parametrize("change", [{}, {"loss": "ce"}, {"optimizer": "sgd", "learning_rate": 0.1}])
def test_rounds_are_as_if_they_were_one(data, change, tmp_path):
    parameters = SMALL | change
    (whole,), end = train_rounds(data, parameters, epochs=6, rounds=1)
    state, rows = initial_state(TINY, parameters, 0), []
    for number in range(3):
        new, state = train_round(data, parameters, Round(0, number + 1, 2), state)
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


def test_torchs_global_generator_is_left_alone(data):
    before = torch.random.get_rng_state()
    train_rounds(data, SMALL, 1, 1)
    assert torch.equal(torch.random.get_rng_state(), before)
    expected, _ = train_rounds(data, SMALL, 1, 1)
    torch.manual_seed(5)
    assert train_rounds(data, SMALL, 1, 1)[0] == expected


def test_a_state_can_be_resumed_from_twice(data):
    _, state = train_rounds(data, SMALL, 2, 1)
    first, second = (train_round(data, SMALL, Round(0, 2, 2), state)[0] for _ in range(2))
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
    scores = score_images(data, SMALL | {"loss": "ce"}, state)
    assert list(scores) == ["val"] and scores["val"].dtype == np.float32
    weights = {name: weight.numpy().astype(float) for name, weight in state["network"].items()}
    inputs, labels = (tensor.numpy() for tensor in data.splits["val"])
    hidden = np.maximum(0, inputs @ weights["0.weight"].T + weights["0.bias"])
    logits = hidden @ weights["2.weight"].T + weights["2.bias"]
    np.testing.assert_allclose(scores["val"], logits[:, 1] - logits[:, 0], rtol=1e-4, atol=1e-6)
    right = (scores["val"] > 0) == (labels == 1)
    assert right.mean() == rows[-1][4]
    diverged = score_images(data, SMALL | {"loss": "ce"}, state | {"diverged": True})
    assert diverged["val"].shape == (20,) and np.isnan(diverged["val"]).all()


def drop(monkeypatch, tmp_path, *layers: str) -> dict:
    """Parameters of a network that is registered for the test, a perceptron with other layers."""
    (tmp_path / "dropping.py").write_text(
        "import torch\n"
        "def count_values(shape, outputs, parameters):\n"
        "    return 17\n"
        "def build(shape, outputs, parameters, generator):\n"
        "    network = torch.nn.Sequential(torch.nn.Linear(25, 8), torch.nn.Dropout(0.5),"
        " torch.nn.ReLU(), torch.nn.Linear(8, outputs))\n"
        f"    {'; '.join(layers) or 'pass'}\n"
        "    return network\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "dropping", raising=False)
    monkeypatch.setitem(NETWORKS, "dropping", Network(title="dropping", module="dropping"))
    return SMALL | {"network": "dropping"}


def test_dropout_is_of_the_seed_and_resumes(data, monkeypatch, tmp_path):
    """Whatever was trained before, in one round, or in two through an interruption."""
    parameters = drop(monkeypatch, tmp_path)
    (whole,), end = train_rounds(data, parameters, epochs=4, rounds=1)
    train_rounds(data, parameters, epochs=1, rounds=1, seed=1)
    saved = []

    def save(rows, state):
        saved.append(copy.deepcopy((state(), rows)))

    train_round(data, parameters, Round(0, 1, 4), initial_state(TINY, parameters, 0), None, save)
    rows, state = train_round(data, parameters, Round(0, 1, 4), *saved[1])
    assert rows == whole
    torch.testing.assert_close(state["network"], end["network"], rtol=0, atol=0)
    assert train_rounds(data, parameters, 4, 1, seed=1)[0] != [whole]


def test_frozen_weights_stay_as_they_are(data, monkeypatch, tmp_path):
    parameters = drop(monkeypatch, tmp_path, "network[0].weight.requires_grad_(False)")
    first = initial_state(TINY, parameters, 0)["network"]
    _, state = train_rounds(data, parameters, epochs=2, rounds=1)
    assert torch.equal(state["network"]["0.weight"], first["0.weight"])
    assert not torch.equal(state["network"]["0.bias"], first["0.bias"])


@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD])
def test_a_step_is_the_same_however_its_gradient_is_laid_out(kind):
    """A convolution's weight, and a gradient whose channels come last in memory."""
    generator = torch.Generator().manual_seed(0)
    start, plain = (torch.randn(4, 3, 3, 3, generator=generator) for _ in range(2))
    stepped = []
    for gradient in (plain, plain.to(memory_format=torch.channels_last)):
        weight = torch.nn.Parameter(start.clone())
        weight.grad = laid_out(gradient, weight)
        assert weight.grad.stride() == weight.stride() and torch.equal(weight.grad, plain)
        assert (weight.grad is gradient) == (gradient is plain)  # no copy for nothing
        bare_step(kind([weight], lr=0.1, fused=True))()
        stepped.append(weight.detach())
    assert torch.equal(*stepped)
    assert laid_out(None, start) is None


def test_a_bare_step_keeps_what_is_not_torchs():
    """Torch's own wrappers go, a subclass's stay."""

    class Halved(torch.optim.SGD):
        def step(self, closure=None):
            for group in self.param_groups:
                for weight in group["params"]:
                    weight.grad *= 0.5
            return super().step(closure)

        step = functools.wraps(torch.optim.SGD.step)(step)

    weight = torch.nn.Parameter(torch.zeros(1))
    for kind, expected in ((torch.optim.SGD, -1.0), (Halved, -1.5)):
        weight.grad = torch.ones(1)
        bare_step(kind([weight], lr=1.0))()
        assert weight.item() == expected
