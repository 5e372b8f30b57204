"""What the pictures share: colours, panels of factors by splits, and names at lines' ends."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from study.analysis.metrics import SPLIT_TITLES
from study.design.levels import FactorLevels
from study.report.figures.saving import new_figure, small
from study.report.plots.names import group_name
from study.settings.level_titles import level_title, number_text

Value = TypeVar("Value")
# (cell, round) -> its scores and labels, as `study.analysis.evaluation.cell_scores` returns them
CellScores = dict[tuple[str, int], dict[str, np.ndarray]]

# Okabe and Ito's colours, which colour-blind people tell apart; beside them the dashes differ.
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
DASHES = ["-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (5, 1.5, 1.5, 1.5)), (0, (8, 2)), (0, (3, 1))]
DRAWN_LEVELS = len(COLOURS)  # of a factor; with more, the first and the last are drawn
ONE_ACROSS = 8  # panels, up to which they stand one below the other
PAPER_SMALL = 7  # points of small text in a paper's column
STEPS = 100  # in which names are moved apart
NAME = 1.2  # lines that a name at a line's end has at least


def picked(values: list[Value]) -> list[Value]:
    """All of a factor's values, or of many the first, the last and some between."""
    if len(values) <= DRAWN_LEVELS:
        return values
    places = np.linspace(0, len(values) - 1, DRAWN_LEVELS).round().astype(int)
    return [values[place] for place in places]


class Line(NamedTuple):
    """How a level is drawn."""

    cell: str
    label: str
    colour: str
    dash: Any  # as matplotlib takes it


def lines(group: FactorLevels) -> list[Line]:
    """How each level is drawn, of those that are."""
    cells = picked(group.cells)
    return [Line(*parts) for parts in zip(cells, level_labels(group), COLOURS, DASHES)]


def level_labels(group: FactorLevels, every: bool = False) -> list[str]:
    """What the levels that are drawn are called, or every level."""
    if group.factor is None:
        return ["baseline"]
    levels = group.levels if every else picked(group.levels)
    return [level_title(group.factor, level) for level in levels]


def group_title(group: FactorLevels) -> str:
    """The factor, with the round that is shown: `Batch size, round 3`."""
    return f"{group_name(group)}, round {group.round}"


def stacked(
    count: int, height: float, parts: tuple[float, ...] = (1,)
) -> tuple[Figure, np.ndarray]:
    """A figure of panels one below the other; of many, two to a row and an odd last one over both.

    Args:
        count: how many.
        height: of a panel in a paper's column, in inches.
        parts: the heights of what a panel is made of, one below the other.

    Returns:
        The figure, and its axes (count, parts).
    """
    across = 1 if count <= ONE_ACROSS else 2
    down = max(1, -(-count // across))
    figure = new_figure(height * down)
    grid = figure.add_gridspec(down * len(parts), across, height_ratios=parts * down)
    made = np.empty((count, len(parts)), dtype=object)
    for panel, part in np.ndindex(made.shape):
        alone = panel == count - 1 and count % across
        place = slice(None) if alone else panel % across
        made[panel, part] = figure.add_subplot(grid[panel // across * len(parts) + part, place])
    return figure, made


def panels(
    groups: Sequence[FactorLevels],
    splits: Sequence[str],
    height: float,
    parts: tuple[float, ...] = (1,),
) -> tuple[Figure, np.ndarray]:
    """A panel for each factor and split, one below the other.

    Args:
        groups, splits: what there is a panel for.
        height, parts: as for `stacked`.

    Returns:
        The figure, and its axes (factors, splits, parts).
    """
    figure, made = stacked(len(groups) * len(splits), height, parts)
    return figure, made.reshape(len(groups), len(splits), len(parts))


def name_ends(axes: Axes, names: Sequence[tuple[float, str, str]], height: float) -> None:
    """Write the names of lines at their right ends, apart where the lines end together.

    Args:
        axes: with its final range.
        names: of each line where it ends, as the axis has it, its name and its colour.
        height: of the axes in a paper's column, in inches.
    """
    low, high = axes.get_ylim()
    apart = NAME * PAPER_SMALL / (72 * height)
    ordered = sorted(names)
    placed = [min(max((end - low) / (high - low), 0), 1) for end, _, _ in ordered]
    for _ in range(STEPS):  # neighbours that are too close move apart, both by as much
        for lower, upper in pairwise(range(len(placed))):
            missing = max(0.0, apart - (placed[upper] - placed[lower]))
            placed[lower] -= missing / 2
            placed[upper] += missing / 2
        if placed:
            placed[-1] = min(placed[-1], 1)
    for place, (_, name, colour) in zip(placed, ordered):
        axes.text(1.02, place, name, color=colour, fontsize=small(), va="center",
                  transform=axes.transAxes)  # fmt: skip


def share_range(column: np.ndarray) -> None:
    """One range for all panels that show something, so that they can be compared."""
    drawn = [axes for axes in column if len(axes.lines)]
    if drawn:
        low = min(axes.dataLim.y0 for axes in drawn)
        high = max(axes.dataLim.y1 for axes in drawn)
        room = 0.05 * (high - low)
        for axes in drawn:
            if room > 0:
                axes.set_ylim(low - room, high + room)


def say(axes: Axes, text: str) -> None:
    """A panel with nothing but a sentence."""
    axes.set_axis_off()
    axes.text(0, 0.5, text, fontsize=small(), va="center", transform=axes.transAxes)


def number_plainly(axis: Axis) -> None:
    """Number a logarithmic axis as all else is: 0.001, not a power of 10, which is mathematics."""
    axis.set_major_formatter(lambda value, _: number_text(value))
    axis.set_minor_formatter(NullFormatter())


def panel_title(group: FactorLevels, split: str, splits: Sequence[str]) -> str:
    """`Loss, round 3`, and where there are two splits which one it is."""
    title = group_title(group)
    return f"{title}: {SPLIT_TITLES[split]}" if len(splits) > 1 else title


def empty_figure(text: str) -> Figure:
    """A figure with nothing but a sentence."""
    figure = new_figure(0.4)
    figure.text(0.5, 0.5, text, ha="center", va="center", fontsize=small())
    return figure
