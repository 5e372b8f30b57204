"""Which epoch of a round counts: the last, or the best by the validation split.

The weights after that epoch are what is scored, on the validation and the test split, and what the
next round resumes from. The test split has no say in it.
"""

from collections.abc import Mapping
from typing import NamedTuple

from study.training.spelling import NO_OPTIONS, read_spelling


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
            # end the round so many epochs after the best one; 0 trains all of them
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
