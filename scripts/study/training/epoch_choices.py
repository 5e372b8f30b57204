"""Which epoch of a round counts: the last, or the best by the validation split.

The weights after that epoch are what is scored, on the validation and the test split, and what the
next round resumes from. The test split has no say in it.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from study.training import EPOCH_METRICS
from study.training.spelling import NO_OPTIONS, choose, read_spelling


class EpochChoice(NamedTuple):
    """A rule that picks an epoch of a round."""

    title: str
    options: Mapping = NO_OPTIONS  # option -> its JSON schema, with its default


EPOCH_CHOICES = {
    "last": EpochChoice(title="last epoch"),
    "best": EpochChoice(
        title="best epoch",
        options={
            "metric": {"enum": ["val_loss", "val_accuracy"], "default": "val_loss"},
            # end the round this many epochs after the best one; 0 trains all of them
            "patience": {"type": "integer", "minimum": 0, "default": 0},
        },
    ),
}


def ends_early(text: str) -> bool:
    """Whether a round may have fewer epochs by this rule, as a cell has it."""
    return bool(read_spelling(text).options.get("patience"))


def best_epoch(values: list[float], metric: str) -> int:
    """The epoch, counted from 1, with the lowest loss or the highest accuracy; of equals the first.

    Args:
        values: the metric after each epoch.
        metric: `val_loss` or `val_accuracy`.
    """
    best = min(values) if metric == "val_loss" else max(values)
    return values.index(best) + 1


def is_over(values: list[float], metric: str, patience: int) -> bool:
    """Whether a round ends early: its best epoch is `patience` epochs ago."""
    return bool(patience) and len(values) - best_epoch(values, metric) >= patience


class Standing(NamedTuple):
    """How a round stands after an epoch."""

    diverged: bool  # a loss is not finite
    over: bool  # this was its last epoch
    is_best: bool  # and the best one so far, which may not stay the last
    earlier: bool  # it is over, and the epoch that counts is an earlier one


def judge_epoch(text: str, rows: list, epochs: int) -> Standing:
    """How a round stands after its latest epoch.

    Args:
        text: the rule, as a cell has it.
        rows: for each epoch its number, from 1, and its `EPOCH_METRICS`.
        epochs: that the round has if it is not ended early.
    """
    epoch, train_loss, _, val_loss, _ = rows[-1]
    if not (math.isfinite(train_loss) and math.isfinite(val_loss)):
        return Standing(diverged=True, over=True, is_best=False, earlier=False)
    _, options = choose(EPOCH_CHOICES, text)
    if not options:  # the last one counts
        return Standing(diverged=False, over=epoch == epochs, is_best=False, earlier=False)
    values = [row[1 + EPOCH_METRICS.index(options["metric"])] for row in rows]
    best = best_epoch(values, options["metric"])
    over = epoch == epochs or is_over(values, **options)
    return Standing(False, over, is_best=best == epoch < epochs, earlier=over and best < epoch)
