"""From a side's trials to the one that is chosen."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from study.analysis.metrics import METRICS, best_place, metric_title
from study.design.tuning import edges
from study.settings.parameters import Parameters
from study.store.errors import UserError
from study.store.records import Chosen


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


def choose_trial(
    values: pd.DataFrame,
    side: str,
    cells: Sequence[str],
    trials: Sequence[Parameters],
    number: int,
    metric: str,
) -> Chosen:
    """The trial with the best mean of a validation metric; of equals the first.

    Args:
        values, cells, number, metric: as for `trial_means`.
        side: the side's name.
        trials: the values of each trial.

    Raises:
        UserError: there is no such metric, or every trial diverged.
    """
    if metric not in values:
        raise UserError(
            f"tune.metric: the runs have no {METRICS[metric].title}; choose another metric"
        )
    means = trial_means(values, cells, number, metric)
    best = best_place(metric, means)
    if best is None:
        raise UserError(f"tune: every trial of {side} has a seed that diverged; widen tune.space")
    chosen = trials[best]
    return Chosen(side, chosen, best, edges(chosen, trials), metric, float(means[best]))


def chosen_words(chosen: Chosen, trials: int) -> str:
    """A line for a log: what was chosen, by which metric, and whether at an edge."""
    values = ", ".join(f"{name} {value}" for name, value in chosen.values.items())
    ends = [f"; {name} is the {end} that was tried" for name, end in chosen.edges.items()]
    of = f"{metric_title(chosen.metric)} {chosen.mean:.4f}"
    return f"{values}, of {trials} trials, by {of}{''.join(ends)}"
