"""How the levels of the grid's factors go together, one panel per pair of factors."""

import itertools

import numpy as np
from matplotlib.figure import Figure

from study.analysis.metrics import metric_title
from study.analysis.paired import mean_interval
from study.choices import level_title, ordered_levels
from study.report.figures.saving import within_percent
from study.report.tables import factor_title

COLOURS = ["#0b5fa5", "#c8501e", "#2f8f5b", "#7b4fa3", "#8a6d1d", "#5b6675"]
DRAWN = "val_accuracy"
PER_LINE = 3


def draw_interactions(
    measured: np.ndarray,
    factors: dict[str, list],
    round_number: int,
    along: dict[str, list[str]] | None = None,
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
    titles_of = {factor: factor_title(factor, (along or {}).get(factor, ())) for factor in factors}
    shown = {factor: ordered_levels(levels) for factor, levels in factors.items()}
    for axis, (factor, levels) in enumerate(factors.items(), start=1):
        measured = np.take(measured, [levels.index(level) for level in shown[factor]], axis)
    pairs = list(itertools.combinations(names, 2)) or [(name, None) for name in names]
    lines = max(1, -(-len(pairs) // PER_LINE))
    width = max(1, min(PER_LINE, len(pairs)))
    figure = Figure(figsize=(max(5, 3.6 * width), 3.8 * lines), layout="constrained")
    panels = figure.subplots(lines, width, squeeze=False, sharey=True).ravel()
    for axes, (across, lined) in itertools.zip_longest(panels, pairs, fillvalue=(None, None)):
        if across is None or not len(measured):
            text = "" if pairs and len(measured) else "no complete grid to show"
            axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes)
            axes.set_axis_off()
            continue
        kept = tuple(names.index(name) + 1 for name in (across, lined) if name)
        others = tuple(axis for axis in range(1, measured.ndim) if axis not in kept)
        means = measured.mean(axis=others)
        if lined is None:
            means = means[:, :, None]
        elif kept[0] > kept[1]:
            means = means.swapaxes(1, 2)
        titles = [level_title(lined, level) for level in shown[lined]] if lined else [None]
        for line, title in enumerate(titles):
            intervals = [
                mean_interval(100 * means[:, place, line]) for place in range(means.shape[1])
            ]
            middle = np.array([interval["mean"] for interval in intervals])
            reach = np.nan_to_num([interval["high"] - interval["mean"] for interval in intervals])
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
        axes.set_xticks(
            range(len(shown[across])), [level_title(across, level) for level in shown[across]]
        )
        axes.set_xlim(-0.5, len(shown[across]) - 0.5)
        axes.set_xlabel(titles_of[across])
        axes.grid(axis="y", color="0.92")
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        if lined:
            axes.legend(
                title=titles_of[lined],
                loc="lower center",
                bbox_to_anchor=(0.5, 1),
                ncols=3,
                frameon=False,
                fontsize=8,
                title_fontsize=8,
            )
    for axes in panels[::width]:
        axes.set_ylabel(metric_title(DRAWN))
        within_percent(axes)
    figure.suptitle(
        f"Round {round_number}, mean and 95% interval over {len(measured)}"
        f" seed{'' if len(measured) == 1 else 's'}",
        fontsize=10,
    )
    return figure
