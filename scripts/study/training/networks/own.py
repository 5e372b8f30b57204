"""A network of the user's own: a class in a file, `{file: my_net.py, class: MyNet, width: 64}`.

The class is a torch.nn.Module, made with `shape`, `outputs` and the options. Its inputs are images
(n, channels, height, width), or (n, *shape) where the samples are something else.
"""

from typing import TYPE_CHECKING

from study.store.own_code import load_class
from study.training.networks.images import image_shape, is_image
from study.training.spelling import read_spelling

if TYPE_CHECKING:
    import torch

# Nothing is known of it before it is made, and estimates for a scheduler are not worth making it:
# they assume one of this size. Its memory and time can be set with `--set-resources`.
WEIGHTS, VALUES, PRODUCTS = 12_000_000, 2_000_000, 500_000_000


def count_weights(shape: tuple[int, ...], outputs: int, parameters: dict) -> int:
    """A guess."""
    return WEIGHTS


def count_values(shape: tuple[int, ...], outputs: int, parameters: dict) -> int:
    """A guess."""
    return VALUES


def count_products(shape: tuple[int, ...], outputs: int, parameters: dict) -> int:
    """A guess."""
    return PRODUCTS


def build(
    shape: tuple[int, ...], outputs: int, parameters: dict, generator: "torch.Generator"
) -> "torch.nn.Module":
    """The user's network behind a layer that gives the samples their shape.

    Raises:
        UserError: the file or the class is not there, or cannot be made.
    """
    import torch

    from study.training.networks.layers import AsImages

    name, options = read_spelling(parameters["network"])
    images = is_image(shape)
    sample = image_shape(shape, name) if images else shape
    network = load_class(name, "network")(tuple(sample), outputs, **options)
    first = AsImages(shape) if images else torch.nn.Unflatten(1, shape)
    return torch.nn.Sequential(first, network)
