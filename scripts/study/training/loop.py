"""Train one seed of a cell for one round, and score what it has learned.

Everything random comes from three generators a seed: one for the initial weights, one for the order
of the batches, and one that stands in for torch's global one while the network trains, for layers
such as dropout. Cells that differ in the loss, the batch size or the activation start from the same
hidden layers and see the images in the same order.
"""

import copy
import functools
import inspect
import math
from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name

import numpy as np
import torch

from study.data.prepared import load_splits, read_description
from study.training import EPOCH_METRICS
from study.training.compiler import spare_compiler
from study.training.losses import LOSSES
from study.training.networks import network_module
from study.training.optimizers import OPTIMIZERS

spare_compiler()


def make_generator(seed: int, stream: int) -> torch.Generator:
    """A generator of a seed's own; streams of the same seed are independent."""
    entropy = np.random.SeedSequence([seed, stream]).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(entropy))


def load_data(
    folder: Path, device: str
) -> tuple[dict[str, tuple[torch.Tensor, torch.Tensor]], tuple[int, ...]]:
    """Every split, inputs (n, features) float32 and labels (n,) int64; and a sample's shape.

    Raises:
        UserError: the prepared data are damaged.
    """
    description = read_description(folder)
    subtract, divide_by = (torch.tensor(description[key]) for key in ("subtract", "divide_by"))
    data = {}
    for split, (inputs, labels) in load_splits(folder).items():
        # Into memory that torch has allocated: a product's last bits may depend on the alignment,
        # and torch always aligns alike.
        images = torch.empty(len(inputs), math.prod(inputs.shape[1:]))
        images.numpy()[:] = inputs.reshape(images.shape)
        scaled = images.view(len(inputs), -1, len(subtract))  # by feature, by colour, or alike
        scaled.sub_(subtract).div_(divide_by)
        data[split] = (images.to(device), torch.tensor(labels, device=device))
    return data, tuple(description["shape"])


def build_network(
    shape: tuple[int, ...], parameters: dict, generator: torch.Generator
) -> torch.nn.Module:
    """A cell's network for samples of `shape`, its first weights drawn from the generator."""
    outputs = LOSSES[parameters["loss"]].outputs
    build = network_module(parameters["network"]).build
    with torch.random.fork_rng(devices=[]):  # layers draw from torch's global generator when made
        torch.manual_seed(generator.initial_seed())
        return build(shape, outputs, parameters, generator)


def build_optimizer(parameters: dict, network: torch.nn.Module) -> torch.optim.Optimizer:
    """A cell's optimizer of a network's weights."""
    choice = OPTIMIZERS[parameters["optimizer"]]
    make = resolve_name(choice.optimizer)
    return make(network.parameters(), lr=parameters["learning_rate"], **choice.options)


def bare_step(optimizer: torch.optim.Optimizer) -> Callable[[], None]:
    """`optimizer.step` without what torch wraps around it: hooks, and a record for its profiler.

    They take 7% of the time that a small network trains. What others wrap around it stays.
    """

    def is_wrapper(function: Callable) -> bool:
        return inspect.getsourcefile(function) == inspect.getsourcefile(torch.optim.Optimizer)

    step = type(optimizer).step
    while is_wrapper(step) and hasattr(step, "__wrapped__"):
        step = step.__wrapped__
    return torch.no_grad()(functools.partial(step, optimizer))


def initial_state(shape: tuple[int, ...], parameters: dict, seed: int) -> dict:
    """What a seed starts its first round from, in the form of a checkpoint."""
    network = build_network(shape, parameters, make_generator(seed, 0))
    optimizer = build_optimizer(parameters, network)
    with torch.random.fork_rng(devices=[]):
        torch.set_rng_state(make_generator(seed, 2).get_state())
        return collect_state(network, optimizer, make_generator(seed, 1), diverged=False)


def measure(logits: torch.Tensor, labels: torch.Tensor, loss_name: str) -> tuple[float, float]:
    """The mean loss and the accuracy, as a fraction, of logits (n, outputs) for labels (n,)."""
    loss = LOSSES[loss_name]
    criterion = resolve_name(loss.criterion)(reduction="none")
    losses = criterion(logits, loss.target(labels))
    correct = (loss.score(logits) > 0) == (labels == 1)
    return losses.double().mean().item(), correct.double().mean().item()


