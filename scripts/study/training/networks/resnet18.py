"""ResNet-18 (He et al. 2016), with the stem that MedMNIST v2 gives it for images of 28 pixels.

The small stem is a 3 × 3 convolution that keeps the size; the large one, of the paper, a 7 × 7
convolution and pooling that quarter it, for images of 64 pixels or more.
"""

from typing import TYPE_CHECKING

from study.training.activations import make_activation
from study.training.networks import NETWORKS
from study.training.networks.images import image_shape
from study.training.spelling import choose

if TYPE_CHECKING:
    import torch

WIDTHS = (64, 128, 256, 512)  # channels of each stage of two blocks


def stem_size(parameters: dict) -> tuple[int, int]:
    """The stem's kernel, and by how much it divides height and width, pooling included."""
    _, options = choose(NETWORKS, parameters["network"])
    return (3, 1) if options["stem"] == "small" else (7, 4)


def convolutions(shape: tuple[int, ...], parameters: dict) -> list[tuple[int, int, int, int]]:
    """Each convolution's kernel, channels before and after, and pixels of its output."""
    channels, height, width = image_shape(shape, "resnet18")
    kernel, stride = stem_size(parameters)
    first = 1 if stride == 1 else 2
    height, width = -(-height // first), -(-width // first)
    found = [(kernel, channels, WIDTHS[0], height * width)]
    height, width = -(-height // (stride // first)), -(-width // (stride // first))
    before = WIDTHS[0]
    for stage, after in enumerate(WIDTHS):
        if stage:
            height, width = -(-height // 2), -(-width // 2)
            found.append((1, before, after, height * width))  # of the shortcut
        found += [(3, before, after, height * width)]
        found += [(3, after, after, height * width)] * 3
        before = after
    return found


def count_weights(shape: tuple[int, ...], outputs: int, parameters: dict) -> int:
    """How many weights and biases the network has, those of the normalization included."""
    layers = convolutions(shape, parameters)
    inside = sum(kernel**2 * before * after + 2 * after for kernel, before, after, _ in layers)
    return inside + (WIDTHS[-1] + 1) * outputs


def normalized_pixels(shape: tuple[int, ...], parameters: dict) -> int:
    """The fewest values of a sample and channel that are normalized together with the batch's."""
    return min(pixels for *_, pixels in convolutions(shape, parameters))


def count_values(shape: tuple[int, ...], outputs: int, parameters: dict) -> int:
    """How many values one sample becomes: after each convolution, normalization and activation."""
    return sum(3 * after * pixels for _, _, after, pixels in convolutions(shape, parameters))


def count_products(shape: tuple[int, ...], outputs: int, parameters: dict) -> int:
    """One per weight of a convolution and pixel of its output."""
    return sum(
        kernel**2 * before * after * pixels
        for kernel, before, after, pixels in convolutions(shape, parameters)
    )


def build(
    shape: tuple[int, ...], outputs: int, parameters: dict, generator: "torch.Generator"
) -> "torch.nn.Module":
    """The network, initialized as torch's layers are."""
    from torch import nn

    from study.training.networks.layers import AsImages, Residual

    activation = parameters["activation"]
    channels = image_shape(shape, "resnet18")[0]
    kernel, stride = stem_size(parameters)
    layers = [
        AsImages(shape),
        nn.Conv2d(channels, WIDTHS[0], kernel, min(stride, 2), padding=kernel // 2, bias=False),
        nn.BatchNorm2d(WIDTHS[0]),
        make_activation(activation),
    ]
    if stride > 1:
        layers.append(nn.MaxPool2d(3, stride=2, padding=1))
    before = WIDTHS[0]
    for stage, after in enumerate(WIDTHS):
        layers.append(Residual(before, after, 2 if stage else 1, activation))
        layers.append(Residual(after, after, 1, activation))
        before = after
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, outputs))
