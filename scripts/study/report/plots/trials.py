"""What tuning found: each arm's trials over a tuned parameter, and what fewer trials would have."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from study.analysis.metrics import is_percentage, metric_title
from study.choices import parameter_title
from study.report.plots.style import COLOURS, DASHES, WIDTH, dress, number_plainly, say_empty

HEIGHT = 2.3  # of a panel, in inches


def grid_of_panels(count: int) -> tuple[Figure, list[Axes]]:
    """A figure of so many panels, two to a row, and its axes."""
    across = min(2, count)
    down = -(-count // across)
    size = (WIDTH if across == 2 else WIDTH / 1.6, HEIGHT * down)
    figure = Figure(figsize=size, layout="constrained")
    made = figure.subplots(down, across, squeeze=False).ravel()
    for axes in made[count:]:
        axes.set_axis_off()
    return figure, [*made[:count]]


def draw_curves(arms: list[dict], metric: str, number: int) -> Figure:
    """A panel for each arm and each tuned parameter that is a number.

    A point is a tuning seed, the line the trials' means, where one parameter is tuned; the star is
    the chosen trial. Where it is the lowest or the highest that was tried, the panel says so.

    Args:
        arms: of each its `title`; `values`, the trials' values; `chosen`, as
            `study.analysis.trials.choose_trial` returns it; and `trials`, a row per trial, round
            and seed with every metric.
        metric: the one that trials were chosen by.
        number: the round after which they were.
    """
    numeric = [
        name
        for name, value in (arms[0]["values"][0] if arms else {}).items()
        if not isinstance(value, str | bool)
    ]
    wanted = [(arm, name) for arm in arms for name in numeric]
    if not wanted:
        return say_empty(Figure(figsize=(WIDTH, 1)), "No tuned parameter is a number")
    figure, panels = grid_of_panels(len(wanted))
    scale = 100 if is_percentage(metric) else 1
    for axes, (arm, name) in zip(panels, wanted):
        rows = arm["trials"][arm["trials"]["round"] == number]
        by_trial = rows.groupby("trial")[metric]
        means = by_trial.apply(lambda seeds: seeds.mean(skipna=False)).sort_index() * scale
        placed = np.array([arm["values"][trial][name] for trial in means.index], float)
        axes.plot(
            [arm["values"][trial][name] for trial in rows["trial"]],
            rows[metric] * scale,
            ".",
            color="#8a94a3",
            markersize=4,
        )
        order = placed.argsort()
        style = "o-" if len(arm["values"][0]) == 1 else "o"
        axes.plot(placed[order], means.to_numpy()[order], style, color=COLOURS[0], markersize=3)
        chosen = arm["chosen"]
        at = means.index.get_loc(chosen["trial"])
        axes.plot(placed[at], means.iloc[at], "*", color=COLOURS[1], markersize=11)
        if placed.min() > 0 and placed.max() / placed.min() >= 10:
            axes.set_xscale("log")
            number_plainly(axes.xaxis)
        edge = f" ({chosen['edges'][name]} tried)" if name in chosen["edges"] else ""
        dress(axes, f"{arm['title']}: {chosen['values'][name]:g}{edge}")
        axes.set_xlabel(parameter_title(name), fontsize=8)
        axes.set_ylabel(metric_title(metric), fontsize=8)
    return figure


def draw_budgets(found: pd.DataFrame, metric: str) -> Figure:
    """The difference of each comparison by the number of trials that each side would have had.

    Args:
        found: `table`, `title` of the comparison, and the columns of
            `study.analysis.expected_best.expected_difference`.
        metric: the one that is compared.
    """
    tables = dict(list(found.groupby("table", sort=False)))
    if not tables:
        return say_empty(Figure(figsize=(WIDTH, 1)), "No comparison is of tuned sides")
    figure, panels = grid_of_panels(len(tables))
    scale = 100 if is_percentage(metric) else 1
    for axes, (title, of_table) in zip(panels, tables.items()):
        comparisons = of_table.groupby("title", sort=False)
        for (label, rows), colour, dash in zip(comparisons, COLOURS, DASHES):
            middle, reach = scale * rows["difference"], scale * rows["sd"].fillna(0)
            axes.fill_between(rows["k"], middle - reach, middle + reach, color=colour, alpha=0.15)
            axes.plot(rows["k"], middle, color=colour, linestyle=dash, label=label)
        axes.axhline(0, color="#8a94a3", linewidth=0.8)
        dress(axes, title)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("Trials for each side", fontsize=8)
        unit = "percentage points" if is_percentage(metric) else ""
        axes.set_ylabel(f"Difference{f' ({unit})' if unit else ''}", fontsize=8)
        axes.legend(fontsize=7, frameon=False)
    return figure
