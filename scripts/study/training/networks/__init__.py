"""Networks to choose from, one module for each.

A network's module has

    build(shape, outputs, parameters, generator)    a torch.nn.Module from inputs (n, features),
                                                    flattened samples of `shape`, to (n, outputs)
    count_weights(shape, outputs, parameters)       how many weights and biases that has
    count_values(shape, outputs, parameters)        how many values one sample becomes on its way
    count_products(shape, outputs, parameters)      how many products of a weight and a value one
                                                    sample takes
    normalized_pixels(shape, parameters)            of one with batch normalization of images: how
                                                    many pixels are left where they are fewest

`parameters` has a value for every training parameter. `build` takes all that is random from
`generator`, or from torch's global generator, which is seeded from it. The module is light to
import: torch is imported inside `build`. A network of the user's own is `own`'s.
"""

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import NamedTuple

from study.training.spelling import NO_OPTIONS, is_own, read_spelling

EVALUATED = 500_000_000  # values that a network may make of the samples it evaluates at a time


class Network(NamedTuple):
    """An architecture."""

    title: str
    module: str
    uses: tuple[str, ...] = ()  # training parameters that mean nothing to networks without them
    sizes: tuple[str, ...] = ()  # those of them that decide how large it is
    options: Mapping = NO_OPTIONS  # option -> its JSON schema, with its default


NETWORKS = {
    "mlp": Network(
        title="multilayer perceptron",
        module="study.training.networks.mlp",
        uses=("activation", "hidden_layers", "hidden_units", "batch_norm", "dropout"),
        sizes=("hidden_layers", "hidden_units"),
    ),
    "logistic": Network(title="logistic regression", module="study.training.networks.logistic"),
    "cnn": Network(
        title="convolutional network",
        module="study.training.networks.cnn",
        uses=("activation", "channels", "dropout"),
        sizes=("channels",),
    ),
    "resnet18": Network(
        title="ResNet-18",
        module="study.training.networks.resnet18",
        uses=("activation",),
        options={"stem": {"enum": ["small", "large"], "default": "small"}},
    ),
}
# The module of those that are a class in a user's file, `{file: my_net.py, class: MyNet, …}`.
OWN = {"file": Network(title="", module="study.training.networks.own")}


def network_module(text: str) -> ModuleType:
    """The module of a network, from its text in a cell."""
    name = read_spelling(text).name
    network = OWN["file"] if is_own(name) else NETWORKS[name]
    return import_module(network.module)
