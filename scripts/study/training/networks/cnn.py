"""A small convolutional network for images of 8 to 256 pixels.

Blocks of a 3 × 3 convolution, batch normalization, the activation and 2 × 2 max pooling, until an
image is less than 8 pixels high or wide; one such block without pooling; the mean over what is
left of the image; dropout; a linear layer. The first block has `channels` channels, the second
twice as many, all others four times as many, so that larger images cost more time but hardly more
weights.
"""

import itertools
from typing import TYPE_CHECKING

from study.training.activations import make_activation
from study.training.networks.images import image_shape

if TYPE_CHECKING:
    import torch

SMALLEST = 8  # pixels, from which on an image is halved


def blocks(shape: tuple[int, ...], parameters: dict) -> list[tuple[int, int, int, bool]]:
    """Each block's channels before and after, its pixels, and whether it halves the image."""
    channels, height, width = image_shape(shape, "cnn")
    halved = []  # the pixels of blocks that halve the image
    while min(height, width) >= SMALLEST:
        halved.append(height * width)
        height, width = height // 2, width // 2
    pixels = [*halved, height * width]
    widths = [parameters["channels"] * 2 ** min(block, 2) for block in range(len(pixels))]
    pairs = itertools.pairwise([channels, *widths])
    return [
        (before, after, count, number < len(halved))
        for number, ((before, after), count) in enumerate(zip(pairs, pixels))
    ]


def count_weights(shape: tuple[int, ...], outputs: int, parameters: dict) -> int:
    """How many weights and biases the network has."""
    found = blocks(shape, parameters)
    convolutions = sum(9 * before * after + 2 * after for before, after, _, _ in found)
    return convolutions + (found[-1][1] + 1) * outputs


def normalized_pixels(shape: tuple[int, ...], parameters: dict) -> int:
    """The fewest values of a sample and channel that are normalized together with the batch's."""
    return min(pixels for _, _, pixels, _ in blocks(shape, parameters))


def count_values(shape: tuple[int, ...], outputs: int, parameters: dict) -> int:
    """How many values one sample becomes: after each convolution, normalization and activation."""
    found = blocks(shape, parameters)
    return sum(3 * after * pixels for _, after, pixels, _ in found) + outputs


def count_products(shape: tuple[int, ...], outputs: int, parameters: dict) -> int:
    """One per weight of a convolution and pixel."""
    return sum(
        9 * before * after * pixels for before, after, pixels, _ in blocks(shape, parameters)
    )


def build(
    shape: tuple[int, ...], outputs: int, parameters: dict, generator: "torch.Generator"
) -> "torch.nn.Module":
    """The network, initialized as torch's layers are."""
    from torch import nn

    from study.training.networks.layers import AsImages

    layers: list[nn.Module] = [AsImages(shape)]
    for before, after, _, halves in blocks(shape, parameters):
        # no bias: the normalization that follows would take it away
        layers += [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after)]
        layers.append(make_activation(parameters["activation"]))
        if halves:
            layers.append(nn.MaxPool2d(2))
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    if parameters["dropout"]:
        layers.append(nn.Dropout(parameters["dropout"]))
    return nn.Sequential(*layers, nn.Linear(after, outputs))
