"""Train one seed of a cell for one round, and score what it has learned.

Everything random comes from generators of the seed's own: one for the initial weights, one for the
order of the batches, one for the share of the samples that is trained on, one an epoch for changes
of the images, and one that stands in for torch's global one while the network trains, for layers
such as dropout. Cells that differ in the loss, the batch size or the activation start from the same
hidden layers and see the images in the same order.
"""

import copy
import functools
import inspect
import math
from collections.abc import Callable
from pkgutil import resolve_name
from typing import Any, NamedTuple

import numpy as np
import torch

from study.store.errors import UserError
from study.training import EPOCH_METRICS
from study.training.augmentation import augment, is_augmented
from study.training.compiler import spare_compiler
from study.training.criteria import Criterion, make_criterion
from study.training.epoch_choices import EPOCH_CHOICES, best_epoch, is_over
from study.training.losses import loss_entry
from study.training.networks import EVALUATED, network_module
from study.training.optimizers import OPTIMIZERS
from study.training.samples import Data, drawn_samples
from study.training.schedules import rate_factor
from study.training.spelling import choose
from study.training.streams import AUGMENTATION, LAYERS, ORDER, WEIGHTS, make_generator

spare_compiler()

State = dict[str, Any]  # a seed's, as `collect_state` returns it
Row = list[Any]  # an epoch, from 1, and its `EPOCH_METRICS`
AfterEpoch = Callable[[list[Row], Callable[[], State]], None]


def build_network(data: Data, parameters: dict, generator: torch.Generator) -> torch.nn.Module:
    """A cell's network for the data, its first weights drawn from the generator."""
    outputs = loss_entry(parameters["loss"]).outputs(data.classes)
    build = network_module(parameters["network"]).build
    with torch.random.fork_rng(devices=[]):  # layers draw from torch's global generator when made
        torch.manual_seed(generator.initial_seed())
        return build(data.shape, outputs, parameters, generator)


def make_forward(
    network: torch.nn.Module, parameters: dict, device: torch.device
) -> Callable[[torch.Tensor], torch.Tensor]:
    """Inputs (n, features) -> logits (n, outputs) float32, compiled or in bfloat16 if asked for."""
    forward = torch.compile(network) if parameters["compile"] else network
    if parameters["precision"] == "float32":
        return forward

    def mixed(inputs: torch.Tensor) -> torch.Tensor:
        with torch.autocast(device.type, dtype=torch.bfloat16):
            logits = forward(inputs)
        return logits.float()

    return mixed


def build_optimizer(parameters: dict, network: torch.nn.Module) -> torch.optim.Optimizer:
    """A cell's optimizer of a network's weights."""
    choice, options = choose(OPTIMIZERS, parameters["optimizer"])
    options |= {name: parameters[name] for name in choice.uses}
    return resolve_name(choice.optimizer)(
        network.parameters(),
        lr=parameters["learning_rate"],
        weight_decay=parameters["weight_decay"],
        **choice.fixed,
        **options,
    )


def bare_step(optimizer: torch.optim.Optimizer) -> Callable[[], None]:
    """`optimizer.step` without what torch wraps around it: hooks, and a record for its profiler.

    They take 7% of the time that a small network trains. What others wrap around it stays.
    """

    def is_wrapper(function: Callable) -> bool:
        return inspect.getsourcefile(function) == inspect.getsourcefile(torch.optim.Optimizer)

    step: Any = type(optimizer).step
    while is_wrapper(step) and hasattr(step, "__wrapped__"):
        step = step.__wrapped__
    return torch.no_grad()(functools.partial(step, optimizer))


def laid_out(gradient: torch.Tensor | None, weight: torch.Tensor) -> torch.Tensor | None:
    """A gradient with its weight's strides: itself where it has them, else a copy.

    `backward` takes care of that, `torch.autograd.grad` does not: of images whose channels come
    last in memory, convolutions return gradients whose channels come last. The fused optimizers
    refuse those on a GPU, and on a CPU take their numbers for those of other weights.
    """
    if gradient is None or gradient.stride() == weight.stride():
        return gradient
    return torch.empty_like(weight).copy_(gradient)


