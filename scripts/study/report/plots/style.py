"""What the pictures share: colours, panels of factors by splits, and how they are written."""

import io
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from study.analysis.metrics import SPLIT_TITLES
from study.choices import level_title
from study.files import write_text
from study.report.figures.saving import as_written
from study.report.plots.names import group_name

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


def picked(values: list) -> list:
    """All of a factor's values, or the first and the last of many."""
    if len(values) <= DRAWN_LEVELS:
        return values
    places = np.linspace(0, len(values) - 1, DRAWN_LEVELS).round().astype(int)
    return [values[place] for place in places]


def lines(group: dict) -> list[tuple[str, str, str, object]]:
    """(cell, label, colour, dash) of each level that is drawn."""
    factor, cells = group["factor"], picked(group["cells"])
    labels = [level_title(factor, level) for level in picked(group["levels"])] or ["baseline"]
    return list(zip(cells, labels, COLOURS, DASHES))


def group_title(group: dict) -> str:
    """The factor, with the round that is shown: `Batch size, round 3`."""
    return f"{group_name(group)}, round {group['round']}"


def panels(
    groups: list[dict], splits: list[str], height: float, parts: tuple[float, ...] = (1,)
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


def panel_title(group: dict, split: str, splits: list[str]) -> str:
    """`Loss, round 3`, and where there are two splits which one it is."""
    title = group_title(group)
    return f"{title}: {SPLIT_TITLES[split]}" if len(splits) > 1 else title


def say_empty(figure: Figure, text: str) -> Figure:
    """A figure with nothing but a sentence."""
    figure.text(0.5, 0.5, text, ha="center", va="center")
    return figure
