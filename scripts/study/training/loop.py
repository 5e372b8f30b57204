"""Train one seed of a cell for one round.

Everything random comes from generators of the seed's own: one for the initial weights, one for the
order of the batches, one for the share of the samples that is trained on, one per epoch for changes
of the images, and one that stands in for torch's global one while the network trains, for layers
such as dropout. Cells that differ in the loss, the batch size or the activation start from the same
hidden layers and see the images in the same order.
"""

import copy
import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from study.store.errors import UserError
from study.training import EPOCH_METRICS
from study.training.augmentation import augment, is_augmented
from study.training.devices import device_module
from study.training.epoch_choices import judge_epoch
from study.training.learner import (
    State,
    build_network,
    build_optimizer,
    make_learner,
    take_steps,
)
from study.training.losses import loss_entry
from study.training.samples import Data, drawn_samples
from study.training.schedules import rate_factor
from study.training.scoring import evaluate_samples, measure
from study.training.streams import AUGMENTATION, LAYERS, ORDER, WEIGHTS, make_generator

Row = list[Any]  # an epoch, from 1, and its `EPOCH_METRICS`
DIVERGED: Row = [1, *[math.nan] * len(EPOCH_METRICS)]  # of a seed that did so in an earlier round
AfterEpoch = Callable[[list[Row], Callable[[], State]], None]


def initial_state(data: Data, parameters: dict, seed: int) -> dict:
    """What a seed starts its first round from, in the form of a checkpoint."""
    network = build_network(data, parameters, make_generator(seed, WEIGHTS))
    optimizer = build_optimizer(parameters, network.parameters())
    with torch.random.fork_rng(devices=[]):
        torch.set_rng_state(make_generator(seed, LAYERS).get_state())
        return collect_state(network, optimizer, make_generator(seed, ORDER), diverged=False)


class Round(NamedTuple):
    """A round that a seed is trained for."""

    seed: int
    number: int  # from 1
    epochs: int  # that it has, if it is not ended early


def train_round(
    data: Data,
    parameters: dict[str, Any],
    this: Round,
    state: State,
    rows: list[Row] | None = None,
    after_epoch: AfterEpoch = lambda rows, state: None,
) -> tuple[list[Row], State]:
    """Train one seed for one round.

    Args:
        parameters: a value for every training parameter.
        this: the round.
        state: the seed's `initial_state`, or what the round before returned; or, with the `rows`
            up to there, what `after_epoch` was given in a round that was interrupted.
        after_epoch: called after each epoch but the last, with the rows and a function that
            returns the state.

    Returns:
        One row `[epoch, train_loss, train_accuracy, val_loss, val_accuracy]` an epoch, counted
        from 1, and the state after the epoch that was chosen, the last unless the cell has another
        rule. The training figures are means over the samples of the epoch's steps, as the network
        was when each was used; the validation figures are taken after the epoch. A loss that is
        not finite ends the round with its epoch's row; a seed that diverged in an earlier round
        has a single row, of NaN.

    Raises:
        UserError: the cell's network, loss or changes of images do not fit the data.
    """
    if state["diverged"]:
        return [list(DIVERGED)], state
    with torch.random.fork_rng(devices=[]):
        torch.set_rng_state(state["layers"])
        return _train_epochs(data, parameters, this, state, list(rows or []), after_epoch)


def _train_epochs(
    data: Data,
    parameters: dict[str, Any],
    this: Round,
    state: State,
    rows: list[Row],
    after_epoch: AfterEpoch,
) -> tuple[list[Row], State]:
    inputs, labels = drawn_samples(data, parameters, this.seed)
    val_inputs, val_labels = data.splits["val"]
    target = loss_entry(parameters["loss"]).target
    learner = make_learner(data, parameters, labels, state)
    refuse_single_sample(learner.network, len(inputs), parameters["batch_size"])
    steps_per_epoch = math.ceil(len(inputs) / parameters["batch_size"])
    before = (this.number - 1) * this.epochs
    factor = rate_factor(parameters["schedule"], steps_per_epoch, this.epochs, before)
    order = torch.Generator()
    order.set_state(state["order"])
    shuffled = torch.empty_like(inputs)
    now = functools.partial(collect_state, learner.network, learner.optimizer, order, False)
    best = state.get("best")
    device = device_module(inputs.device.type)
    for epoch in range(len(rows) + 1, this.epochs + 1):
        device.begin_epoch()
        permutation = torch.randperm(len(inputs), generator=order).to(inputs.device)
        torch.index_select(inputs, 0, permutation, out=shuffled)
        shuffled_labels, images = labels[permutation], shuffled
        if is_augmented(parameters):
            generator = make_generator(this.seed, AUGMENTATION, before + epoch)
            images = augment(shuffled, data.shape, parameters, generator)
        targets = target(shuffled_labels)
        start = (epoch - 1) * steps_per_epoch
        logits = take_steps(learner, parameters, images, targets, factor, start)
        learner.network.eval()
        with torch.no_grad():
            train = measure(torch.cat(logits), shuffled_labels, targets, learner.criterion)
            val_logits = evaluate_samples(learner.forward, val_inputs, data, parameters)
            val = measure(val_logits, val_labels, target(val_labels), learner.criterion)
        rows.append([epoch, *train, *val])
        standing = judge_epoch(parameters["epoch_choice"], rows, this.epochs)
        if standing.is_best:
            best = copy.deepcopy(now())
        if standing.over:
            break
        after_epoch(rows, functools.partial(state_with_best, now, best))
    if best is not None and standing.earlier:
        return rows, best
    return rows, now() | {"diverged": standing.diverged}


def state_with_best(now: Callable[[], dict], best: dict | None) -> dict:
    """What a round that is interrupted resumes from: its state, and that of its best epoch."""
    return now() | ({"best": best} if best else {})


def refuse_single_sample(network: torch.nn.Module, samples: int, batch_size: int) -> None:
    """Refuse a last batch of one sample where a layer normalizes by the batch.

    Raises:
        UserError: there is one.
    """
    normalizes = any(isinstance(layer, torch.nn.BatchNorm1d) for layer in network.modules())
    if normalizes and (batch_size == 1 or samples % batch_size == 1):
        raise UserError(
            f"batch_size: {batch_size} leaves one of {samples} training images alone in a batch,"
            " which batch normalization cannot take; choose another batch size"
        )


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
