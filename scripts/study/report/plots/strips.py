"""Each seed's value by the level of a factor, the other parameters at the baseline."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from study.analysis.metrics import is_percentage, metric_title
from study.design.levels import FactorLevels
from study.report.plots.style import COLOURS, dress, group_title, level_labels, panels
from study.settings.choices import parameter_title
from study.training import EPOCH_METRICS


def strip_metrics(values: pd.DataFrame) -> list[str]:
    """Validation accuracy; where there is a test split, both splits after the last epoch.

    Where a program does not measure it, what it does measure of each epoch, the first of that.
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
    figure, made = panels(groups, metrics, 2.5)
    for group, line in zip(groups, made):
        for metric, (axes,) in zip(metrics, line):
            _draw_panel(axes, seed_values(values, group, metric), metric)
            titles = level_labels(group, every=True)
            axes.set_xticks(range(len(titles)), titles)
            if len(titles) > 6:
                axes.tick_params(axis="x", rotation=90)
            axes.set_xlim(-0.5, len(titles) - 0.5)
            axes.set_xlabel(parameter_title(group.factor) if group.factor else "", fontsize=8)
            axes.set_ylabel(metric_title(metric), fontsize=8)
            dress(axes, group_title(group))
    for place in range(len(metrics)):
        _share_range(made[:, place, 0])
    return figure


def _draw_panel(axes: Axes, table: pd.DataFrame, metric: str) -> None:
    shown = table.to_numpy() * (100 if is_percentage(metric) else 1)
    if not len(shown) or np.isnan(shown).all():
        axes.text(0.5, 0.5, "no seed to show", ha="center", transform=axes.transAxes, fontsize=8)
        return
    places = np.arange(shown.shape[1])
    for of_seed in shown:
        axes.plot(places, of_seed, color="0.6", alpha=0.5, linewidth=0.7)
    for place, column in enumerate(shown.T):
        colour = COLOURS[0]
        axes.plot(np.full(len(column), place), column, "o", color=colour, alpha=0.6, markersize=3)
        if not np.isnan(column).all():
            mean = np.nanmean(column)
            axes.plot([place - 0.22, place + 0.22], [mean, mean], color=COLOURS[1], linewidth=2.2)


def _share_range(column: np.ndarray) -> None:
    """One range for the panels of a metric, so that they can be compared."""
    drawn = [axes for axes in column if len(axes.lines)]
    if drawn:
        low = min(axes.get_ylim()[0] for axes in drawn)
        high = max(axes.get_ylim()[1] for axes in drawn)
        for axes in drawn:
            axes.set_ylim(low, high)
