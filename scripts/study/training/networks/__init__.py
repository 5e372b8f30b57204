"""Networks to choose from, a module each.

A network's module has

    build(shape, outputs, parameters, generator)    a torch.nn.Module from inputs (n, features),
                                                    flattened samples of `shape`, to (n, outputs)
    count_weights(shape, outputs, parameters)       how many weights and biases that has
    count_values(shape, outputs, parameters)        how many values one sample becomes on its way

`parameters` has a value for every training parameter. `build` takes all that is random from
`generator`, or from torch's global generator, which is seeded from it. The module is light to
import: torch is imported inside `build`.
"""

from importlib import import_module
from types import ModuleType
from typing import NamedTuple


class Network(NamedTuple):
    """An architecture."""

    title: str
    module: str


NETWORKS = {
    "perceptron": Network(
        title="multilayer perceptron", module="study.training.networks.perceptron"
    ),
}


def network_module(name: str) -> ModuleType:
    """The module of a network."""
    return import_module(NETWORKS[name].module)
