"""What training is like on a device, one module for each.

A device's module has

    begin_epoch()                               what is to be done before an epoch of a seed that
                                                trains alone, within the seed's random state
    repeated(work, buffers, parameters)         `work`, done in the fastest way for many batches of
                                                the same sizes; see `Work`
    stack_network(network, weights, buffers)    the networks of a stack, as one from inputs
                                                (width, n, features) to (width, n, outputs)

Light to import: torch is imported by those modules. A job's results depend on its own device's
alone, and so does the digest of its code.
"""

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import torch

# Of a batch, as one or more tensors, the logits before the step, and the gradients that the step
# takes. It neither waits for the device nor looks at values there.
Work = Callable[..., tuple["torch.Tensor", list["torch.Tensor | None"]]]


class Device(NamedTuple):
    """A kind of device, and which seeds train together on it."""

    module: str
    # How many seeds a stack has, always: where a seed is in it is its number modulo this, and both
    # decide a result's last bits.
    width: int
    most_weights: int  # and biases of a network that is stacked
    stacked: tuple[str, ...]  # the networks that are


DEVICES = {
    # A step of a stack takes as long as three or four of one network; with a width of 16 a little
    # more is won where all places have a seed, and less with 5, 10 or 12 seeds. Twelve seeds take
    # 0.3 of the time at 8,000 weights and batches of 32, 0.55 at 50,000, 0.7 at 100,000; at
    # 200,000, where their weights and moments leave a core's cache, they take more. At this bound
    # a stack gains with two thirds of its places filled.
    "cpu": Device(
        module="study.training.devices.cpu",
        width=12,
        most_weights=60_000,
        stacked=("mlp", "logistic"),
    ),
    # At this bound the weights, gradients and moments of all take 5 GB of the card.
    "cuda": Device(
        module="study.training.devices.cuda",
        width=32,
        most_weights=10_000_000,
        stacked=("mlp", "logistic", "cnn"),
    ),
}


def device_module(device: str) -> ModuleType:
    """The module of a device, `cpu` or `cuda`."""
    return import_module(DEVICES[device].module)
