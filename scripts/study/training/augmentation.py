"""What a seed draws of the training images: a share of them, and how each is flipped and moved."""

import math

import torch
from torch.nn import functional

from study.training.networks.images import as_flat, as_images, image_shape


def draw_share(labels: torch.Tensor, share: float, generator: torch.Generator) -> torch.Tensor:
    """The rows of a share of the samples, class by class, in ascending order.

    It is rounded for each class, to at least one sample. With the same generator the rows of a
    smaller share are among those of a larger one.

    Args:
        labels: (n,) int64.
        share: above 0, at most 1.
        generator: a new one.
    """
    order = torch.randperm(len(labels), generator=generator)
    drawn = []
    for label in labels.unique().tolist():
        rows = order[labels.cpu()[order] == label]
        drawn.append(rows[: max(1, round(share * len(rows)))])
    return torch.cat(drawn).sort().values


def is_augmented(parameters: dict) -> bool:
    """Whether a cell's training images are changed from epoch to epoch."""
    return bool(parameters["flip"] or parameters["shift"] or parameters["rotation"])


def augment(
    inputs: torch.Tensor, shape: tuple[int, ...], parameters: dict, generator: torch.Generator
) -> torch.Tensor:
    """Images flipped, turned and moved, each on its own, as (n, features) like the inputs.

    A flip is left to right with a chance of a half, a turn and a move uniform between the limits; a
    move is of whole pixels. Between pixels values are interpolated, and outside an image they are
    those of its border.

    Args:
        inputs: (n, features) flattened images.
        shape: of one image: (height, width) or (height, width, 3).
        parameters: `flip`, `shift` in pixels, `rotation` in degrees.
        generator: on the CPU; what is drawn does not depend on the parameters.

    Raises:
        UserError: the samples are not images.
    """
    image_shape(shape, "flip, shift and rotation")
    images = as_images(inputs, shape)
    height, width = images.shape[2:]
    draws = torch.rand(4, len(images), generator=generator)
    side = torch.where(draws[0] < 0.5, -1.0, 1.0) if parameters["flip"] else torch.ones(len(images))
    angle = math.radians(parameters["rotation"]) * (2 * draws[1] - 1)
    pixels = (draws[2:] * (2 * parameters["shift"] + 1)).floor() - parameters["shift"]
    # affine_grid's coordinates run from -1 to 1 along each axis, whatever its length
    across, down = 2 * pixels[0] / width, 2 * pixels[1] / height
    cosine, sine = angle.cos(), angle.sin()
    rows = [
        side * cosine,
        -sine * height / width,
        across,
        side * sine * width / height,
        cosine,
        down,
    ]
    matrices = torch.stack(rows, dim=1).view(-1, 2, 3).to(inputs.device)
    grid = functional.affine_grid(matrices, list(images.shape), align_corners=False)
    changed = functional.grid_sample(images, grid, padding_mode="border", align_corners=False)
    return as_flat(changed)


def resize(inputs: torch.Tensor, shape: tuple[int, ...], size: int) -> torch.Tensor:
    """Images resized to a square, bilinear and smoothed before they shrink, flat like the inputs.

    Raises:
        UserError: the samples are not images.
    """
    image_shape(shape, "image_size")
    images = as_images(inputs, shape)
    return as_flat(functional.interpolate(images, (size, size), mode="bilinear", antialias=True))
