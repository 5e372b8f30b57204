"""Losses to choose from, each with the output layer and the prediction rule that belong to it."""

from collections.abc import Callable
from typing import NamedTuple


class Loss(NamedTuple):
    """A loss, and how the network's outputs become a prediction."""

    title: str
    outputs: int  # nodes of the output layer
    criterion: str  # `module:class`, made with `reduction`; given logits (n, outputs) and targets
    target: Callable  # labels (n,) int64 -> what the criterion compares the logits with
    score: Callable  # logits (n, outputs) -> (n,) the logit of the positive class


LOSSES = {
    "bce": Loss(
        title="BCE",
        outputs=1,
        criterion="torch.nn:BCEWithLogitsLoss",
        target=lambda labels: labels[:, None].float(),
        score=lambda logits: logits[:, 0],
    ),
    "ce": Loss(
        title="CE",
        outputs=2,
        criterion="torch.nn:CrossEntropyLoss",
        target=lambda labels: labels,
        score=lambda logits: logits[:, 1] - logits[:, 0],
    ),
}
