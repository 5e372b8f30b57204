"""What a network's logits come to: predictions, losses, accuracies, scores."""

import math
from collections.abc import Callable

import numpy as np
import torch

from study.training.learner import build_network, make_forward
from study.training.losses import loss_entry
from study.training.networks import EVALUATED, network_module
from study.training.samples import Data


def decide(logits: torch.Tensor) -> torch.Tensor:
    """The scores that predictions are made from, of logits (n, outputs).

    For two classes the logit of the positive one, (n,), which is predicted where it is above 0; for
    more the logits (n, classes): the class with the largest is predicted.
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
    losses = criterion(logits, targets, reduction="none")
    return losses.double().mean().item(), is_right(logits, labels).double().mean().item()


def is_right(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Whether each prediction is right, (n,), from logits (n, outputs) and labels (n,)."""
    scores = decide(logits)
    return (scores > 0) == (labels == 1) if scores.ndim == 1 else scores.argmax(1) == labels


def evaluate_samples(
    forward: Callable, inputs: torch.Tensor, data: Data, parameters: dict
) -> torch.Tensor:
    """The logits (n, outputs) of inputs (n, features), some samples at a time if they are many."""
    outputs = loss_entry(parameters["loss"]).outputs(data.classes)
    values = network_module(parameters["network"]).count_values(data.shape, outputs, parameters)
    with torch.no_grad():
        return torch.cat([forward(part) for part in inputs.split(max(1, EVALUATED // values))])


def score_images(data: Data, parameters: dict, state: dict) -> dict[str, np.ndarray]:
    """The scores of each image that is not trained on, by split: see `decide`.

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