def train_round(
    data: dict,
    shape: tuple[int, ...],
    parameters: dict,
    epochs: int,
    state: dict,
    rows: list | None = None,
    after_epoch: Callable[[list, Callable[[], dict]], None] = lambda rows, state: None,
) -> tuple[list, dict]:
    """Train one seed for one round.

    Args:
        data, shape: as `load_data` returns them.
        parameters: a value for every training parameter.
        epochs: how many epochs the round has.
        state: the seed's `initial_state`, or what the round before returned; or, with the `rows`
            up to there, what `after_epoch` was given in a round that was interrupted.
        after_epoch: called after each epoch but the last, with the rows and a function that
            returns the state.

    Returns:
        One row `[epoch, train_loss, train_accuracy, val_loss, val_accuracy]` an epoch, counted
        from 1, and the state after the last. The training figures are means over the samples of
        the epoch's steps, as the network was when each was used; the validation figures are taken
        after the epoch. A loss that is not finite ends the round with its epoch's row; a seed that
        diverged in an earlier round has a single row, of NaN.
    """
    if state["diverged"]:
        return [[1, *[math.nan] * len(EPOCH_METRICS)]], state
    with torch.random.fork_rng(devices=[]):
        torch.set_rng_state(state["layers"])
        return _train_epochs(data, shape, parameters, epochs, state, list(rows or []), after_epoch)


def _train_epochs(
    data: dict,
    shape: tuple[int, ...],
    parameters: dict,
    epochs: int,
    state: dict,
    rows: list,
    after_epoch: Callable[[list, Callable[[], dict]], None],
) -> tuple[list, dict]:
    inputs, labels = data["train"]
    device = inputs.device
    loss = LOSSES[parameters["loss"]]
    criterion = resolve_name(loss.criterion)(reduction="mean")
    network = build_network(shape, parameters, torch.Generator()).to(device)
    network.load_state_dict(state["network"])
    optimizer = build_optimizer(parameters, network)
    optimizer.load_state_dict(copy.deepcopy(state["optimizer"]))  # whose tensors it would take over
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    step = bare_step(optimizer)
    order = torch.Generator()
    order.set_state(state["order"])
    shuffled = torch.empty_like(inputs)
    diverged = False
    for epoch in range(len(rows) + 1, epochs + 1):
        network.train()
        permutation = torch.randperm(len(inputs), generator=order).to(device)
        torch.index_select(inputs, 0, permutation, out=shuffled)
        shuffled_labels = labels[permutation]
        targets = loss.target(shuffled_labels)
        step_logits = []
        batch_size = parameters["batch_size"]
        for images, target in zip(shuffled.split(batch_size), targets.split(batch_size)):
            logits = network(images)
            gradients = torch.autograd.grad(criterion(logits, target), weights, allow_unused=True)
            for weight, gradient in zip(weights, gradients):
                weight.grad = gradient
            step()
            step_logits.append(logits.detach())
        network.eval()
        with torch.no_grad():
            train = measure(torch.cat(step_logits), shuffled_labels, parameters["loss"])
            val = measure(network(data["val"][0]), data["val"][1], parameters["loss"])
        rows.append([epoch, *train, *val])
        if not (math.isfinite(train[0]) and math.isfinite(val[0])):
            diverged = True
            break
        if epoch < epochs:
            after_epoch(rows, functools.partial(collect_state, network, optimizer, order, False))
    return rows, collect_state(network, optimizer, order, diverged)


def collect_state(
    network: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    order: torch.Generator,
    diverged: bool,
) -> dict:
    """A seed's state as it is now, as a checkpoint has it: on the CPU, and there not copied."""
    return {
        "network": _on_cpu(network.state_dict()),
        "optimizer": _on_cpu(optimizer.state_dict()),
        "order": order.get_state(),
        "layers": torch.get_rng_state(),
        "diverged": diverged,
    }


def _on_cpu(value):
    if isinstance(value, dict):
        return {key: _on_cpu(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_on_cpu(item) for item in value]
    return value.cpu() if isinstance(value, torch.Tensor) else value


def score_images(
    data: dict, shape: tuple[int, ...], parameters: dict, state: dict
) -> dict[str, np.ndarray]:
    """The logit of the positive class for each image that is not trained on, by split.

    Returns (n,) float32 for `val`, and for `test` where there is one; NaN if the seed diverged.
    The test split is scored and used for nothing else.
    """
    inputs, _ = data["train"]
    network = build_network(shape, parameters, torch.Generator()).to(inputs.device)
    network.load_state_dict(state["network"])
    network.eval()
    scores = {}
    for split, (inputs, _) in data.items():
        if split != "train":
            with torch.no_grad():
                score = LOSSES[parameters["loss"]].score(network(inputs)).cpu().numpy()
            scores[split] = np.full_like(score, math.nan) if state["diverged"] else score
    return scores
