"""Train several seeds of a cell for one round together, as one network with a leading dimension.

A step of a small network waits more for Python and for the start of each operation than for the
arithmetic; a stack takes its steps for all of its seeds at once. Every seed keeps its own weights,
order of samples, gradients, optimizer's state and rows: nothing is summed over seeds but the losses
that are differentiated, so each gradient is that of the seed's own mean loss.

A stack always has as many members as `study.training.devices.DEVICES` says of the device, its
width, and a seed's place is its number modulo that, because both may change last bits: those of
elements in memory that fill no vector, say. Places without a seed have the weights of another;
those whose seed has ended stay as they are. So a seed's numbers do not depend on which others train
beside it.

On a GPU nothing waits for the device within an epoch.
"""

import copy
import functools
import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch

from study.training.criteria import Criterion, make_criterion
from study.training.devices import Work, device_module
from study.training.epoch_choices import judge_epoch
from study.training.learner import State, bare_step, build_network, build_optimizer
from study.training.loop import DIVERGED, Round, Row, state_with_best
from study.training.losses import loss_entry
from study.training.networks import EVALUATED, network_module
from study.training.samples import Data, drawn_rows
from study.training.schedules import rate_factor
from study.training.scoring import is_right

Through = Callable[[int, list[Row], State], None]
AfterEpoch = Callable[[dict[int, list[Row]], Callable[[], dict[int, State]]], None]


class Member(NamedTuple):
    """A seed as it begins a round, or resumes one that was interrupted."""

    this: Round
    state: State
    rows: list[Row]  # of the epochs that it has had


class Stack(NamedTuple):
    """Networks of one form, and all that a step of them takes."""

    network: torch.nn.Module  # inputs (width, n, features) -> logits (width, n, outputs)
    shapes: dict[str, torch.Size]  # of the weights of one network, by name
    layers: list[torch.Tensor]  # the weights as they are differentiated: of all members
    slots: list[torch.Tensor]  # their gradients, in the memory of those of `rows`
    rows: list[torch.nn.Parameter]  # the same weights as they are optimized: one member's each
    buffers: dict[str, torch.Tensor]  # (width, …), by name
    optimizer: torch.optim.Optimizer
    step: Callable[[], None]  # the optimizer's; it leaves rows without a gradient as they are
    criterion: Criterion


def train_stack(
    data: Data,
    parameters: dict[str, Any],
    width: int,
    members: list[Member],
    through: Through,
    after_epoch: AfterEpoch = lambda rows, states: None,
) -> None:
    """Train seeds for one round, each as `study.training.loop.train_round` does, up to last digits.

    Args:
        parameters: a value for every training parameter, of a cell that `is_stacked`.
        width: how many members a stack has on the device of the data.
        members: of one round and after the same epoch of it, each of another place.
        through: called with a seed, its rows and its state when it is through.
        after_epoch: called after each epoch with those that are not, as their rows by seed and a
            function that returns their states.
    """
    for member in members:
        if member.state["diverged"]:
            through(member.this.seed, [list(DIVERGED)], member.state)
    live = {one.this.seed % width: one for one in members if not one.state["diverged"]}
    if live:
        _train_epochs(data, parameters, width, live, through, after_epoch)


