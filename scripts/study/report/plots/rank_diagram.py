"""Average ranks of levels over data sets, and which do not differ (Demšar 2006, figure 1)."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from study.analysis.metrics import metric_title
from study.analysis.ranks import alike_groups
from study.report.figures.saving import COLUMN as WIDTH
from study.report.figures.saving import new_figure, small
from study.report.plots.style import COLOURS, empty_figure
from study.store.frames import rows_of

LETTERS, LETTER = 16, 0.062  # of a name's line at most, and how wide one is, in inches
BESIDE = 0.18  # between the axis and a name
AXIS, BAR, LINE = 0.72, 0.1, 0.13  # where the axis is, and the heights of a bar and a line of text
INK = "#000000"


def draw(tests: pd.DataFrame, ranks: pd.DataFrame, titles: Sequence[str]) -> Figure:
    """A panel for each metric of a table, from the best average rank on the left to the worst.

    Below the axis a bar joins levels that are no further apart than the critical difference.

    Args:
        tests: the table's rows of tests.csv, as `study.analysis.across.average_ranks` returns them.
        ranks: its rows of ranks.csv.
        titles: what its levels are called, by their place.
    """
    tests = tests.dropna(subset="critical_difference")
    if tests.empty:
        return empty_figure("too few data sets have all levels")
    panels = [
        (test, _named(ranks[ranks["metric"] == test["metric"]], titles)) for test in rows_of(tests)
    ]
    ends = _ends(panels)
    heights = [_height(named, test["critical_difference"]) for test, named in panels]
    figure = new_figure(sum(heights))
    figure.set_layout_engine("none")
    top = sum(heights)
    for (test, named), height in zip(panels, heights):
        bottom = top - height
        axes = figure.add_axes((0, bottom / sum(heights), 1, height / sum(heights)))
        axes.set(xlim=(0, WIDTH), ylim=(height, 0))  # in inches, from the top
        axes.set_axis_off()
        _draw_panel(axes, test, named, ends)
        top = bottom
    return figure


def _named(ranks: pd.DataFrame, titles: Sequence[str]) -> list[tuple[float, list[str]]]:
    """(average rank, lines of its name), the best first."""
    ordered = ranks.sort_values("rank", kind="stable")
    return [
        (rank, wrap(f"{titles[place]} ({rank:.2f})", LETTERS))
        for rank, place in zip(ordered["rank"], ordered["place"])
    ]


def _halves(named: list) -> tuple[list, list]:
    """What is named on the left, from the best on, and on the right, from the worst on."""
    middle = (len(named) + 1) // 2
    return named[:middle], named[middle:][::-1]


def _first_row(named: list, difference: float) -> float:
    groups = alike_groups([rank for rank, _ in named], difference)
    return AXIS + BAR * (len(groups) + 1) + 0.1


def _height(named: list, difference: float) -> float:
    rows = max(sum(len(lines) * LINE + 0.05 for _, lines in half) for half in _halves(named))
    return _first_row(named, difference) + rows + 0.1


def _ends(panels: list[tuple[Any, list[tuple[float, list[str]]]]]) -> tuple[float, float]:
    """Where the axes are, from left to right, in inches: between the names, as wide as fits."""
    wide = [
        max(len(line) for _, named in panels for _, lines in _halves(named)[side] for line in lines)
        for side in (0, 1)
    ]
    left, right = (LETTER * letters + BESIDE for letters in wide)
    return left, WIDTH - right


def _draw_panel(
    axes: Axes,
    test: Mapping[str, Any],
    named: list[tuple[float, list[str]]],
    ends: tuple[float, float],
) -> None:
    levels, difference = test["levels"], test["critical_difference"]
    left, right = ends

    def place(rank: float) -> float:
        return left + (right - left) * (rank - 1) / (levels - 1)

    axes.text(0.08, 0.16, metric_title(test["metric"]), va="center")
    axes.plot([left, place(1 + difference)], [0.36, 0.36], "|-", color=INK, linewidth=1)
    words = f"critical difference {difference:.2f}"
    beside = place(1 + difference) + 0.08
    if beside + LETTER * len(words) < WIDTH:
        axes.text(beside, 0.36, words, fontsize=small(), va="center")
    else:
        axes.text(WIDTH - 0.08, 0.16, words, fontsize=small(), ha="right", va="center")
    axes.plot([left, right], [AXIS, AXIS], color=INK, linewidth=1)
    every = max(1, levels // 12)
    for tick in range(1, levels + 1, every):
        axes.plot([place(tick)] * 2, [AXIS - 0.06, AXIS], color=INK, linewidth=1)
        axes.text(place(tick), AXIS - 0.08, str(tick), fontsize=small(), ha="center", va="bottom")
    groups = alike_groups([rank for rank, _ in named], difference)
    for number, (first, last) in enumerate(groups, start=1):
        bar = [place(named[first][0]) - 0.04, place(named[last][0]) + 0.04]
        axes.plot(bar, [AXIS + BAR * number] * 2, color=COLOURS[1], linewidth=3)
    for half, edge, side in zip(_halves(named), ends, ("right", "left")):
        outwards = -0.08 if side == "right" else 0.08
        top = _first_row(named, difference)
        for rank, lines in half:
            y = top + len(lines) * LINE / 2
            corner = [place(rank), place(rank), edge + outwards]
            axes.plot(corner, [AXIS, y, y], color=INK, linewidth=0.8)
            name = "\n".join(lines)
            axes.text(edge + 1.5 * outwards, y, name, fontsize=small(), ha=side, va="center")
            top += len(lines) * LINE + 0.05
