"""Tuning: which trial is chosen for each side, because tuning has few seeds.

With other tuning seeds other trials might have been chosen, and more seeds of the evaluation do not
average that out. A side is the weighted mean of its trials that might have been
(`study.analysis.tuned_sides`); what its choice adds to the noise of a difference is how far it
varies over samples of the tuning seeds, the same for both sides, where each trial counts as what
the seeds of the evaluation say that it is worth. The trials themselves are not drawn again.
"""

import math

import numpy as np

from study.analysis.interval import Added, Noise
from study.analysis.measured import Measured
from study.analysis.noise import Estimate, Observed
from study.design.claims import Side

TITLE = "Tuning"
UNITS = ("tuning seed", "tuning seeds")
MEANING = (
    "which trial would have been chosen with other tuning seeds. More tuning seeds make it smaller;"
    " seeds of the evaluation do not."
)


def added(first: Side, second: Side, metric: str, measured: Measured) -> Added:
    """Of tuned sides, what the mean difference varies by with other choices."""
    if not measured.tuned:
        return Added()
    return Added(sd=float(np.std(_of_choices(first, second, metric, measured), ddof=1)))


def of_level(side: Side, metric: str, measured: Measured) -> Noise:
    """The noise of one side's mean: what it varies by with other choices."""
    tuned = measured.tuned.get(side.cell)
    if tuned is None or not tuned.is_covered:
        return Noise()
    worth = measured.place_means(side, metric)[tuned.drawn[tuned.drawn >= 0]]
    return Noise({"tuning": Added(sd=float(np.std(worth, ddof=1)))})


def estimate(observed: Observed) -> Estimate | None:
    """What it adds to the difference of the tuned sides; no interval is known that keeps its level.

    None where they are not tuned, or nothing is said of them as tuned.
    """
    if observed.tuning is None:
        return None
    sd, seeds = observed.tuning
    return Estimate(sd, math.nan, math.nan, seeds)


def _of_choices(first: Side, second: Side, metric: str, measured: Measured) -> np.ndarray:
    """The mean difference of what both sides choose, over those samples that choose known ones."""
    drawn = [measured.tuned[side.cell].drawn for side in (first, second)]
    both = (drawn[0] >= 0) & (drawn[1] >= 0)
    worth = [
        measured.place_means(side, metric)[of_side[both]]
        for side, of_side in zip((first, second), drawn)
    ]
    return worth[0] - worth[1]
