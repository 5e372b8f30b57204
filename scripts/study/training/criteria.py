"""The losses that are not torch's own, and torch's with class weights and label smoothing.

Like those of torch.nn.functional, each takes logits (n, outputs), what they are compared with, its
options and `reduction`: `mean` over the samples, or `none` for the loss of each, (n,).

Class weights are n / (K n_k) for the n_k of n training samples that are of class k out of K. They
average to 1 over the training split, so the mean divides by the number of samples.
(torch.nn.CrossEntropyLoss divides by the sum of a batch's weights.)
"""

import functools
from collections.abc import Callable
from pkgutil import resolve_name

import torch
from torch import Tensor
from torch.nn import functional

from study.store.errors import UserError
from study.store.own_code import load_class
from study.training.losses import LOSSES
from study.training.spelling import choose, is_own, read_spelling

Criterion = Callable[..., Tensor]  # called with logits, targets and `reduction`


def make_criterion(text: str, labels: Tensor, classes: int) -> Criterion:
    """The criterion of a loss, called with logits, targets and `reduction`.

    Args:
        text: a loss, as a cell has it.
        labels: (n,) int64, those of the samples that are trained on, for class weights.
        classes: how many there are.

    Raises:
        UserError: it is a class in a user's file, which cannot be loaded.
    """
    name = read_spelling(text).name
    if is_own(name):
        module = load_class(name, "loss")(**read_spelling(text).options)
        return functools.partial(own_loss, module=module.to(labels.device))
    loss, options = choose(LOSSES, text)
    if "class_weights" in options:
        balanced = options["class_weights"] == "balanced"
        options["class_weights"] = class_weights(labels, classes) if balanced else None
    return functools.partial(resolve_name(loss.criterion), **options)


def class_weights(labels: Tensor, classes: int) -> Tensor:
    """The weight of each class, (classes,) float32; that of a class without samples is 0."""
    counts = torch.bincount(labels, minlength=classes)
    weights = len(labels) / (classes * counts.clamp(min=1))
    return torch.where(counts > 0, weights, 0.0)


def reduce(losses: Tensor, reduction: str) -> Tensor:
    """The losses of samples (n,), or their mean."""
    return losses.mean() if reduction == "mean" else losses


def own_loss(logits: Tensor, labels: Tensor, module: torch.nn.Module, reduction: str) -> Tensor:
    """A module of the user's own, from logits (n, K) and labels (n,) to a loss of each sample.

    Raises:
        UserError: it returns something else.
    """
    losses = module(logits, labels)
    if losses.shape != labels.shape:
        raise UserError(
            f"loss: {type(module).__name__} returned a tensor of shape {tuple(losses.shape)}; one"
            f" loss per sample, {tuple(labels.shape)}, expected"
        )
    return reduce(losses, reduction)


def binary_cross_entropy(
    logits: Tensor,
    targets: Tensor,
    class_weights: Tensor | None = None,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    """Binary cross-entropy of logits (n, 1) with targets (n, 1) of 0 and 1.

    Smoothing draws the targets towards 1/2: 1 becomes 1 - s/2.
    """
    cross_entropy = functional.binary_cross_entropy_with_logits
    if class_weights is None and not label_smoothing:
        return cross_entropy(logits, targets, reduction=reduction)
    smooth = targets * (1 - label_smoothing) + label_smoothing / 2
    losses = cross_entropy(logits, smooth, reduction="none")
    if class_weights is not None:
        losses = losses * class_weights[targets.long()]
    return reduce(losses[:, 0], reduction)


def cross_entropy(
    logits: Tensor,
    labels: Tensor,
    class_weights: Tensor | None = None,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    """Cross-entropy of logits (n, K) with labels (n,)."""
    smoothed = functools.partial(functional.cross_entropy, label_smoothing=label_smoothing)
    if class_weights is None:
        return smoothed(logits, labels, reduction=reduction)
    losses = smoothed(logits, labels, reduction="none")
    return reduce(losses * class_weights[labels], reduction)


def focal(logits: Tensor, labels: Tensor, gamma: float, reduction: str = "mean") -> Tensor:
    """-(1 - p)^gamma log p, p being the probability of the true class (Lin et al. 2017, eq. 4)."""
    log_probability = -functional.cross_entropy(logits, labels, reduction="none")
    # 1 - p, but not 0, where the power's gradient is infinite for a gamma below 1
    missing = -torch.expm1(log_probability)
    return reduce(-(missing.clamp(min=1e-12) ** gamma) * log_probability, reduction)


def squared_error(logits: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    """The sum over classes of (probability - t)^2, t being 1 for the true class, else 0."""
    truth = functional.one_hot(labels, logits.shape[1])
    return reduce(((logits.softmax(dim=1) - truth) ** 2).sum(dim=1), reduction)
