"""How the levels of the grid's factors go together, one panel per pair of factors."""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from study.analysis.interval import interval
from study.analysis.metrics import metric_title
from study.report.figures.saving import within_percent
from study.report.tables import factor_title
from study.settings.choices import level_title, ordered_levels
from study.settings.parameters import Level

COLOURS = ["#0b5fa5", "#c8501e", "#2f8f5b", "#7b4fa3", "#8a6d1d", "#5b6675"]
DRAWN = "val_accuracy"
PER_LINE = 3


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
    lines = max(1, -(-len(pairs) // PER_LINE))
    width = max(1, min(PER_LINE, len(pairs)))
    figure = Figure(figsize=(max(5, 3.6 * width), 3.8 * lines), layout="constrained")
    panels = figure.subplots(lines, width, squeeze=False, sharey=True).ravel()
    for axes, pair in itertools.zip_longest(panels, pairs):
        if pair is None or not len(measured):
            text = "" if pairs and len(measured) else "no complete grid to show"
            axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes)
            axes.set_axis_off()
            continue
        across, lined = pair
        _draw_pair(axes, pair_means(measured, names, across, lined), shown, across, lined)
        _dress(axes, titles[across], titles[lined] if lined else "")
    for axes in panels[::width]:
        axes.set_ylabel(metric_title(DRAWN))
        within_percent(axes)
    figure.suptitle(
        f"Round {round_number}, mean and 95% interval over {len(measured)}"
        f" seed{'' if len(measured) == 1 else 's'}",
        fontsize=10,
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
            markersize=4,
            linewidth=1.2,
            capsize=2,
            label=title,
        )
    ticks = [level_title(across, level) for level in shown[across]]
    axes.set_xticks(range(len(ticks)), ticks)
    axes.set_xlim(-0.5, len(ticks) - 0.5)


def _dress(axes: Axes, across: str, lined: str) -> None:
    """What the axis and the lines of a panel are levels of."""
    axes.set_xlabel(across)
    axes.grid(axis="y", color="0.92")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    if lined:
        axes.legend(
            title=lined,
            loc="lower center",
            bbox_to_anchor=(0.5, 1),
            ncols=3,
            frameon=False,
            fontsize=8,
            title_fontsize=8,
        )
