"""How long cells train: equal epochs, or equal updates of the weights, and what a round comes to.

With `budget: epochs` a round has `epochs_per_round` epochs in every cell. With `budget: steps` it
has that many in the baseline, and in other cells enough for about as many updates.
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from study.settings.parameters import Parameters


def cell_epochs(
    epochs_per_round: int, budget: str, baseline: Parameters, parameters: Parameters
) -> int:
    """How many epochs a round of a cell has, at least 1.

    An epoch takes train_share × samples / batch_size updates. So with `budget: steps` a cell has
    the baseline's epochs times the ratio of these, rounded half up. The last batch of an epoch,
    which may be smaller, counts as its share: how many samples there are is not known before they
    are read.

    Args:
        epochs_per_round: of the baseline.
        budget: epochs or steps.
        baseline, parameters: the baseline's and the cell's.
    """
    if budget == "epochs":
        return epochs_per_round
    scale = _epoch_size(baseline) / _epoch_size(parameters)
    return max(1, math.floor(epochs_per_round * scale + Fraction(1, 2)))


def _epoch_size(parameters: Parameters) -> Fraction:
    """An epoch's updates, per training sample of the data set."""
    return Fraction(str(parameters["train_share"])) / Fraction(parameters["batch_size"])


def cell_warmup(warmup_epochs: int, epochs_per_round: int, epochs: int) -> int:
    """How many epochs at the start of a cell's round averages leave out.

    As large a share of the round as of the baseline's, rounded up, so that no average has more of
    the warm-up in it than the baseline's; but one epoch is always left to average.

    Args:
        warmup_epochs, epochs_per_round: the baseline's.
        epochs: of a round of the cell.
    """
    scaled = -(-warmup_epochs * epochs // epochs_per_round)
    return min(scaled, epochs - 1)


def training_samples(parameters: Parameters, data: Mapping[str, Any]) -> int:
    """How many samples an epoch of a cell has: those of the training split, or its share of them.

    Args:
        parameters: the cell's.
        data: a description of prepared data, as `study.data.prepared.read_description` returns it.
    """
    split, share = data["splits"]["train"], parameters["train_share"]
    if share == 1:
        return split["count"]
    by_class = split["by_class"] if "by_class" in split else [split["negative"], split["positive"]]
    return sum(max(1, round(share * count)) for count in by_class)  # as the trainer draws them


def updates_a_round(parameters: Parameters, epochs: int, data: Mapping[str, Any]) -> int:
    """How many times a round of `epochs` epochs updates a cell's weights; arguments as above."""
    return epochs * math.ceil(training_samples(parameters, data) / parameters["batch_size"])
