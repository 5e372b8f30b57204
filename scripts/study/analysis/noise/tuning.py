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
from study.analysis.tuned_sides import TunedSide
from study.design.claims import Side

TITLE = "Tuning"
UNITS = ("tuning seed", "tuning seeds")
MEANING = (
    "which trial would have been chosen with other tuning seeds. More tuning seeds make it smaller;"
    " evaluation seeds do not."
)


def added(first: Side, second: Side, metric: str, measured: Measured) -> Added:
    """Of tuned sides, what the mean difference varies by with other choices."""
    if not measured.tuned:
        return Added()
    sides = measured.tuned[first.cell], measured.tuned[second.cell]
    means = measured.place_means(first, metric), measured.place_means(second, metric)
    return Added(sd=choice_deviation(sides, means))


def of_level(side: Side, metric: str, measured: Measured) -> Noise:
    """The noise of one side's mean: what it varies by with other choices."""
    tuned = measured.tuned.get(side.cell)
    if tuned is None or not tuned.is_covered:
        return Noise()
    means = measured.place_means(side, metric)
    nothing = TunedSide([""], np.zeros_like(tuned.drawn), tuned.seeds)
    return Noise({"tuning": Added(sd=choice_deviation((tuned, nothing), (means, np.zeros(1))))})


def estimate(observed: Observed) -> Estimate | None:
    """What it adds to the difference of the tuned sides; no valid interval is known.

    None where they are not tuned, or nothing is said of them as tuned.
    """
    if observed.tuning is None:
        return None
    sd, seeds = observed.tuning
    return Estimate(sd, math.nan, math.nan, seeds)


def choice_deviation(
    sides: tuple[TunedSide, TunedSide], means: tuple[np.ndarray, np.ndarray]
) -> float:
    """The standard deviation of a mean difference over samples of the tuning seeds.

    Args:
        sides: both.
        means: what the places of each are worth, (places,). Samples that choose what is in no place
            are left out.
    """
    both = (sides[0].drawn >= 0) & (sides[1].drawn >= 0)
    worth = [of_places[side.drawn[both]] for side, of_places in zip(sides, means)]
    differences = worth[0] - worth[1]
    if not np.isfinite(differences).all():
        return math.nan  # a side that diverged altogether, of which nothing is compared
    # of one value the deviation is not quite zero in floating-point numbers
    return float(np.std(differences, ddof=1)) if np.ptp(differences) > 0 else 0.0
