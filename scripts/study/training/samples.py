"""The data set as it is trained on: in memory, scaled, and the part of it that a seed draws."""

import math
from pathlib import Path
from typing import NamedTuple

import torch

from study.data.prepared import load_splits, read_description
from study.training.augmentation import draw_share, resize
from study.training.streams import SHARE, make_generator


class Data(NamedTuple):
    """A data set as it is trained on."""

    splits: dict[str, tuple[torch.Tensor, torch.Tensor]]  # inputs (n, features), labels (n,) int64
    shape: tuple[int, ...]  # of one sample
    classes: int
    redrawn: bool = False  # whether the split is another than the data set's own


def load_data(folder: Path, parameters: dict, device: str) -> Data:
    """The prepared data, scaled, as float32, at a cell's image size.

    Raises:
        UserError: the prepared data are damaged.
    """
    description = read_description(folder)
    subtract, divide_by = (torch.tensor(description[key]) for key in ("subtract", "divide_by"))
    shape, size = tuple(description["shape"]), parameters["image_size"]
    splits = {}
    for split, (inputs, labels) in load_splits(folder).items():
        # Into memory that torch has allocated: a product's last bits may depend on the alignment,
        # and torch always aligns alike.
        images = torch.empty(len(inputs), math.prod(inputs.shape[1:]))
        images.numpy()[:] = inputs.reshape(images.shape)
        scaled = images.view(len(inputs), -1, len(subtract))  # by feature, by colour, or alike
        scaled.sub_(subtract).div_(divide_by)
        if size:
            images = resize(images, shape, size)
        splits[split] = (images.to(device), torch.tensor(labels, device=device))
    shape = (size, size, *shape[2:]) if size else shape
    return Data(splits, shape, len(description["classes"]), "split" in description)


def drawn_samples(data: Data, parameters: dict, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The training split's inputs and labels, or the share of them that the seed draws."""
    inputs, labels = data.splits["train"]
    if parameters["train_share"] == 1:
        return inputs, labels
    rows = drawn_rows(labels, parameters, seed)
    return inputs[rows], labels[rows]


def drawn_rows(labels: torch.Tensor, parameters: dict, seed: int) -> torch.Tensor:
    """The rows (n,) of the training split that a seed is trained on; `labels` are the split's."""
    if parameters["train_share"] == 1:
        return torch.arange(len(labels), device=labels.device)
    return draw_share(labels, parameters["train_share"], make_generator(seed, SHARE))
