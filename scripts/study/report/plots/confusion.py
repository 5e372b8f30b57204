"""Confusion matrices: of two classes at a probability of 0.5 and at a threshold chosen on the
validation split; of more a matrix of all classes for each split."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from study.analysis.confusion import CHOSEN, COUNTS, threshold_title
from study.analysis.metrics import SPLIT_TITLES
from study.design.levels import FactorLevels
from study.report.figures.contact_sheet import shortened
from study.report.figures.saving import new_figure, small
from study.report.plots.names import level_names
from study.report.plots.style import empty_figure
from study.store.frames import groups_of, rows_of

DRAWN_CELLS = 12
DRAWN_MATRICES = 6  # cells, where a matrix has more than two classes
NUMBERED = 15  # classes; a matrix with more has no numbers
WORDY = 5  # classes; a matrix with more has no shares in per cent beside counts
LETTERS = 12  # of a class's name beside a matrix
NAMED = 14  # letters of a line of a cell's name


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
        return empty_figure("nothing to show")
    figure = new_figure(0.6 + 0.68 * len(shown))
    made = figure.subplots(len(shown), len(columns), squeeze=False, sharex=True, sharey=True)
    keys = ["cell", "round", "split", "threshold"]
    keyed = {tuple(row[key] for key in keys): row for row in rows_of(counts)}
    for (cell, number), line in zip(shown, made):
        for (split, kind), axes in zip(columns, line):
            _draw_matrix(axes, keyed.get((cell, number, split, kind)), classes)
        name = titles[cell, number]
        words = "\n".join([*wrap(name, NAMED), f"round {number}"])
        line[0].set_ylabel(words, fontsize=small(), rotation=0, ha="right", va="center")
    for (split, kind), axes in zip(columns, made[0]):
        words = threshold_title(kind) if kind != CHOSEN else "chosen"
        title = f"{SPLIT_TITLES[split].capitalize()},\n{words}"
        axes.set_title(title, fontsize=small(), loc="center")
    figure.supxlabel(f"Columns: predicted; rows: true. 0: {classes[0]}, 1: {classes[1]}",
                     fontsize=small())  # fmt: skip
    return figure


def _draw_matrix(axes: Axes, row: Mapping[str, Any] | None, classes: Sequence[str]) -> None:
    """Mean counts; the darker, the larger the share of the true class."""
    axes.set(xlim=(-0.5, 1.5), ylim=(1.5, -0.5))
    axes.spines[:].set_visible(False)
    axes.set_xticks([0, 1])
    axes.set_yticks([0, 1])
    axes.tick_params(length=0)
    axes.grid(visible=False)
    if row is None or not row["n"]:
        axes.text(0.5, 0.5, "nothing\nto show", ha="center", va="center", fontsize=small())
        return
    means = np.array([row[name] for name in COUNTS]).reshape(2, 2)
    shares = means / np.maximum(means.sum(axis=1, keepdims=True), 1)
    for (true, predicted), mean in np.ndenumerate(means):
        share, colour = shares[true, predicted], "#0072b2" if true == predicted else "#d55e00"
        corner = (predicted - 0.5, true - 0.5)
        look = {"facecolor": colour, "alpha": 0.08 + 0.5 * share, "linewidth": 0}
        axes.add_patch(Rectangle(corner, 1, 1, **look))
        text = f"{mean:.1f}\n{100 * share:.1f}%"
        axes.text(predicted, true, text, ha="center", va="center", fontsize=small())


def draw_matrices(
    groups: Sequence[FactorLevels], counts: pd.DataFrame, classes: Sequence[str]
) -> Figure:
    """A matrix for each cell and split, one below the other.

    Args:
        groups: what the cells are called by, as `factor_levels` returns them.
        counts: as `count_matrices` returns them.
        classes: their names.
    """
    titles, splits = level_names(groups), list(dict.fromkeys(counts["split"]))
    shown = [(*key, split) for key in list(titles)[:DRAWN_MATRICES] for split in splits]
    if not shown:
        return empty_figure("nothing to show")
    figure = new_figure(3.4 * len(shown))
    made = figure.subplots(len(shown), squeeze=False).ravel()
    keyed = groups_of(counts, "cell", "round", "split")
    for (cell, number, split), axes in zip(shown, made):
        _draw_classes(axes, keyed.get((cell, number, split)), classes)
        where = f"{titles[cell, number]}, round {number}"
        if len(splits) > 1:
            where += f": {SPLIT_TITLES[split]}"
        axes.set_title(where)
    figure.supxlabel("Columns: predicted; rows: true", fontsize=small())
    return figure


def _draw_classes(axes: Axes, rows: pd.DataFrame | None, classes: Sequence[str]) -> None:
    """Mean counts; the darker, the larger the share of the true class."""
    count, names = len(classes), [shortened(name, LETTERS) for name in classes]
    axes.set(xlim=(-0.5, count - 0.5), ylim=(count - 0.5, -0.5), aspect="equal")
    axes.spines[:].set_color("0.85")
    turned = 90 if max(map(len, names)) > 2 else 0
    axes.set_xticks(range(count), names, rotation=turned)
    axes.set_yticks(range(count), names)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    if rows is None or not rows["n"].iloc[0]:
        middle = (count - 1) / 2
        axes.text(middle, middle, "nothing to show", ha="center", va="center", fontsize=small())
        return
    means = rows["count"].to_numpy().reshape(count, count)
    shares = means / np.maximum(means.sum(axis=1, keepdims=True), 1)
    for (true, predicted), mean in np.ndenumerate(means):
        right, share = true == predicted, shares[true, predicted]
        # rare mistakes are to be seen as well, so their depth grows with the square root
        depth = 0.08 + 0.5 * share if right else 0.6 * np.sqrt(share)
        look = {"facecolor": "#0072b2" if right else "#d55e00", "alpha": depth, "linewidth": 0}
        axes.add_patch(Rectangle((predicted - 0.5, true - 0.5), 1, 1, **look))
        if mean and count <= NUMBERED:
            text = f"{mean:.1f}" if mean < 99.95 or count <= WORDY else f"{mean:.0f}"
            if count <= WORDY:
                text += f"\n{100 * share:.1f}%"
            size = min(1, 9 / count) * small()
            axes.text(predicted, true, text, ha="center", va="center", fontsize=size)
