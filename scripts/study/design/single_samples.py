"""Cells that batch normalization cannot take, refused before anything is trained.

Light to import: it is used while the Snakefile is read.
"""

import json
from pathlib import Path
from typing import Any

from study.design.budget import training_samples
from study.design.study import Study
from study.store.errors import UserError
from study.training.networks import network_module


def refuse_single_samples(study: Study, description: Path) -> None:
    """`refuse_single_sample` of each cell that the built-in trainer trains."""
    trials = study.tuning.trial_cells if study.tuning else {}
    for cell in [*study.cells.values(), *trials.values()]:
        if study.design.trainer.is_known:
            refuse_single_sample(cell.parameters, description)


def refuse_single_sample(parameters: dict[str, Any], description: Path) -> None:
    """Stop if a network normalizes one value per channel: a batch of one sample, maps of a pixel.

    A perceptron checks this itself, and of a user's own network it is not known.

    Args:
        parameters: a cell's, all of them.
        description: the description.json of the prepared data; nothing is said while it is missing.

    Raises:
        UserError: a batch has one sample.
    """
    pixels = getattr(network_module(parameters["network"]), "normalized_pixels", None)
    try:
        data = json.loads(description.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # the job that reads it says so
        return
    if pixels is None or pixels(tuple(data["shape"]), parameters) > 1:
        return
    size, count = parameters["batch_size"], training_samples(parameters, data)
    if size == 1 or count % size == 1:
        raise UserError(
            f"batch_size: {size} leaves one of {count} training images alone in a batch, which"
            f" batch normalization cannot take where {parameters['network']} has reduced an image"
            f" of {' × '.join(map(str, data['shape']))} to one pixel; choose another batch size"
        )
