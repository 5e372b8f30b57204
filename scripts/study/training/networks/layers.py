"""Layers that torch does not have. Imports torch: only `build` of a network imports this."""

import torch

from study.training.activations import make_activation
from study.training.networks.images import as_images


class AsImages(torch.nn.Module):
    """Inputs (n, features), flattened samples of `shape`, to (n, channels, height, width)."""

    def __init__(self, shape: tuple[int, ...]):
        super().__init__()
        self.shape = shape

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return as_images(inputs, self.shape)


class Residual(torch.nn.Module):
    """The basic block of a residual network: two 3 × 3 convolutions beside a shortcut."""

    def __init__(self, before: int, after: int, stride: int, activation: str):
        """`before` and `after` are channels; a stride of 2 halves the image."""
        super().__init__()
        self.branch = torch.nn.Sequential(
            torch.nn.Conv2d(before, after, 3, stride, padding=1, bias=False),
            torch.nn.BatchNorm2d(after),
            make_activation(activation),
            torch.nn.Conv2d(after, after, 3, padding=1, bias=False),
            torch.nn.BatchNorm2d(after),
        )
        self.shortcut = torch.nn.Sequential()
        if stride > 1 or before != after:
            self.shortcut.append(torch.nn.Conv2d(before, after, 1, stride, bias=False))
            self.shortcut.append(torch.nn.BatchNorm2d(after))
        self.last = make_activation(activation)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.last(self.branch(images) + self.shortcut(images))
