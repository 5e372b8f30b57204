"""Tuning: which trial is chosen for each side, because tuning has few seeds.

Seeds of the evaluation say how sure the difference is between the two trials that were chosen. With
other tuning seeds other trials might have been chosen, and more seeds of the evaluation do not
average that out: where the best trials are about as good as tuning can tell, sides that are equally
good have a significant difference far more often than the level says. The trials themselves are
the same for both sides, and not drawn again.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from study.analysis.averages import half_name
from study.analysis.interval import Added, NotKnown
from study.analysis.measured import Measured, Trials
from study.analysis.metrics import METRICS
from study.analysis.noise import Estimate, Observed, deviations
from study.analysis.significance import ALPHA
from study.design.claims import Side

TITLE = "Tuning"
UNITS = ("tuning seed", "tuning seeds")
MEANING = (
    "which trial would have been chosen with other tuning seeds. More tuning seeds make it smaller;"
    " seeds of the evaluation do not."
)
CHOICES, TUNINGS = 500, 400  # bootstrap samples of the tuning seeds, and of those samples


class Tried(NamedTuple):
    """A side's trials: what each was judged by, and what is compared, (trials, tuning seeds).

    A trial with a seed that diverged, NaN, is never chosen.
    """

    chosen_by: np.ndarray
    values: np.ndarray


def added(first: Side, second: Side, metric: str, measured: Measured) -> Added:
    """Of tuned sides, what the difference would vary by with other choices.

    Raises:
        NotKnown: trials were not trained for one of the rounds, or do not have the metric.
    """
    if not measured.protocol.tuned or measured.trials is None:
        return Added()
    sides = _of_side(measured.trials, first, metric), _of_side(measured.trials, second, metric)
    deviation = tuning_deviation(*sides, _less_is_better(measured.trials))
    if math.isnan(deviation):
        raise NotKnown(_without(metric))
    return Added(sd=deviation)


def estimate(observed: Observed) -> Estimate | None:
    """What other choices would make of the difference; None where trials do not reach it."""
    trials, metric = observed.measured.trials, observed.metric
    if trials is None:
        return None
    first, second = observed.first, observed.second
    if trials.of_cell.get(first.cell) is trials.of_cell.get(
        second.cell
    ):  # their factor is tuned, so that there is one choice for both
        return None
    try:
        sides = _of_side(trials, first, metric), _of_side(trials, second, metric)
    except NotKnown:
        return None
    if sides[0].chosen_by.shape[1] < 2:
        return None
    found = tuning_noise(*sides, _less_is_better(trials))
    return None if math.isnan(found.sd) else found


def _of_side(trials: Trials, side: Side, metric: str) -> Tried:
    of_side = trials.of_cell.get(side.cell)
    if of_side is None:
        raise NotKnown(f"no trials were trained for {side.cell}")
    latest = max(side.rounds)
    if latest > trials.round:
        raise NotKnown(beyond_words(trials.round, latest))
    column = half_name(metric, side.half) if side.half else metric
    if column not in of_side:
        raise NotKnown(_without(metric))

    def by_seed(name: str, number: int) -> np.ndarray:
        of_round = of_side[of_side["round"] == number]
        return of_round.pivot(index="trial", columns="seed", values=name).to_numpy()

    values = [by_seed(column, number) for number in side.rounds]
    change = values[-1] - values[0] if len(values) == 2 else values[0]
    return Tried(by_seed(trials.metric, trials.round), change)


def _less_is_better(trials: Trials) -> bool:
    return METRICS[trials.metric].better == "lower"


def beyond_words(last: int, latest: int) -> str:
    """Why there is no tuned verdict after round `latest`, where trials end with round `last`."""
    return (
        f"trials end with round {last} (tune.round), so what tuning adds to the noise of round"
        f" {latest} is not known"
    )


def _without(metric: str) -> str:
    return f"the trials do not all have {metric}, so what tuning adds to its noise is not known"


def tuning_deviation(first: Tried, second: Tried, less_is_better: bool) -> float:
    """The standard deviation over which trials would be chosen with other tuning seeds.

    The tuning seeds are resampled, the same for both sides; on each sample the trial with the best
    mean is chosen, and counts as what all tuning seeds say that it is worth. So nothing of the
    evaluation is in it. Of n seeds n - 1 are drawn, because the mean of n would vary too little
    (Rao and Wu 1988, JASA 83); 500 times, from a fixed seed.

    Args:
        first, second: the trials of either side, of the same tuning seeds.
        less_is_better: whether the smallest mean is chosen, not the largest.

    Returns:
        NaN with one tuning seed, or where all trials of a side diverged.
    """
    n = first.chosen_by.shape[1]
    if n < 2:
        return math.nan
    return math.sqrt(_chosen_variance((first, second), _samples(n), less_is_better))


def tuning_noise(
    first: Tried, second: Tried, less_is_better: bool, alpha: float = ALPHA
) -> Estimate:
    """`tuning_deviation`, with its interval.

    A percentile interval of a bootstrap of that bootstrap, over n seeds; of few tuning seeds it is
    rough. The arguments are those of `tuning_deviation`.
    """
    sides = (first, second)
    n = first.chosen_by.shape[1]
    samples, again = _samples(n), []
    for drawn in np.random.default_rng(1).integers(0, n, (TUNINGS, n)):
        resampled = [Tried(side.chosen_by[:, drawn], side.values[:, drawn]) for side in sides]
        again.append(_chosen_variance(resampled, samples, less_is_better))
    low, high = np.quantile(again, [alpha / 2, 1 - alpha / 2])
    return deviations(_chosen_variance(sides, samples, less_is_better), low, high, n)


def _samples(n: int) -> np.ndarray:
    """How often each of n tuning seeds is in a sample of n - 1, (draws, n)."""
    return np.random.default_rng(0).multinomial(n - 1, np.full(n, 1 / n), CHOICES)


def _chosen_variance(sides: Sequence[Tried], samples: np.ndarray, less_is_better: bool) -> float:
    """Of the difference between what both sides choose, over samples (draws, tuning seeds)."""
    worth = []
    for side in sides:
        whole = ~np.isnan(side.chosen_by).any(axis=1)
        if not whole.any():
            return math.nan
        means = samples @ side.chosen_by[whole].T
        best = means.argmin(axis=1) if less_is_better else means.argmax(axis=1)
        worth.append(side.values[whole].mean(axis=1)[best])
    return float(np.var(worth[0] - worth[1], ddof=1))