def initial_state(data: Data, parameters: dict, seed: int) -> dict:
    """What a seed starts its first round from, in the form of a checkpoint."""
    network = build_network(data, parameters, make_generator(seed, WEIGHTS))
    optimizer = build_optimizer(parameters, network)
    with torch.random.fork_rng(devices=[]):
        torch.set_rng_state(make_generator(seed, LAYERS).get_state())
        return collect_state(network, optimizer, make_generator(seed, ORDER), diverged=False)


def decide(logits: torch.Tensor) -> torch.Tensor:
    """What is predicted from, of logits (n, outputs).

    For two classes the logit of the positive one, (n,), which is predicted above 0; for more the
    logits (n, classes), of which the largest is.
    """
    if logits.shape[1] == 1:
        return logits[:, 0]
    return logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits


def measure(
    logits: torch.Tensor, labels: torch.Tensor, targets: torch.Tensor, criterion: Callable
) -> tuple[float, float]:
    """The mean loss and the accuracy, as a fraction, of logits (n, outputs).

    Args:
        labels: (n,) int64.
        targets: what the criterion compares the logits with.
        criterion: as `make_criterion` returns it.
    """
    scores = decide(logits)
    correct = (scores > 0) == (labels == 1) if scores.ndim == 1 else scores.argmax(1) == labels
    losses = criterion(logits, targets, reduction="none")
    return losses.double().mean().item(), correct.double().mean().item()


