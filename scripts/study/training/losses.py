"""Losses to choose from, each with the output layer and the decision rule that belong to it.

The decision rule is the same for all: with one output node, the positive class is predicted where
the logit is above 0; with one per class, the class of the largest logit.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from study.training.spelling import NO_OPTIONS, is_own, read_spelling


class Loss(NamedTuple):
    """A loss, and what the network has to put out for it."""

    title: str
    criterion: str  # `module:function`, called as those of torch.nn.functional are: with logits
    # (n, outputs), labels (n,) int64 or what `target` makes of them, the options and `reduction`
    outputs: Callable[[int], int]  # classes -> nodes of the output layer
    source: str  # where it is defined
    target: Callable = lambda labels: labels  # labels (n,) -> what the criterion compares with
    options: Mapping = NO_OPTIONS  # option -> its JSON schema, with its default
    binary: bool = False  # whether it is for two classes only
    # whether a batch's loss is the plain mean over its samples, each by itself
    by_sample: bool = False


WEIGHTED = {"enum": ["none", "balanced"], "default": "none"}
SMOOTHED = {"type": "number", "minimum": 0, "exclusiveMaximum": 1, "default": 0.0}

LOSSES = {
    "bce": Loss(
        title="BCE",
        criterion="study.training.criteria:binary_cross_entropy",
        outputs=lambda classes: 1,
        source="as torch.nn.BCEWithLogitsLoss",
        target=lambda labels: labels[:, None].float(),
        options={"class_weights": WEIGHTED, "label_smoothing": SMOOTHED},
        binary=True,
        by_sample=True,
    ),
    "ce": Loss(
        title="CE",
        criterion="study.training.criteria:cross_entropy",
        outputs=lambda classes: classes,
        source="as torch.nn.CrossEntropyLoss; label smoothing: Szegedy et al. 2016",
        options={"class_weights": WEIGHTED, "label_smoothing": SMOOTHED},
        by_sample=True,
    ),
    "focal": Loss(
        title="Focal",
        criterion="study.training.criteria:focal",
        outputs=lambda classes: classes,
        source="Lin et al. 2017, equation 4, over a softmax",
        options={"gamma": {"type": "number", "minimum": 0, "default": 2.0}},
        by_sample=True,
    ),
    "hinge": Loss(
        title="Hinge",
        criterion="torch.nn.functional:multi_margin_loss",
        outputs=lambda classes: classes,
        source="Weston and Watkins 1999; as torch.nn.MultiMarginLoss",
        options={"margin": {"type": "number", "exclusiveMinimum": 0, "default": 1.0}},
        by_sample=True,
    ),
    "squared_error": Loss(
        title="Squared error",
        criterion="study.training.criteria:squared_error",
        outputs=lambda classes: classes,
        source="Brier 1950: of the softmax's probabilities, summed over classes",
        by_sample=True,
    ),
}

# A loss of the user's own, `{file: my_loss.py, class: MyLoss, …}`.
OWN_LOSS = Loss(title="", criterion="", outputs=lambda classes: classes, source="")


def loss_entry(text: str) -> Loss:
    """The entry of a loss, from its text in a cell."""
    name = read_spelling(text).name
    return OWN_LOSS if is_own(name) else LOSSES[name]
