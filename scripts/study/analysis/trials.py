"""From a side's trials to the one that is chosen, and to those that might have been."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from study.analysis.metrics import METRICS, best_place, metric_title
from study.design.tuning import edges
from study.settings.parameters import Parameters
from study.store.errors import UserError
from study.store.records import Chosen, Trial

RESAMPLES = 1000  # of the tuning seeds


def trial_means(values: pd.DataFrame, cells: Sequence[str], number: int, metric: str) -> np.ndarray:
    """Each trial's mean of a metric over the tuning seeds, (trials,); NaN where a seed diverged.

    Args:
        values: one row per cell, round and seed, with every metric.
        cells: the cell of each trial.
        number: the round that is looked at.
    """
    by_cell = values[values["round"] == number].groupby("cell")[metric]
    means = by_cell.apply(lambda seeds: seeds.mean(skipna=False))
    return means.reindex(list(cells)).to_numpy(float)


def resampled_choices(tried: np.ndarray, metric: str) -> np.ndarray:
    """Which trial is chosen with other tuning seeds, (1,000,): the number of each.

    The tuning seeds are resampled, the same for all sides, and on each sample the trial with the
    best mean is chosen; the first if tied. Of n seeds n - 1 are drawn, because the mean of n
    would vary too little (Rao and Wu 1988, JASA 83); from a fixed seed.

    Args:
        tried: (trials, tuning seeds), what each trial is chosen by. One with a seed that diverged,
            NaN, is never chosen; not all of them are.
        metric: which one that is.
    """
    seeds = tried.shape[1]
    drawn = np.random.default_rng(0).multinomial(seeds - 1, np.full(seeds, 1 / seeds), RESAMPLES)
    whole = np.flatnonzero(~np.isnan(tried).any(axis=1))
    means = drawn @ tried[whole].T / (seeds - 1)
    best = means.argmin(axis=1) if METRICS[metric].better == "lower" else means.argmax(axis=1)
    return whole[best]


def choose_trial(
    values: pd.DataFrame,
    side: str,
    cells: Sequence[str],
    trials: Sequence[Parameters],
    number: int,
    metric: str,
) -> Chosen:
    """The trial with the best mean of a validation metric, the first if tied; and the others
    that might have been chosen.

    Args:
        values, cells, number, metric: as for `trial_means`.
        side: the side's name.
        trials: the values of each trial.

    Raises:
        UserError: there is no such metric, or every trial diverged.
    """
    if metric not in values:
        raise UserError(
            f"tune.metric: the runs have no {METRICS[metric].title!r}; choose another metric"
        )
    means = trial_means(values, cells, number, metric)
    best = best_place(metric, means)
    if best is None:
        raise UserError(f"tune: every trial of {side} has a seed that diverged; widen tune.space")
    places = {cell: place for place, cell in enumerate(cells)}
    tried = by_trial(values.assign(trial=values["cell"].map(places)), number, metric)
    drawn = resampled_choices(tried, metric)
    weights = np.bincount(drawn, minlength=len(trials)) / len(drawn)
    others = [place for place in np.argsort(-weights, kind="stable").tolist() if place != best]
    return Chosen(
        side,
        metric,
        float(means[best]),
        edges(trials[best], trials),
        [
            Trial(place, trials[place], float(weights[place]))
            for place in (best, *others)
            if place == best or weights[place] > 0
        ],
    )


def by_trial(trials: pd.DataFrame, number: int, metric: str) -> np.ndarray:
    """What each trial came to with each tuning seed, (trials, seeds); NaN where it diverged.

    Args:
        trials: one row per `trial`, `round` and `seed`, with the metric: trials.csv.
        number: the round that is looked at.
    """
    of_round = trials[trials["round"] == number]
    found = of_round.pivot(index="trial", columns="seed", values=metric)
    return found.reindex(range(trials["trial"].max() + 1)).to_numpy(float)


def chosen_words(chosen: Chosen, trials: int) -> str:
    """A line for a log: what was chosen, by which metric, and whether at an edge."""
    values = ", ".join(f"{name} {value}" for name, value in chosen.values.items())
    ends = [f"; {name} is the {end} that was tried" for name, end in chosen.edges.items()]
    of = f"{metric_title(chosen.metric)} {chosen.mean:.4f}"
    return f"{values}, of {trials} trials, by {of}{''.join(ends)}"