def _train_epochs(
    data: Data,
    parameters: dict[str, Any],
    width: int,
    live: dict[int, Member],
    through: Through,
    after_epoch: AfterEpoch,
) -> None:
    labels = data.splits["train"][1]
    rows_of = functools.partial(drawn_rows, labels.cpu(), parameters)
    drawn = {place: rows_of(member.this.seed) for place, member in live.items()}
    order = {place: torch.Generator() for place in live}
    for place, member in live.items():
        order[place].set_state(member.state["order"])
    best = {place: one.state["best"] for place, one in live.items() if "best" in one.state}
    first, any_drawn = next(iter(live.values())), next(iter(drawn.values()))
    this, done, samples = first.this, len(first.rows), len(any_drawn)
    # the class weights of one are those of all, who draw as many samples of each class
    stack = _make_stack(data, parameters, width, live, labels[any_drawn])
    work = _make_work(stack, data, parameters)
    steps = math.ceil(samples / parameters["batch_size"])
    before = (this.number - 1) * this.epochs
    factor = rate_factor(parameters["schedule"], steps, this.epochs, before)
    shuffled = torch.zeros(width, samples, dtype=torch.int64)

    def state_of(place: int, member: Member) -> State:
        return _collect_state(stack, place, member, order[place])

    def states() -> dict[int, State]:
        return {
            one.this.seed: state_with_best(functools.partial(state_of, place, one), best.get(place))
            for place, one in live.items()
        }

    for epoch in range(done + 1, this.epochs + 1):
        for place in live:
            shuffled[place] = drawn[place][torch.randperm(samples, generator=order[place])]
        rows = shuffled.to(labels.device)
        logits = _take_steps(stack, work, parameters, rows, factor, (epoch - 1) * steps)
        train = measure_members(logits, labels[rows], parameters, stack.criterion)
        val_labels = data.splits["val"][1].expand(width, -1)
        val = measure_members(
            _evaluate(stack, data, parameters), val_labels, parameters, stack.criterion
        )
        for place, member in list(live.items()):
            member.rows.append([epoch, *train[place], *val[place]])
            standing = judge_epoch(parameters["epoch_choice"], member.rows, this.epochs)
            if standing.is_best:
                best[place] = state_of(place, member)
            if standing.over:
                state = best[place] if standing.earlier else state_of(place, member)
                del live[place]
                stack.rows[place].grad = None
                through(member.this.seed, member.rows, state | {"diverged": standing.diverged})
        if not live:
            return
        after_epoch({member.this.seed: member.rows for member in live.values()}, states)


def _make_stack(
    data: Data,
    parameters: dict[str, Any],
    width: int,
    members: dict[int, Member],
    labels: torch.Tensor,
) -> Stack:
    """The members' networks as their states have them; elsewhere those of the first.

    Args:
        members: by their places.
        labels: (n,) int64, those of the samples that are trained on, for class weights.
    """
    network, device = build_network(data, parameters, torch.Generator()), labels.device
    shapes = {name: weight.shape for name, weight in network.named_parameters()}
    states = dict.fromkeys(range(width), next(iter(members.values())).state)
    states |= {place: member.state for place, member in members.items()}
    networks = [state["network"] for state in states.values()]
    weights = torch.stack([_flat(one[name] for name in shapes) for one in networks]).to(device)
    buffers = {
        name: torch.stack([one[name] for one in networks]).to(device)
        for name, _ in network.named_buffers()
    }
    gradients = torch.zeros_like(weights)
    layers = {name: part.requires_grad_() for name, part in _layers(weights, shapes).items()}
    rows = [torch.nn.Parameter(row) for row in weights]
    optimizer = build_optimizer(parameters, rows)
    loaded = {
        place: _flat_state(member.state["optimizer"]["state"]) for place, member in members.items()
    }
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict(
        {
            "state": {place: state for place, state in loaded.items() if state},
            "param_groups": groups,
        }
    )
    for place in members:
        rows[place].grad = gradients[place]
    return Stack(
        device_module(device.type).stack_network(network, layers, buffers),
        shapes,
        list(layers.values()),
        list(_layers(gradients, shapes).values()),
        rows,
        buffers,
        optimizer,
        bare_step(optimizer),
        make_criterion(parameters["loss"], labels, data.classes),
    )


def _layers(flat: torch.Tensor, shapes: dict[str, torch.Size]) -> dict[str, torch.Tensor]:
    """Views of (width, weights), each weight's or bias's with its shape after the width."""
    parts = flat.split([shape.numel() for shape in shapes.values()], dim=1)
    return {
        name: part.view(len(flat), *shape) for part, (name, shape) in zip(parts, shapes.items())
    }


def _flat(parts: Iterable[torch.Tensor]) -> torch.Tensor:
    return torch.cat([part.flatten() for part in parts])


