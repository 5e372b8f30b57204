"""The losses that are not torch's own, and torch's with class weights and label smoothing.

Each is called with logits and labels, and reduces as those of torch.nn do: to the mean over the
samples, or not at all. Class weights are n / (K n_k) for the n_k of n training samples that are of
class k out of K; they average to 1 over the training split, so that the mean divides by the number
of samples. (torch.nn.CrossEntropyLoss divides by the sum of a batch's weights.)
"""

from pkgutil import resolve_name

import torch
from torch import Tensor, nn
from torch.nn import functional

from study.errors import UserError
from study.own_code import load_class
from study.spelling import choose, is_own, read_spelling
from study.training.losses import LOSSES


class Criterion(nn.Module):
    """A loss of each sample, reduced to the mean or not."""

    def __init__(self, reduction: str = "mean"):
        super().__init__()
        self.reduction = reduction

    def each(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss of each sample, (n,)."""
        raise NotImplementedError

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        losses = self.each(logits, labels)
        return losses.mean() if self.reduction == "mean" else losses


def make_criterion(text: str, labels: Tensor, classes: int, reduction: str) -> nn.Module:
    """The criterion of a loss.

    Args:
        text: a loss, as a cell has it.
        labels: (n,) int64, those of the samples that are trained on, for class weights.
        classes: how many there are.
        reduction: `mean` or `none`.

    Raises:
        UserError: it is a class in a user's file, which cannot be loaded.
    """
    name = read_spelling(text).name
    if is_own(name):
        return OwnLoss(reduction, load_class(name, "loss")(**read_spelling(text).options))
    loss, options = choose(LOSSES, text)
    if "class_weights" in options:
        balanced = options["class_weights"] == "balanced"
        options["class_weights"] = class_weights(labels, classes) if balanced else None
    return resolve_name(loss.criterion)(reduction=reduction, **options)


class OwnLoss(Criterion):
    """A module of the user's own: logits (n, K) and labels (n,) to a loss of each sample, (n,)."""

    def __init__(self, reduction: str, module: nn.Module):
        super().__init__(reduction)
        self.module = module

    def each(self, logits: Tensor, labels: Tensor) -> Tensor:
        losses = self.module(logits, labels)
        if losses.shape != labels.shape:
            raise UserError(
                f"loss: {type(self.module).__name__} returned a tensor of shape"
                f" {tuple(losses.shape)}; one loss a sample, {tuple(labels.shape)}, expected"
            )
        return losses


def class_weights(labels: Tensor, classes: int) -> Tensor:
    """The weight of each class, (classes,) float32; that of a class without samples is 0.

    Args:
        labels: (n,) int64, those of the samples that are trained on.
    """
    counts = torch.bincount(labels, minlength=classes)
    weights = len(labels) / (classes * counts.clamp(min=1))
    return torch.where(counts > 0, weights, 0.0)


def binary_cross_entropy(
    reduction: str, class_weights: Tensor | None = None, label_smoothing: float = 0.0
) -> nn.Module:
    """Binary cross-entropy of logits (n, 1) with targets (n, 1) of 0 and 1."""
    if class_weights is None and not label_smoothing:
        return nn.BCEWithLogitsLoss(reduction=reduction)
    return WeightedBinary(reduction, class_weights, label_smoothing)


def cross_entropy(
    reduction: str, class_weights: Tensor | None = None, label_smoothing: float = 0.0
) -> nn.Module:
    """Cross-entropy of logits (n, K) with labels (n,)."""
    if class_weights is None:
        return nn.CrossEntropyLoss(reduction=reduction, label_smoothing=label_smoothing)
    return WeightedCrossEntropy(reduction, class_weights, label_smoothing)


class WeightedBinary(Criterion):
    """Binary cross-entropy, with a weight a class and targets drawn towards 1/2."""

    def __init__(self, reduction: str, weights: Tensor | None, smoothing: float):
        super().__init__(reduction)
        self.weights, self.smoothing = weights, smoothing

    def each(self, logits: Tensor, labels: Tensor) -> Tensor:
        targets = labels * (1 - self.smoothing) + self.smoothing / 2
        losses = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        return (losses if self.weights is None else losses * self.weights[labels.long()])[:, 0]


class WeightedCrossEntropy(Criterion):
    """Cross-entropy, with a weight a class; label smoothing as torch's, before the weights."""

    def __init__(self, reduction: str, weights: Tensor, smoothing: float):
        super().__init__(reduction)
        self.weights, self.smoothing = weights, smoothing

    def each(self, logits: Tensor, labels: Tensor) -> Tensor:
        losses = functional.cross_entropy(
            logits, labels, reduction="none", label_smoothing=self.smoothing
        )
        return losses * self.weights[labels]


class Focal(Criterion):
    """-(1 - p)^gamma log p, p being the probability of the true class (Lin et al. 2017, eq. 4)."""

    def __init__(self, reduction: str, gamma: float):
        super().__init__(reduction)
        self.gamma = gamma

    def each(self, logits: Tensor, labels: Tensor) -> Tensor:
        log_probability = -functional.cross_entropy(logits, labels, reduction="none")
        # 1 - p without its rounding to 0, where the power's gradient is infinite for gamma below 1
        missing = -torch.expm1(log_probability)
        return -(missing.clamp(min=1e-12) ** self.gamma) * log_probability


class SquaredError(Criterion):
    """The sum over classes of (probability - 1 for the true class, - 0 for others)^2."""

    def each(self, logits: Tensor, labels: Tensor) -> Tensor:
        truth = functional.one_hot(labels, logits.shape[1])
        return ((logits.softmax(dim=1) - truth) ** 2).sum(dim=1)
