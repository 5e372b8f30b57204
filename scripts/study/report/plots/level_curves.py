"""The learning curves of a factor's levels in one picture, epoch by epoch of a round."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from study.analysis.metrics import is_percentage, metric_title
from study.design.levels import FactorLevels
from study.report.plots.style import (
    Line,
    group_title,
    lines,
    name_ends,
    panels,
    say,
    share_range,
)
from study.training import EPOCH_METRICS

HEIGHT = 1.7  # of a panel, in inches
PLOTTED = 1.2  # of it, the axes


def drawn_metric(epochs: Mapping[tuple[str, int], pd.DataFrame]) -> str:
    """The validation accuracy, or where it is not measured the first metric that is."""
    for name in ("val_accuracy", *EPOCH_METRICS):
        if any(frame[name].notna().any() for frame in epochs.values()):
            return name
    return "val_accuracy"


def draw(groups: Sequence[FactorLevels], epochs: Mapping[tuple[str, int], pd.DataFrame]) -> Figure:
    """A panel for each factor, all with one range: each level's mean ± 2 standard errors.

    Args:
        groups: as `study.design.levels.factor_levels` returns them.
        epochs: (cell, round) -> its epochs, as `study.analysis.epochs.collect_epochs` returns them.
    """
    metric = drawn_metric(epochs)
    figure, made = panels(groups, ["val"], HEIGHT)
    named = []
    for group, ((axes,),) in zip(groups, made):
        ends = _draw_panel(axes, group, epochs, metric)
        axes.set_title(group_title(group))
        axes.locator_params("x", integer=True)
        axes.set(ylabel=metric_title(metric).replace(" ", "\n", 1), xlabel="Epoch")
        if not ends:
            say(axes, "no seed to show")
        named.append((axes, ends))
    share_range(made[:, 0, 0])
    for axes, ends in named:
        name_ends(axes, ends, PLOTTED)
    return figure


def _draw_panel(
    axes: Axes,
    group: FactorLevels,
    epochs: Mapping[tuple[str, int], pd.DataFrame],
    metric: str,
) -> list[tuple[float, str, str]]:
    """Where each line ends, with its name and its colour."""
    ends = []
    for line in lines(group):
        frame = epochs.get((line.cell, group.round))
        means = mean_by_epoch(frame, metric) if frame is not None else pd.DataFrame()
        if means.empty:
            continue
        scale = 100 if is_percentage(metric) else 1
        _draw_line(axes, scale * means, line)
        ends.append((scale * means["mean"].iloc[-1], line.label, line.colour))
    return ends


def mean_by_epoch(epochs: pd.DataFrame, metric: str) -> pd.DataFrame:
    """By epoch the `mean` over the seeds that did not diverge, and its standard error, `error`."""
    whole = epochs[epochs["diverged"] == 0].dropna(subset=metric)
    by_epoch = whole.groupby("epoch")[metric]
    return pd.DataFrame({"mean": by_epoch.mean(), "error": by_epoch.sem()})


def _draw_line(axes: Axes, means: pd.DataFrame, line: Line) -> None:
    reach = 2 * means["error"].fillna(0)
    axes.plot(means.index, means["mean"], color=line.colour, linestyle=line.dash)
    low, high = means["mean"] - reach, means["mean"] + reach
    axes.fill_between(means.index, low, high, color=line.colour, alpha=0.15, linewidth=0)
