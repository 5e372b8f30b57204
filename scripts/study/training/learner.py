"""A network, and all that a step of its training takes."""

import copy
import functools
import inspect
from collections.abc import Callable, Iterable
from pkgutil import resolve_name
from typing import Any, NamedTuple

import torch

from study.training.compiler import spare_compiler
from study.training.criteria import Criterion, make_criterion
from study.training.devices import Work, device_module
from study.training.losses import loss_entry
from study.training.networks import network_module
from study.training.optimizers import OPTIMIZERS
from study.training.samples import Data
from study.training.spelling import choose

spare_compiler()

State = dict[str, Any]  # a seed's, as `study.training.loop.collect_state` returns it


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


def build_optimizer(
    parameters: dict, weights: Iterable[torch.nn.Parameter]
) -> torch.optim.Optimizer:
    """A cell's optimizer of a network's weights."""
    choice, options = choose(OPTIMIZERS, parameters["optimizer"])
    options |= {name: parameters[name] for name in choice.uses}
    return resolve_name(choice.optimizer)(
        weights,
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


class Learner(NamedTuple):
    """A network, and all that a step of its training takes."""

    network: torch.nn.Module
    forward: Callable[[torch.Tensor], torch.Tensor]
    criterion: Criterion
    optimizer: torch.optim.Optimizer
    step: Callable[[], None]  # the optimizer's
    weights: list[torch.nn.Parameter]  # those that are learned
    work: Work  # of a batch's inputs and targets: the logits, and the gradients of the weights


def make_learner(
    data: Data, parameters: dict[str, Any], labels: torch.Tensor, state: State
) -> Learner:
    """A cell's network as a state has it, on the device of the labels that it is to learn."""
    network = build_network(data, parameters, torch.Generator()).to(labels.device)
    network.load_state_dict(state["network"])
    optimizer = build_optimizer(parameters, network.parameters())
    optimizer.load_state_dict(copy.deepcopy(state["optimizer"]))  # whose tensors it would take over
    forward = make_forward(network, parameters, labels.device)
    criterion = make_criterion(parameters["loss"], labels, data.classes)
    weights = [weight for weight in network.parameters() if weight.requires_grad]

    def work(
        inputs: torch.Tensor, targets: torch.Tensor
    ) -> tuple[torch.Tensor, list[torch.Tensor | None]]:
        logits = forward(inputs)
        loss = criterion(logits, targets, reduction="mean")
        gradients = torch.autograd.grad(loss, weights, allow_unused=True)
        return logits.detach(), list(map(laid_out, gradients, weights))

    repeated = device_module(labels.device.type).repeated
    return Learner(
        network,
        forward,
        criterion,
        optimizer,
        bare_step(optimizer),
        weights,
        repeated(work, list(network.buffers()), parameters),
    )


def take_steps(
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
    batch_size, clip = parameters["batch_size"], parameters["gradient_clip"]
    found = []
    learner.network.train()
    batches = zip(images.split(batch_size), targets.split(batch_size))
    for position, (batch, batch_targets) in enumerate(batches, start):
        if factor:
            rate = factor(position)
            for group in learner.optimizer.param_groups:
                group["lr"] = parameters["learning_rate"] * rate
        logits, gradients = learner.work(batch, batch_targets)
        for weight, gradient in zip(learner.weights, gradients):
            weight.grad = gradient
        if clip:
            torch.nn.utils.clip_grad_norm_(learner.weights, clip)
        learner.step()
        found.append(logits)
    return found
