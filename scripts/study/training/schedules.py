"""Schedules to choose from: what the learning rate is multiplied by at each step.

A schedule runs over a round and restarts in the next, or `over` a number of epochs, counted from
the start of the first round; `over: training` in a configuration means all epochs of its rounds.
Once it is through, the rate stays where it ended.
"""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from study.training.spelling import NO_OPTIONS, choose, read_spelling


class Schedule(NamedTuple):
    """How the learning rate runs."""

    title: str
    # (step, from 0; steps that the schedule runs over; options) -> a factor of the learning rate
    factor: Callable[[int, int, dict], float]
    source: str
    options: Mapping = NO_OPTIONS  # option -> its JSON schema, with its default


OVER = {
    "description": "round, training, or a number of epochs",
    "anyOf": [{"enum": ["round", "training"]}, {"type": "integer", "minimum": 1}],
    "default": "round",
}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}


def one_cycle(step: int, steps: int, options: dict) -> float:
    """From 1/25 up to 1 and down to 1/250,000, both along half a cosine."""
    start, end = 1 / 25, 1 / 250_000
    top = options["rise"] * steps - 1  # the step of the largest rate
    if step < top:
        return start + (1 - start) * (1 - math.cos(math.pi * step / top)) / 2
    if top >= steps - 1:
        return 1.0
    return end + (1 - end) * (1 + math.cos(math.pi * (step - top) / (steps - 1 - top))) / 2


SCHEDULES = {
    "constant": Schedule(title="constant", factor=lambda step, steps, options: 1.0, source=""),
    "step": Schedule(
        title="step",
        factor=lambda step, steps, options: (
            options["factor"] ** sum(step >= part * steps for part in options["at"])
        ),
        source="MedMNIST v2's training: a tenth at 50% and at 75% (Yang et al. 2023)",
        options={
            "at": {"type": "array", "minItems": 1, "items": SHARE, "default": [0.5, 0.75]},
            "factor": {"type": "number", "exclusiveMinimum": 0, "default": 0.1},
            "over": OVER,
        },
    ),
    "cosine": Schedule(
        title="cosine",
        factor=lambda step, steps, options: (1 + math.cos(math.pi * step / steps)) / 2,
        source="Loshchilov and Hutter 2017, equation 5, down to 0",
        options={"over": OVER},
    ),
    "one_cycle": Schedule(
        title="one-cycle",
        factor=one_cycle,
        source="Smith and Topin 2018; as torch's OneCycleLR, which cycles no momentum here",
        options={"rise": {**SHARE, "exclusiveMinimum": 0, "default": 0.3}, "over": OVER},
    ),
    "warmup": Schedule(
        title="linear warm-up",
        factor=lambda step, steps, options: min(1.0, (step + 1) / (options["share"] * steps)),
        source="Goyal et al. 2017, section 2.2: linear up to the rate, then constant",
        options={"share": {**SHARE, "exclusiveMinimum": 0, "default": 0.1}, "over": OVER},
    ),
}


def rate_factor(
    text: str, steps_per_epoch: int, epochs: int, before: int
) -> Callable[[int], float] | None:
    """Step of a round, from 0 -> the factor of the learning rate; None where it is always 1.

    Args:
        text: a schedule, as a cell has it.
        steps_per_epoch: how many batches an epoch has.
        epochs: how many epochs a round has.
        before: how many epochs the rounds before had.
    """
    if read_spelling(text).name == "constant":
        return None
    schedule, options = choose(SCHEDULES, text)
    each_round = options["over"] == "round"
    steps = steps_per_epoch * (epochs if each_round else options["over"])
    first = 0 if each_round else steps_per_epoch * before
    return lambda step: schedule.factor(min(first + step, steps - 1), steps, options)
