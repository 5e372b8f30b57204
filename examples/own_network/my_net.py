"""A small convolutional network of depthwise separable convolutions (Sifre 2014)."""

import torch
from torch import nn


class MyNet(nn.Module):
    """Images (n, channels, height, width) to logits (n, outputs)."""

    def __init__(self, shape: tuple[int, int, int], outputs: int, width: int = 16):
        super().__init__()
        channels, _, _ = shape
        self.layers = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=1),
            nn.ReLU(),
            separable(width, 2 * width),
            nn.MaxPool2d(2),
            separable(2 * width, 2 * width),
            nn.AdaptiveAvgPool2d(2),
            nn.Flatten(),
            nn.Linear(8 * width, outputs),
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.layers(images)


def separable(before: int, after: int) -> nn.Sequential:
    """A 3 × 3 convolution of each channel, and a mix of the channels."""
    return nn.Sequential(
        nn.Conv2d(before, before, 3, padding=1, groups=before),
        nn.Conv2d(before, after, 1),
        nn.ReLU(),
    )