def evaluate_samples(
    forward: Callable, inputs: torch.Tensor, data: Data, parameters: dict
) -> torch.Tensor:
    """The logits (n, outputs) of inputs (n, features), some samples at a time if they are many."""
    outputs = loss_entry(parameters["loss"]).outputs(data.classes)
    values = network_module(parameters["network"]).count_values(data.shape, outputs, parameters)
    with torch.no_grad():
        return torch.cat([forward(part) for part in inputs.split(max(1, EVALUATED // values))])


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
        return [[1, *[math.nan] * len(EPOCH_METRICS)]], state
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
    learner = _make_learner(data, parameters, labels, state)
    refuse_single_sample(learner.network, len(inputs), parameters["batch_size"])
    steps_per_epoch = math.ceil(len(inputs) / parameters["batch_size"])
    before = (this.number - 1) * this.epochs
    factor = rate_factor(parameters["schedule"], steps_per_epoch, this.epochs, before)
    order = torch.Generator()
    order.set_state(state["order"])
    shuffled = torch.empty_like(inputs)
    now = functools.partial(collect_state, learner.network, learner.optimizer, order, False)
    best, diverged, chosen = state.get("best"), False, None
    for epoch in range(len(rows) + 1, this.epochs + 1):
        permutation = torch.randperm(len(inputs), generator=order).to(inputs.device)
        torch.index_select(inputs, 0, permutation, out=shuffled)
        shuffled_labels, images = labels[permutation], shuffled
        if is_augmented(parameters):
            generator = make_generator(this.seed, AUGMENTATION, before + epoch)
            images = augment(shuffled, data.shape, parameters, generator)
        targets = target(shuffled_labels)
        start = (epoch - 1) * steps_per_epoch
        logits = _take_steps(learner, parameters, images, targets, factor, start)
        learner.network.eval()
        with torch.no_grad():
            train = measure(torch.cat(logits), shuffled_labels, targets, learner.criterion)
            val_logits = evaluate_samples(learner.forward, val_inputs, data, parameters)
            val = measure(val_logits, val_labels, target(val_labels), learner.criterion)
        rows.append([epoch, *train, *val])
        if not (math.isfinite(train[0]) and math.isfinite(val[0])):
            diverged = True
            break
        chosen, ended = choose_epoch(parameters["epoch_choice"], rows)
        best = copy.deepcopy(now()) if chosen == epoch < this.epochs else best
        if ended:
            break
        if epoch < this.epochs:
            after_epoch(rows, functools.partial(state_with_best, now, best))
    if best is not None and not diverged and chosen and chosen < len(rows):
        return rows, best
    return rows, collect_state(learner.network, learner.optimizer, order, diverged)


class Learner(NamedTuple):
    """A network, and all that a step of its training takes."""

    network: torch.nn.Module
    forward: Callable[[torch.Tensor], torch.Tensor]
    criterion: Criterion
    optimizer: torch.optim.Optimizer
    step: Callable[[], None]  # the optimizer's
    weights: list[torch.nn.Parameter]  # those that are learned


def _make_learner(
    data: Data, parameters: dict[str, Any], labels: torch.Tensor, state: State
) -> Learner:
    """A cell's network as a state has it, on the device of the labels that it is to learn."""
    network = build_network(data, parameters, torch.Generator()).to(labels.device)
    network.load_state_dict(state["network"])
    optimizer = build_optimizer(parameters, network)
    optimizer.load_state_dict(copy.deepcopy(state["optimizer"]))  # whose tensors it would take over
    return Learner(
        network,
        make_forward(network, parameters, labels.device),
        make_criterion(parameters["loss"], labels, data.classes),
        optimizer,
        bare_step(optimizer),
        [weight for weight in network.parameters() if weight.requires_grad],
    )


def _take_steps(
    learner: Learner,
    parameters: dict[str, Any],
    images: torch.Tensor,
    targets: torch.Tensor,
    factor: Callable[[int], float] | None,
    start: int,
) -> list[torch.Tensor]:
    """The logits of an epoch's batches, each as they were before its step.

    Args:
        images, targets: in the order in which they are learned.
        factor: step of the round -> what the learning rate is multiplied by; None for 1.
        start: the epoch's first step, from 0.
    """
    network, forward, criterion, optimizer, step, weights = learner
    batch_size, clip = parameters["batch_size"], parameters["gradient_clip"]
    found = []
    network.train()
    batches = zip(images.split(batch_size), targets.split(batch_size))
    for position, (batch, batch_targets) in enumerate(batches, start):
        if factor:
            rate = factor(position)
            for group in optimizer.param_groups:
                group["lr"] = parameters["learning_rate"] * rate
        logits = forward(batch)
        loss = criterion(logits, batch_targets, reduction="mean")
        gradients = torch.autograd.grad(loss, weights, allow_unused=True)
        for weight, gradient in zip(weights, gradients):
            weight.grad = laid_out(gradient, weight)
        if clip:
            torch.nn.utils.clip_grad_norm_(weights, clip)
        step()
        found.append(logits.detach())
    return found


def choose_epoch(text: str, rows: list) -> tuple[int | None, bool]:
    """The epoch that counts so far, None for the last of the round; and whether the round is over.

    Args:
        text: the rule, as a cell has it.
        rows: one an epoch, as `train_round` returns them.
    """
    _, options = choose(EPOCH_CHOICES, text)
    if not options:
        return None, False
    values = [row[1 + EPOCH_METRICS.index(options["metric"])] for row in rows]
    return best_epoch(values, options["metric"]), is_over(values, **options)


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
            f"batch_size: {batch_size} leaves one of {samples} training images in a batch, which"
            " batch normalization cannot take; choose another batch size"
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


def score_images(data: Data, parameters: dict, state: dict) -> dict[str, np.ndarray]:
    """What is predicted from, for each image that is not trained on, by split: see `decide`.

    Returns (n,) float32, or (n, classes) for more than two classes, for `val`, and for `test`
    where there is one; NaN if the seed diverged. The test split is used for nothing else.
    """
    device = data.splits["train"][0].device
    network = build_network(data, parameters, torch.Generator()).to(device)
    network.load_state_dict(state["network"])
    network.eval()
    forward = make_forward(network, parameters, device)
    scores = {}
    for split, (inputs, _) in data.splits.items():
        if split != "train":
            logits = evaluate_samples(forward, inputs, data, parameters)
            score = decide(logits).cpu().numpy()
            scores[split] = np.full_like(score, math.nan) if state["diverged"] else score
    return scores
