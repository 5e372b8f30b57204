"""Each seed's value by the level of a factor, the other parameters at the baseline."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from study.analysis.metrics import is_percentage, metric_title
from study.design.levels import FactorLevels
from study.report.plots.style import COLOURS, group_title, level_labels, panels, say, share_range
from study.training import EPOCH_METRICS

HEIGHT = 1.7  # of a panel, in inches


def strip_metrics(values: pd.DataFrame) -> list[str]:
    """Validation accuracy; where there is a test split, both splits after the last epoch.

    Where a program does not measure it, the first of what it does measure in each epoch.
    """
    both = ["final_val_accuracy", "final_test_accuracy"]
    if set(both) <= set(values.columns):
        return both
    return [next(name for name in ("val_accuracy", *EPOCH_METRICS) if name in values)]


def seed_values(values: pd.DataFrame, group: FactorLevels, metric: str) -> pd.DataFrame:
    """A row a seed, a column a level by its position; NaN where there is nothing.

    Args:
        values: as `study.analysis.values.read_values` returns it.
        group: whose levels.
        metric: which one.
    """
    shown = values[values["round"] == group.round]
    columns = {
        place: shown[shown["cell"] == cell].set_index("seed")[metric]
        for place, cell in enumerate(group.cells)
    }
    return pd.DataFrame(columns, dtype=float).sort_index()


def draw(groups: Sequence[FactorLevels], values: pd.DataFrame) -> Figure:
    """A panel for each factor and metric: a point a seed, joined over the levels, and the mean."""
    metrics = strip_metrics(values)
    figure, made = panels(groups, metrics, HEIGHT)
    for group, line in zip(groups, made):
        for metric, (axes,) in zip(metrics, line):
            _draw_panel(axes, seed_values(values, group, metric), metric)
            titles = level_labels(group, every=True)
            axes.set_xticks(range(len(titles)), titles)
            if len(titles) > 6:
                axes.tick_params(axis="x", rotation=90)
            axes.set_xlim(-0.5, len(titles) - 0.5)
            axes.set_ylabel(metric_title(metric))
            axes.set_title(group_title(group))
            axes.grid(visible=False, axis="x")
    for place in range(len(metrics)):
        share_range(made[:, place, 0])
    return figure


def _draw_panel(axes: Axes, table: pd.DataFrame, metric: str) -> None:
    shown = table.to_numpy() * (100 if is_percentage(metric) else 1)
    if not len(shown) or np.isnan(shown).all():
        say(axes, "no seed to show")
        return
    places = np.arange(shown.shape[1])
    for of_seed in shown:
        axes.plot(places, of_seed, color="0.6", alpha=0.5, linewidth=0.7)
    for place, column in enumerate(shown.T):
        colour = COLOURS[0]
        axes.plot(np.full(len(column), place), column, "o", color=colour, alpha=0.6)
        if not np.isnan(column).all():
            mean = np.nanmean(column)
            axes.plot([place - 0.22, place + 0.22], [mean, mean], color=COLOURS[1], linewidth=2.2)
