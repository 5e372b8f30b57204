"""Networks: their layers, and their first weights."""

import math

import pytest
import torch
from small_training import SMALL, TINY

from study.training.learner import build_network
from study.training.loop import initial_state
from study.training.samples import Data


def test_tanhshrink_is_a_hidden_layers_activation():
    four = Data({}, (4,), classes=2)
    network = build_network(four, SMALL | {"activation": "tanhshrink"}, torch.Generator())
    x = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    weights = dict(network.named_parameters())
    hidden = x @ weights["0.weight"].T + weights["0.bias"]
    hidden = hidden - torch.tanh(hidden)
    expected = hidden @ weights["2.weight"].T + weights["2.bias"]
    torch.testing.assert_close(network(x), expected)


def test_cells_share_what_they_can_of_a_seed():
    """The hidden layers' first weights and the order of the images; the heads differ in shape."""
    reference = initial_state(TINY, SMALL, 3)
    for change in (
        {"loss": "ce"},
        {"batch_size": 64},
        {"activation": "tanhshrink"},
        {"optimizer": "sgd"},
    ):
        state = initial_state(TINY, SMALL | change, 3)
        assert torch.equal(state["network"]["0.weight"], reference["network"]["0.weight"])
        assert torch.equal(state["network"]["0.bias"], reference["network"]["0.bias"])
        assert torch.equal(state["order"], reference["order"])
    deep = initial_state(TINY, SMALL | {"hidden_layers": 3}, 3)
    assert torch.equal(deep["network"]["0.weight"], reference["network"]["0.weight"])
    assert not torch.equal(deep["network"]["2.weight"], deep["network"]["4.weight"])
    assert not torch.equal(
        initial_state(TINY, SMALL, 4)["network"]["0.weight"],
        reference["network"]["0.weight"],
    )


def test_first_weights_are_uniform_as_linears_are():
    weights = initial_state(Data({}, (20, 20), 2), SMALL | {"hidden_units": 300}, 0)["network"]
    assert weights["0.weight"].abs().max() <= 1 / math.sqrt(400)
    # a uniform variable in ±b has the variance b² / 3
    assert weights["0.weight"].var().item() == pytest.approx(1 / 400 / 3, rel=0.02)
    assert weights["2.weight"].abs().max() <= 1 / math.sqrt(300)
