"""Cross-entropy of two outputs is binary cross-entropy of their difference, and what follows."""

from pkgutil import resolve_name

import pytest
import torch

from study.training.losses import LOSSES
from study.training.scoring import decide

DOUBLE = {"dtype": torch.float64}


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


def loss_and_gradient(name: str, logits: torch.Tensor, labels: torch.Tensor):
    """The loss that the trainer uses, in float64, and its gradient by the logits."""
    loss = LOSSES[name]
    logits = logits.clone().requires_grad_()
    target = loss.target(labels)
    target = target.double() if target.is_floating_point() else target
    value = resolve_name(loss.criterion)(logits, target)
    value.backward()
    return value.detach(), logits.grad


def test_loss_and_gradient_are_the_same_to_1e_12(generator):
    logits = torch.randn(500, 2, generator=generator, **DOUBLE) * 20
    logits[:2] = torch.tensor([[700.0, -700.0], [-700.0, 700.0]])  # where exp overflows
    labels = torch.randint(0, 2, (500,), generator=generator)
    ce, by_logits = loss_and_gradient("ce", logits, labels)
    bce, by_score = loss_and_gradient("bce", decide(logits)[:, None], labels)
    assert abs(ce - bce) < 1e-12
    assert (by_logits[:, 1] - by_score[:, 0]).abs().max() < 1e-12
    assert (by_logits[:, 0] + by_score[:, 0]).abs().max() < 1e-12


def descend(name: str, head: torch.Tensor, hidden, features, labels, rates, steps=20):
    """Gradient descent on a head (outputs, width) and a hidden layer; the scores after it."""
    head, hidden = (tensor.clone().requires_grad_() for tensor in (head, hidden))
    loss = LOSSES[name]
    for _ in range(steps):
        logits = torch.tanh(features @ hidden.T) @ head.T
        target = loss.target(labels)
        target = target.double() if target.is_floating_point() else target
        value = resolve_name(loss.criterion)(logits, target)
        gradients = torch.autograd.grad(value, (head, hidden))
        with torch.no_grad():
            for weight, gradient, rate in zip((head, hidden), gradients, rates):
                weight -= rate * gradient
    return decide(torch.tanh(features @ hidden.T) @ head.T).detach()


def test_ce_trains_its_head_at_twice_the_learning_rate(generator):
    """Started from the difference of its two rows, BCE with a doubled rate there is CE."""
    features = torch.randn(60, 5, generator=generator, **DOUBLE)
    hidden = torch.randn(8, 5, generator=generator, **DOUBLE)
    rows = torch.randn(2, 8, generator=generator, **DOUBLE)
    labels = torch.randint(0, 2, (60,), generator=generator)
    difference = rows[1:] - rows[:1]
    ce = descend("ce", rows, hidden, features, labels, (0.3, 0.3))
    bce = descend("bce", difference, hidden, features, labels, (0.6, 0.3))
    assert (ce - bce).abs().max() < 1e-12
    alike = descend("bce", difference, hidden, features, labels, (0.3, 0.3))
    assert (ce - alike).abs().max() > 0.01


@pytest.mark.parametrize(
    ("logits", "expected"),
    [
        ([[-1.0], [0.0], [1e-9]], [False, False, True]),
        ([[1.0, 2.0], [2.0, 1.0], [1.0, 1.0]], [True, False, False]),
    ],
)
def test_decision_rule_of_two_classes(logits, expected):
    assert (decide(torch.tensor(logits)) > 0).tolist() == expected
