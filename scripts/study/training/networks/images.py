"""What networks of images share: a sample's shape as torch has it, and flat inputs made images."""

import math
from typing import TYPE_CHECKING

from study.store.errors import UserError

if TYPE_CHECKING:
    import torch


def image_shape(shape: tuple[int, ...], what: str) -> tuple[int, int, int]:
    """Channels, height and width of samples (height, width) or (height, width, 3).

    Raises:
        UserError: the samples are not images.
    """
    if len(shape) == 2:
        return (1, *shape)
    if len(shape) == 3 and shape[2] == 3:
        return (3, *shape[:2])
    raise UserError(
        f"{what}: for images only, grey (height, width) or coloured (height, width, 3); the"
        f" data set's samples have shape {shape}"
    )


def is_image(shape: tuple[int, ...]) -> bool:
    """Whether a sample of this shape is an image."""
    return len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)


def as_images(inputs: "torch.Tensor", shape: tuple[int, ...]) -> "torch.Tensor":
    """Flat inputs (n, features) as (n, channels, height, width), in the same memory."""
    height, width = shape[:2]
    return inputs.view(len(inputs), height, width, -1).permute(0, 3, 1, 2)


def as_flat(images: "torch.Tensor") -> "torch.Tensor":
    """Images (n, channels, height, width) as flat inputs (n, features), colours last."""
    return images.permute(0, 2, 3, 1).reshape(len(images), math.prod(images.shape[1:]))
