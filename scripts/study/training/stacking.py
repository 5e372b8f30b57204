"""Which cells train their seeds together, as one network with a leading dimension.

Light to import: what a job asks for depends on it.
"""

from collections.abc import Mapping
from typing import Any

from study.training.activations import ACTIVATIONS
from study.training.losses import loss_entry
from study.training.optimizers import OPTIMIZERS
from study.training.size import known_weights
from study.training.spelling import read_spelling

# How many seeds a stack has, always: where a seed is in it is its number modulo this, and both
# decide a result's last bits. A stack's step takes as long as three or four of one network; with a
# width of 16 a little more is won where all places have a seed, and less with 5, 10 or 12 seeds.
WIDTH = 12
NETWORKS_STACKED = ("mlp", "logistic")
NAMED = ("network", "activation", "optimizer")
# What draws numbers as it trains, or keeps them of a batch, or is compiled.
EACH_ALONE = ("dropout", "batch_norm", "flip", "shift", "rotation", "compile")
# Twelve seeds take 0.3 of the time at 8,000 weights and batches of 32, 0.55 at 50,000, 0.7 at
# 100,000; at 200,000, where their weights and moments leave a core's cache, they take more. At
# this bound a stack gains with two thirds of its places filled.
MOST_WEIGHTS = 60_000


def is_stacked(
    parameters: Mapping[str, Any], device: str, shape: tuple[int, ...], classes: int, redrawn: bool
) -> bool:
    """Whether the seeds of a cell train together.

    It depends on nothing else, so that a seed's results do not depend on the seeds beside it.

    Args:
        parameters: the cell's.
        device: cpu or cuda.
        shape: of a sample of the data set.
        classes: how many there are.
        redrawn: whether it is a split that was drawn anew, on which one seed trains.
    """
    name = {key: read_spelling(parameters[key]).name for key in NAMED}
    return (
        device == "cpu"
        and not redrawn
        and name["network"] in NETWORKS_STACKED
        and loss_entry(parameters["loss"]).by_sample
        and not ACTIVATIONS[name["activation"]].alone
        and OPTIMIZERS[name["optimizer"]].by_weight
        and not any(parameters[key] for key in EACH_ALONE)
        and parameters["precision"] == "float32"
        and known_weights(parameters, shape, classes) <= MOST_WEIGHTS
    )