def _flat_state(states: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """What an optimizer keeps of a network's tensors, as if of one; what has no shape is the same.

    Args:
        states: of each tensor, by its number.
    """
    found = {}
    for name, value in states.get(0, {}).items():
        is_each = isinstance(value, torch.Tensor) and value.ndim > 0
        parts = [state[name] for state in states.values()]
        found[name] = _flat(parts) if is_each else copy.deepcopy(value)
    return found


def _collect_state(stack: Stack, place: int, member: Member, order: torch.Generator) -> State:
    """A member's state as `study.training.loop.collect_state` returns it, copied, on the CPU."""
    row = stack.rows[place]
    sizes = [shape.numel() for shape in stack.shapes.values()]

    def parted(value: Any) -> list[Any]:
        value = value.detach().cpu() if isinstance(value, torch.Tensor) else value
        if not (isinstance(value, torch.Tensor) and value.ndim > 0):
            return [copy.deepcopy(value) for _ in sizes]
        parts = zip(value.split(sizes), stack.shapes.values())
        return [part.view(shape).clone() for part, shape in parts]

    kept = {name: parted(value) for name, value in stack.optimizer.state[row].items()}
    states = [{name: parts[number] for name, parts in kept.items()} for number in range(len(sizes))]
    groups = stack.optimizer.state_dict()["param_groups"]
    values = dict(zip(stack.shapes, parted(row)))
    values |= {name: value[place].cpu().clone() for name, value in stack.buffers.items()}
    return {
        "network": {name: values[name] for name in member.state["network"]},
        "optimizer": {
            "state": dict(enumerate(states)) if kept else {},
            "param_groups": [group | {"params": [*range(len(sizes))]} for group in groups],
        },
        "order": order.get_state(),
        "layers": member.state["layers"],  # which draw nothing
        "diverged": False,
    }


def _make_work(stack: Stack, data: Data, parameters: dict[str, Any]) -> Work:
    """What a step takes of rows (width, n) of the training split, with the gradients in place."""
    (inputs, labels), clip = data.splits["train"], parameters["gradient_clip"]
    target = loss_entry(parameters["loss"]).target

    def work(rows: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor | None]]:
        chosen = rows.flatten()
        logits = stack.network(inputs.index_select(0, chosen).view(*rows.shape, -1))
        loss = stack.criterion(logits.flatten(0, 1), target(labels[chosen]), reduction="mean")
        gradients = torch.autograd.grad(loss * len(rows), stack.layers)  # of the sum of their means
        for slot, gradient in zip(stack.slots, gradients):
            slot.copy_(gradient)
        if clip:
            for row in stack.rows:
                torch.nn.utils.clip_grad_norm_(row, clip)
        return logits.detach(), []

    repeated = device_module(labels.device.type).repeated
    return repeated(work, list(stack.buffers.values()), parameters)


def _take_steps(
    stack: Stack,
    work: Work,
    parameters: dict[str, Any],
    shuffled: torch.Tensor,
    factor: Callable[[int], float] | None,
    start: int,
) -> torch.Tensor:
    """An epoch's steps. Returns logits (width, n, outputs), each as it was before its step.

    Args:
        work: as `_make_work` returns it.
        shuffled: (width, n) int64, the rows of each member's samples in the order of the epoch.
        factor: step of the round -> what the learning rate is multiplied by; None for 1.
        start: the epoch's first step, from 0.
    """
    found = []
    stack.network.train()
    for position, rows in enumerate(shuffled.split(parameters["batch_size"], dim=1), start):
        if factor:
            for group in stack.optimizer.param_groups:
                group["lr"] = parameters["learning_rate"] * factor(position)
        logits, _ = work(rows)
        stack.step()
        found.append(logits)
    return torch.cat(found, dim=1)


def _evaluate(stack: Stack, data: Data, parameters: dict[str, Any]) -> torch.Tensor:
    """The logits (width, n, outputs) of the validation split, some samples at a time if many."""
    outputs = loss_entry(parameters["loss"]).outputs(data.classes)
    values = network_module(parameters["network"]).count_values(data.shape, outputs, parameters)
    width = len(stack.rows)
    parts = data.splits["val"][0].split(max(1, EVALUATED // (width * values)))
    stack.network.eval()
    with torch.no_grad():
        return torch.cat([stack.network(part.expand(width, -1, -1)) for part in parts], dim=1)


def measure_members(
    logits: torch.Tensor, labels: torch.Tensor, parameters: dict[str, Any], criterion: Criterion
) -> list[tuple[float, float]]:
    """Of each member the mean loss and the accuracy: see `study.training.scoring.measure`.

    Args:
        logits: (width, n, outputs).
        labels: (width, n) int64.
    """
    flat, truth = logits.flatten(0, 1), labels.flatten()
    targets = loss_entry(parameters["loss"]).target(truth)
    losses = criterion(flat, targets, reduction="none").view(labels.shape).double().mean(1)
    correct = is_right(flat, truth).view(labels.shape).double().mean(1)
    return list(zip(losses.tolist(), correct.tolist()))
