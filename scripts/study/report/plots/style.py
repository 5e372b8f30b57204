"""What the pictures share: colours, panels of factors by splits, and how they are written."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from study.analysis.metrics import SPLIT_TITLES
from study.design.levels import FactorLevels
from study.report.figures.saving import as_written
from study.report.plots.names import group_name
from study.settings.choices import level_title
from study.store.files import write_text

Value = TypeVar("Value")
# (cell, round) -> its scores and labels, as `study.analysis.evaluation.cell_scores` returns them
CellScores = dict[tuple[str, int], dict[str, np.ndarray]]

# Okabe and Ito's colours, which colour-blind people tell apart; beside them the dashes differ.
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
DASHES = ["-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (5, 1.5, 1.5, 1.5)), (0, (8, 2)), (0, (3, 1))]
DRAWN_LEVELS = len(COLOURS)  # of a factor; with more, the first and the last are drawn
WIDTH = 6.2  # inches, so that 9 points are 10 pixels on a screen 500 pixels wide
# Where the screen is dark, what is black or white changes places; the colours stay.
DARK = """<style>@media screen and (prefers-color-scheme: dark) {
text, .ink { fill: #e4e8ee !important }
[style*="stroke: #000000"] { stroke: #e4e8ee !important }
[style*="fill: #ffffff"] { fill: #14181e !important }
[style*="stroke: #ebebeb"] { stroke: #333b47 !important }
}</style>"""


def write_picture(path: Path | str, figure: Figure) -> None:
    """Write an SVG file that keeps text as text, always with the same bytes for the same figure."""
    text = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        as_written(figure).savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    head, defs, rest = text.getvalue().partition("<defs>")
    write_text(path, head + DARK.replace("\n", " ") + defs + rest)


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


def panels(
    groups: Sequence[FactorLevels],
    splits: Sequence[str],
    height: float,
    parts: tuple[float, ...] = (1,),
) -> tuple[Figure, np.ndarray]:
    """A row for each factor, and in it a panel for each split; with one split, two to a row.

    Args:
        groups, splits: what there is a panel for.
        height: of a panel, in inches.
        parts: the heights of what a panel is made of, one below the other.

    Returns:
        The figure, and its axes (factors, splits, parts).
    """
    count = len(groups) * len(splits)
    across = 2 if count > 1 else 1
    down = max(1, -(-count // across))
    size = (WIDTH if across == 2 else WIDTH / 1.6, height * down)
    figure = Figure(figsize=size, layout="constrained")
    ratios = {"height_ratios": parts * down}
    made = figure.subplots(down * len(parts), across, squeeze=False, gridspec_kw=ratios)
    made = made.reshape(down, len(parts), across).swapaxes(1, 2).reshape(-1, len(parts))
    for axes in made[count:].ravel():
        axes.set_axis_off()
    return figure, made[:count].reshape(len(groups), len(splits), len(parts))


def dress(axes: Axes, title: str) -> None:
    """A panel's title on the left, a faint grid, and no box around it."""
    axes.set_title(title, fontsize=9, loc="left")
    axes.grid(color="#ebebeb", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)


def number_plainly(axis: Axis) -> None:
    """Number a logarithmic axis as all else is: 0.001, not a power of 10, which is mathematics."""
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())


def panel_title(group: FactorLevels, split: str, splits: Sequence[str]) -> str:
    """`Loss, round 3`, and where there are two splits which one it is."""
    title = group_title(group)
    return f"{title}: {SPLIT_TITLES[split]}" if len(splits) > 1 else title


def say_empty(figure: Figure, text: str) -> Figure:
    """A figure with nothing but a sentence."""
    figure.text(0.5, 0.5, text, ha="center", va="center")
    return figure
