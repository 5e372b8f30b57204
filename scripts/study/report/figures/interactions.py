"""How the grid's factors interact, one panel per pair of factors."""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from study.analysis.interval import interval
from study.analysis.metrics import metric_title
from study.report.figures.saving import within_percent
from study.report.plots.style import COLOURS, empty_figure, share_range, stacked
from study.report.tables import factor_title
from study.settings.choices import ordered_levels
from study.settings.level_titles import level_title
from study.settings.parameters import Level

DRAWN = "val_accuracy"
HEIGHT = 1.7  # of a panel, in inches


def draw_interactions(
    measured: np.ndarray,
    factors: Mapping[str, list[Level]],
    round_number: int,
    along: Mapping[str, Sequence[str]] | None = None,
) -> Figure:
    """One panel per pair of factors: mean validation accuracy by level, 95% intervals over seeds.

    Lines that are not parallel are an interaction. Levels that are numbers ascend, whatever their
    order in the configuration. With one factor there is one panel, one line.

    Args:
        measured: (seeds, levels of factor 1, …), fractions.
        factors: factor -> levels.
        round_number: the round that is shown.
        along: factor -> what moves along with it.
    """
    names = list(factors)
    shown = {factor: ordered_levels(levels) for factor, levels in factors.items()}
    for axis, (factor, levels) in enumerate(factors.items(), start=1):
        measured = np.take(measured, [levels.index(level) for level in shown[factor]], axis)
    titles = {name: factor_title(name, (along or {}).get(name, ())) for name in names}
    pairs: list[tuple[str, str | None]] = list(itertools.combinations(names, 2))
    pairs = pairs or [(name, None) for name in names]
    if not pairs or not len(measured):
        return empty_figure("no complete grid to show")
    figure, panels = stacked(len(pairs), HEIGHT)
    for (axes,), pair in zip(panels, pairs):
        across, lined = pair
        _draw_pair(axes, pair_means(measured, names, across, lined), shown, across, lined)
        _dress(axes, titles[across], titles[lined] if lined else "")
        axes.set_ylabel(metric_title(DRAWN).replace(" ", "\n", 1))
    share_range(panels[:, 0])
    for axes in panels[:, 0]:
        within_percent(axes)
    figure.suptitle(
        f"Round {round_number}, mean and 95% interval over {len(measured)}"
        f" seed{'' if len(measured) == 1 else 's'}"
    )
    return figure


def pair_means(
    measured: np.ndarray, names: Sequence[str], across: str, lined: str | None
) -> np.ndarray:
    """(seeds, levels across, levels that have a line each), means over all other factors."""
    kept = [names.index(name) + 1 for name in (across, lined) if name]
    others = tuple(axis for axis in range(1, measured.ndim) if axis not in kept)
    means = measured.mean(axis=others)
    if lined is None:
        return means[:, :, None]
    return means if kept[0] < kept[1] else means.swapaxes(1, 2)


def _draw_pair(
    axes: Axes,
    means: np.ndarray,
    shown: Mapping[str, list[Level]],
    across: str,
    lined: str | None,
) -> None:
    """The lines of a panel, side by side where their intervals would hide each other."""
    titles = [level_title(lined, level) for level in shown[lined]] if lined else [None]
    for line, title in enumerate(titles):
        found = [interval(100 * means[:, place, line]) for place in range(means.shape[1])]
        middle = np.array([of_level.mean for of_level in found])
        reach = np.nan_to_num([of_level.high - of_level.mean for of_level in found])
        shift = 0.06 * (line - (len(titles) - 1) / 2)
        axes.errorbar(
            np.arange(len(middle)) + shift,
            middle,
            reach,
            color=COLOURS[line % len(COLOURS)],
            marker="o",
            label=title,
        )
    ticks = [level_title(across, level) for level in shown[across]]
    axes.set_xticks(range(len(ticks)), ticks)
    axes.set_xlim(-0.5, len(ticks) - 0.5)


def _dress(axes: Axes, across: str, lined: str) -> None:
    """What the axis and the lines of a panel are levels of."""
    axes.set_xlabel(across)
    axes.grid(visible=False, axis="x")
    if lined:
        axes.legend(title=lined, loc="center left", bbox_to_anchor=(1, 0.5), alignment="left")
