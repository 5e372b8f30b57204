"""What tuning found: each side's trials over a tuned parameter, and what fewer would have found."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from study.analysis.metrics import is_percentage, metric_title
from study.report.plots.style import COLOURS, DASHES, empty_figure, number_plainly, stacked
from study.settings.choices import parameter_title
from study.settings.level_titles import number_text
from study.settings.parameters import Parameters
from study.store.frames import groups_of

HEIGHT = 1.6  # of a panel, in inches


@dataclass(frozen=True)
class SideTrials:
    """What tuning tried for one side, and what it chose."""

    title: str  # `Loss CE`
    values: list[Parameters]  # of the tuned parameters, for each trial
    trials: pd.DataFrame  # a row per trial, round and seed with every metric
    chosen: int  # the place of the trial that was chosen, from 0
    edges: dict[
        str, str
    ]  # parameter -> `lowest` or `highest`, of those at an end of what was tried


def draw_curves(sides: Sequence[SideTrials], metric: str, number: int) -> Figure:
    """A panel for each side and each tuned parameter that is a number.

    A point is a tuning seed, the line the trials' means, where one parameter is tuned; the star is
    the chosen trial. Where it is the lowest or the highest that was tried, the panel says so.

    Args:
        sides: those that are tuned.
        metric: the one that trials were chosen by.
        number: the round after which they were.
    """
    numeric = [
        name
        for name, value in (sides[0].values[0] if sides else {}).items()
        if not isinstance(value, str | bool)
    ]
    wanted = [(side, name) for side in sides for name in numeric]
    if not wanted:
        return empty_figure("No tuned parameter is a number")
    figure, panels = stacked(len(wanted), HEIGHT)
    for (axes,), (side, name) in zip(panels, wanted):
        _draw_trials(axes, side, name, side.trials[side.trials["round"] == number], metric)
        edge = f" ({side.edges[name]} tried)" if name in side.edges else ""
        axes.set_title(f"{side.title}: {number_text(side.values[side.chosen][name])}{edge}")
        axes.set_xlabel(parameter_title(name))
        axes.set_ylabel(metric_title(metric).replace(" ", "\n", 1))
    return figure


def _draw_trials(axes: Axes, side: SideTrials, name: str, rows: pd.DataFrame, metric: str) -> None:
    """The trials of a side after one round over a tuned parameter."""
    scale = 100 if is_percentage(metric) else 1
    by_trial = rows.groupby("trial")[metric]
    means = by_trial.apply(lambda seeds: seeds.mean(skipna=False)).sort_index() * scale
    placed = np.array([side.values[trial][name] for trial in means.index], float)
    axes.plot(
        [side.values[trial][name] for trial in rows["trial"]],
        rows[metric] * scale,
        ".",
        color="#8a94a3",
        markersize=4,
    )
    order = placed.argsort()
    style = "o-" if len(side.values[0]) == 1 else "o"
    axes.plot(placed[order], means.to_numpy()[order], style, color=COLOURS[0], markersize=3)
    at = means.index.get_loc(side.chosen)
    axes.plot(placed[at], means.iloc[at], "*", color=COLOURS[1], markersize=11)
    if placed.min() > 0 and placed.max() / placed.min() >= 10:
        axes.set_xscale("log")
        number_plainly(axes.xaxis)


def draw_budgets(found: pd.DataFrame, metric: str) -> Figure:
    """The difference of each comparison by the number of trials that each side would have had.

    Args:
        found: `table`, `title` of the comparison, and the columns of
            `study.analysis.expected_best.difference_seen`.
        metric: the one that is compared.
    """
    tables = groups_of(found, "table")
    if not tables:
        return empty_figure("No comparison is between tuned sides")
    figure, panels = stacked(len(tables), HEIGHT)
    scale = 100 if is_percentage(metric) else 1
    for (axes,), ((title,), of_table) in zip(panels, tables.items()):
        comparisons = groups_of(of_table, "title").items()
        for ((label,), rows), colour, dash in zip(comparisons, COLOURS, DASHES):
            middle, reach = scale * rows["difference"], scale * rows["sd"]
            axes.fill_between(rows["k"], middle - reach, middle + reach, color=colour, alpha=0.15)
            axes.plot(rows["k"], middle, color=colour, linestyle=dash, label=label)
        axes.axhline(0, color="#8a94a3", linewidth=0.8)
        axes.set_title(title)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("Trials for each side")
        axes.set_ylabel("Difference" + " (points)" * is_percentage(metric))
        axes.legend()
    return figure
