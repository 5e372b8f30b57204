"""Confusion matrices: of two classes at a probability of 0.5 and at a threshold chosen on the
validation split; of more a matrix of all classes for each split."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from study.analysis.confusion import COUNTS, threshold_title
from study.analysis.metrics import SPLIT_TITLES
from study.design.levels import FactorLevels
from study.report.figures.contact_sheet import shortened
from study.report.plots.names import level_names
from study.report.plots.style import WIDTH, say_empty
from study.store.frames import groups_of, rows_of

DRAWN_CELLS = 12
DRAWN_MATRICES = 6  # cells, where a matrix has more than two classes
NUMBERED = 15  # classes, above which a matrix has no numbers
WORDY = 5  # classes, up to which a matrix has shares in per cent beside counts
LETTERS = 12  # of a class's name beside a matrix


def draw(groups: Sequence[FactorLevels], counts: pd.DataFrame, classes: Sequence[str]) -> Figure:
    """A row for each cell, a column for each split and threshold.

    Args:
        groups: what the cells are called by, as `factor_levels` returns them.
        counts: as `count_confusions` returns them.
        classes: the negative and the positive class's name.
    """
    titles = level_names(groups)
    columns = list(dict.fromkeys(zip(counts["split"], counts["threshold"])))
    shown = list(titles)[:DRAWN_CELLS]
    if not columns or not shown:
        return say_empty(Figure(figsize=(WIDTH, 1)), "nothing to show")
    size = (2 + 1.4 * len(columns), 0.7 + 0.95 * len(shown))
    figure = Figure(figsize=size, layout="constrained")
    made = figure.subplots(len(shown), len(columns), squeeze=False, sharex=True, sharey=True)
    keys = ["cell", "round", "split", "threshold"]
    keyed = {tuple(row[key] for key in keys): row for row in rows_of(counts)}
    for (cell, number), line in zip(shown, made):
        for (split, kind), axes in zip(columns, line):
            _draw_matrix(axes, keyed.get((cell, number, split, kind)), classes)
        name = titles[cell, number]
        line[0].set_ylabel(
            f"{name}\nround {number}", fontsize=8, rotation=0, ha="right", va="center"
        )
    for (split, kind), axes in zip(columns, made[0]):
        words = threshold_title(kind).replace(" on ", "\non ")
        axes.set_title(f"{SPLIT_TITLES[split].capitalize()},\n{words}", fontsize=8)
    figure.supxlabel("Columns: predicted; rows: true", fontsize=8)
    return figure


def _draw_matrix(axes: Axes, row: Mapping[str, Any] | None, classes: Sequence[str]) -> None:
    """Mean counts ± sd; the darker, the larger the share of the true class."""
    axes.set(xlim=(-0.5, 1.5), ylim=(1.5, -0.5))
    axes.spines[:].set_visible(False)
    axes.set_xticks([0, 1], classes, fontsize=7)
    axes.set_yticks([0, 1], classes, fontsize=7)
    axes.tick_params(length=0)
    if row is None or not row["n"]:
        axes.text(0.5, 0.5, "nothing to show", ha="center", va="center", fontsize=7)
        return
    means = np.array([row[name] for name in COUNTS]).reshape(2, 2)
    spread = np.array([row[f"{name}_sd"] for name in COUNTS]).reshape(2, 2)
    shares = means / np.maximum(means.sum(axis=1, keepdims=True), 1)
    for (true, predicted), mean in np.ndenumerate(means):
        share, colour = shares[true, predicted], "#0072b2" if true == predicted else "#d55e00"
        corner = (predicted - 0.5, true - 0.5)
        look = {"facecolor": colour, "alpha": 0.08 + 0.5 * share, "linewidth": 0}
        axes.add_patch(Rectangle(corner, 1, 1, **look))
        deviation = spread[true, predicted]
        text = f"{mean:.1f}" + ("" if np.isnan(deviation) else f" ± {deviation:.1f}")
        axes.text(
            predicted, true, f"{text}\n{100 * share:.1f}%", ha="center", va="center", fontsize=7
        )


def draw_matrices(
    groups: Sequence[FactorLevels], counts: pd.DataFrame, classes: Sequence[str]
) -> Figure:
    """Two matrices a row: a cell on each split, or where there is one split two cells.

    Args:
        groups: what the cells are called by, as `factor_levels` returns them.
        counts: as `count_matrices` returns them.
        classes: their names.
    """
    titles, splits = level_names(groups), list(dict.fromkeys(counts["split"]))
    shown = [(*key, split) for key in list(titles)[:DRAWN_MATRICES] for split in splits]
    if not shown:
        return say_empty(Figure(figsize=(WIDTH, 1)), "nothing to show")
    across = min(2, len(shown))
    down = -(-len(shown) // across)
    figure = Figure(figsize=(WIDTH * across / 2, 3.4 * down), layout="constrained")
    made = figure.subplots(down, across, squeeze=False).ravel()
    keyed = groups_of(counts, "cell", "round", "split")
    for axes in made[len(shown) :]:
        axes.set_axis_off()
    for (cell, number, split), axes in zip(shown, made):
        _draw_classes(axes, keyed.get((cell, number, split)), classes)
        where = f"{titles[cell, number]}, round {number}"
        if len(splits) > 1:
            where += f": {SPLIT_TITLES[split]}"
        axes.set_title(where, fontsize=8, loc="left")
    figure.supxlabel("Columns: predicted; rows: true", fontsize=8)
    return figure


def _draw_classes(axes: Axes, rows: pd.DataFrame | None, classes: Sequence[str]) -> None:
    """Mean counts; the darker, the larger the share of the true class."""
    count, names = len(classes), [shortened(name, LETTERS) for name in classes]
    axes.set(xlim=(-0.5, count - 0.5), ylim=(count - 0.5, -0.5), aspect="equal")
    axes.spines[:].set_color("0.85")
    turned = 90 if max(map(len, names)) > 2 else 0
    axes.set_xticks(range(count), names, fontsize=6, rotation=turned)
    axes.set_yticks(range(count), names, fontsize=6)
    axes.tick_params(length=0)
    if rows is None or not rows["n"].iloc[0]:
        axes.text(count / 2, count / 2, "nothing to show", ha="center", va="center", fontsize=7)
        return
    means = rows["count"].to_numpy().reshape(count, count)
    shares = means / np.maximum(means.sum(axis=1, keepdims=True), 1)
    for (true, predicted), mean in np.ndenumerate(means):
        right, share = true == predicted, shares[true, predicted]
        # rare mistakes are to be seen as well, so that their colour goes with the root
        depth = 0.08 + 0.5 * share if right else 0.6 * np.sqrt(share)
        look = {"facecolor": "#0072b2" if right else "#d55e00", "alpha": depth, "linewidth": 0}
        axes.add_patch(Rectangle((predicted - 0.5, true - 0.5), 1, 1, **look))
        if mean and count <= NUMBERED:
            text = f"{mean:.1f}" if mean < 99.95 or count <= WORDY else f"{mean:.0f}"
            if count <= WORDY:
                text += f"\n{100 * share:.1f}%"
            size = min(7, 60 / count)
            axes.text(predicted, true, text, ha="center", va="center", fontsize=size)
