"""From an arm's trials to the one that is chosen."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from study.analysis.averages import half_name
from study.analysis.metrics import METRICS, metric_title
from study.analysis.noise import tuning_deviation
from study.errors import UserError

# Metrics of which less is better; of all others that a trial can be chosen by, more is.
LESS_IS_BETTER = ("loss", "brier_score", "calibration_error")


def is_less_better(metric: str) -> bool:
    """Whether a smaller value of the metric is the better one."""
    return metric.endswith(LESS_IS_BETTER)


def trial_means(values: pd.DataFrame, cells: Sequence[str], number: int, metric: str) -> np.ndarray:
    """Each trial's mean of a metric over the tuning seeds, (trials,); NaN where a seed diverged.

    Args:
        values: one row per cell, round and seed, as `study.analysis.averages.join_metrics`
            returns it.
        cells: the cell of each trial.
        number: the round that is looked at.
    """
    by_cell = values[values["round"] == number].groupby("cell")[metric]
    return by_cell.apply(lambda seeds: seeds.mean(skipna=False)).reindex(cells).to_numpy(float)


def choose_trial(
    values: pd.DataFrame, arm: dict, trials: Sequence[dict], number: int, metric: str
) -> dict:
    """The trial with the best mean of a validation metric; of equals the first.

    Args:
        values, number, metric: as for `trial_means`.
        arm: has `cell` and the cells of its `trials`.
        trials: the values of each trial.

    Returns:
        `cell`, the arm's; `values`, the chosen trial's; its place among the trials as `trial`, from
        0; and `edges`: parameter -> `lowest` or `highest`, where the chosen number is the end of
        what was tried, so that a better one may lie beyond.

    Raises:
        UserError: there is no such metric, or every trial diverged.
    """
    if metric not in values:
        raise UserError(
            f"tune.metric: the runs have no {METRICS[metric].title}; choose another metric"
        )
    means = trial_means(values, arm["trials"], number, metric)
    if np.isnan(means).all():
        raise UserError(
            f"tune: every trial of {arm['cell']} has a seed that diverged; widen tune.space"
        )
    best = int(np.nanargmin(means) if is_less_better(metric) else np.nanargmax(means))
    return {
        "cell": arm["cell"],
        "values": trials[best],
        "trial": best,
        "edges": edges(trials[best], trials),
        "metric": metric,
        "mean": float(means[best]),
    }


def edges(chosen: dict, trials: Sequence[dict]) -> dict[str, str]:
    """Which of the chosen numbers are the lowest or the highest that was tried."""
    found = {}
    for name, value in chosen.items():
        tried = [trial[name] for trial in trials]
        if isinstance(value, str | bool) or len(set(tried)) < 2:
            continue
        if value in (min(tried), max(tried)):
            found[name] = "lowest" if value == min(tried) else "highest"
    return found


def read_chosen(path: Path | str) -> dict:
    """What tuning chose for an arm, as `choose_trial` returns it.

    Raises:
        UserError: the file is damaged.
    """
    try:
        chosen = json.loads(Path(path).read_text(encoding="utf-8"))
        if not isinstance(chosen["values"], dict):
            raise ValueError("values is no mapping")
        return chosen
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: damaged ({error}); delete it and run again") from error


def chosen_words(chosen: dict, trials: int) -> str:
    """A line for a log: what was chosen, by which metric, and whether at an edge."""
    values = ", ".join(f"{name} {value}" for name, value in chosen["values"].items())
    ends = [f"; {name} is the {end} that was tried" for name, end in chosen["edges"].items()]
    of = f"{metric_title(chosen['metric'])} {chosen['mean']:.4f}"
    return f"{values}, of {trials} trials, by {of}{''.join(ends)}"


class NotReached(LookupError):
    """Why it is not known what tuning adds to the noise of a comparison."""


def deviation_of_sides(tuning: dict | None, first: dict, second: dict, metric: str) -> float:
    """What tuning adds to the noise of the difference of two sides: a standard deviation.

    See `study.analysis.noise.tuning_deviation`.

    Args:
        tuning: `metric`, which trials are chosen by, and tuned cell -> its `trials`, a frame with
            the trial's number beside every metric by round and seed; or None, for 0.
        first, second: a side's `cell`, its `rounds` (two for a change from one to the other), and
            where it looks at one half of them, `epochs`.
        metric: the one that is compared.

    Raises:
        NotReached: trials were not trained for one of the rounds, or do not have the metric.
    """
    if not tuning:
        return 0.0
    deviation = tuning_deviation(*trials_of_sides(tuning, first, second, metric))
    if math.isnan(deviation):
        raise NotReached(_without(metric))
    return deviation


def trials_of_sides(
    tuning: dict, first: dict, second: dict, metric: str
) -> tuple[dict, dict, bool]:
    """What `study.analysis.noise.tuning_noise` takes of two sides.

    The arguments are those of `deviation_of_sides`, and so is what it raises.
    """
    sides = (_side_trials(tuning, side, metric) for side in (first, second))
    return (*sides, is_less_better(tuning["metric"]))


def _side_trials(tuning: dict, side: dict, metric: str) -> dict:
    trials = tuning["trials"].get(side["cell"])
    if trials is None:
        raise NotReached(f"no trials were trained for {side['cell']}")
    column = half_name(metric, side["epochs"]) if side.get("epochs") else metric
    last, latest = trials["round"].max(), max(side["rounds"])
    if latest > last:
        raise NotReached(beyond_words(last, latest))
    if column not in trials:
        raise NotReached(_without(metric))

    def by_seed(name: str, number: int) -> np.ndarray:
        of_round = trials[trials["round"] == number]
        return of_round.pivot(index="trial", columns="seed", values=name).to_numpy()

    values = [by_seed(column, number) for number in side["rounds"]]
    change = values[-1] - values[0] if len(values) == 2 else values[0]
    return {"chosen_by": by_seed(tuning["metric"], last), "values": change}


def beyond_words(last: int, latest: int) -> str:
    """Why there is no tuned verdict after round `latest`, where trials end with round `last`."""
    return (
        f"trials end with round {last} (tune.round), so what tuning adds to the noise of round"
        f" {latest} is not known"
    )


def _without(metric: str) -> str:
    return f"the trials do not all have {metric}, so what tuning adds to its noise is not known"
