"""Write the main effects and two-way interactions of the grid, and draw the interactions."""

import itertools

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from study.averages import read_values
from study.choices import level_title, parameter_title
from study.effects import (
    EFFECT_COLUMNS,
    MEAN_COLUMNS,
    estimate_effects,
    grid_metric,
    marginal_means,
)
from study.files import replacing
from study.frames import write_frame
from study.guard import Confounded, check_grid, read_runs
from study.logs import log_to
from study.metrics import ALL_METRICS, metric_title
from study.statistics import mean_interval

# The same figure gives the same bytes: fixed ids in place of random ones, and no date.
matplotlib.rcParams["svg.hashsalt"] = "training study"
COLOURS = ["#0b5fa5", "#c8501e", "#2f8f5b", "#7b4fa3", "#8a6d1d", "#5b6675"]
DRAWN = "val_accuracy"
PER_LINE = 3


def draw_interactions(measured: np.ndarray, factors: dict[str, list], number: int) -> Figure:
    """A panel a pair of factors: mean validation accuracy by level, with 95% intervals over seeds.

    Lines that are not parallel are an interaction. With one factor there is one panel, one line.

    Args:
        measured: (seeds, levels of factor 1, …), fractions.
        factors: factor -> levels.
        number: the round.
    """
    names = list(factors)
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
        titles = [level_title(lined, level) for level in factors[lined]] if lined else [None]
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
            range(len(factors[across])), [level_title(across, level) for level in factors[across]]
        )
        axes.set_xlim(-0.5, len(factors[across]) - 0.5)
        axes.set_xlabel(parameter_title(across))
        axes.grid(axis="y", color="0.92")
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        if lined:
            axes.legend(
                title=parameter_title(lined),
                loc="lower center",
                bbox_to_anchor=(0.5, 1),
                ncols=3,
                frameon=False,
                fontsize=8,
                title_fontsize=8,
            )
    for axes in panels[::width]:
        axes.set_ylabel(metric_title(DRAWN))
    figure.suptitle(
        f"Round {number}, mean and 95% interval over {len(measured)} seeds", fontsize=10
    )
    return figure


if __name__ == "__main__":
    log_to(snakemake.log[0])
    plan, output = snakemake.params.plan, snakemake.output
    values = read_values(snakemake.input.summary, snakemake.input.evaluation)
    factors, refused = plan["factors"], []
    try:
        runs = read_runs(snakemake.input.runs)
        check_grid(runs, plan["grid_cells"], plan["round"], list(factors))
    except Confounded as error:
        values = values.iloc[:0]
        refused = [{"refused": str(error)}]
    effects = [pd.DataFrame(refused, columns=EFFECT_COLUMNS)]
    means = [pd.DataFrame(columns=MEAN_COLUMNS)]
    for metric in ALL_METRICS:
        measured, seeds = grid_metric(values, plan, metric)
        if seeds:
            effects.append(estimate_effects(measured, list(factors)).assign(metric=metric))
            means.append(marginal_means(measured, factors, plan["baseline"]).assign(metric=metric))
    for frames, columns, path in (
        (effects, EFFECT_COLUMNS, output.effects),
        (means, MEAN_COLUMNS, output.means),
    ):
        frame = pd.concat([frame for frame in frames if len(frame)] or frames[:1])
        frame = frame.reindex(columns=columns)
        write_frame(path, frame)
    measured, _ = grid_metric(values, plan, DRAWN)
    figure = draw_interactions(measured, factors, plan["round"])
    with replacing(output.svg) as part:
        figure.savefig(part, format="svg", metadata={"Date": None})
    with replacing(output.png) as part:
        figure.savefig(part, format="png", dpi=150)
