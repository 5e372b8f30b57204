"""Every claim's difference with its interval, as a figure: one axis a kind of metric."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from study.analysis.expectations import bounds
from study.analysis.metrics import is_percentage, metric_title
from study.analysis.verdicts import BORDERLINE, CONTRADICTED, SUPPORTED
from study.design.claims import Claim
from study.report.claim_words import Row, drawn_interval
from study.report.figures.saving import new_figure, small
from study.report.plots.style import COLOURS, empty_figure
from study.store.frames import groups_of, rows_of

LETTERS = 62  # of a line of a sentence
LINE, MARK, AXIS = 0.125, 0.15, 0.5  # inches: a line of text, a difference, and below an axis
MARKS = {
    SUPPORTED: ("o", COLOURS[2]),
    CONTRADICTED: ("X", COLOURS[1]),
    BORDERLINE: ("D", COLOURS[4]),
}  # verdict -> its marker and its colour
OTHER = ("o", "0.5")


@dataclass(frozen=True)
class Entry:
    """A claim as the figure has it."""

    claim: Claim
    verdict: str
    lines: Sequence[str]  # of its sentence
    pairs: Sequence[Row]  # of claim_pairs.csv, without those that are not tested

    @property
    def height(self) -> float:
        """In inches."""
        return LINE * len(self.lines) + MARK * len(self.pairs) + 0.05


def metric_kind(metric: str) -> str:
    """What differences may share an axis: those in percentage points, of losses, of one metric."""
    if is_percentage(metric):
        return "Percentage points"
    return "Loss" if "loss" in metric else metric_title(metric)


def draw(claims: Mapping[str, Claim], judged: pd.DataFrame, pairs: pd.DataFrame) -> Figure:
    """The claims that have a difference, in their order.

    Args:
        claims: those that the verdicts that count are about.
        judged, pairs: their claims.csv and claim_pairs.csv.
    """
    of_claims = groups_of(pairs[pairs["n"] > 0], "claim")
    kinds: dict[str, list[Entry]] = {}
    for row in rows_of(judged):
        if (row["claim"],) in of_claims:
            text = wrap(f"{row['sentence']} ({row['verdict']})", LETTERS)
            drawn = rows_of(of_claims[row["claim"],])
            entry = Entry(claims[row["claim"]], row["verdict"], text, drawn)
            kinds.setdefault(metric_kind(row["metric"]), []).append(entry)
    if not kinds:
        return empty_figure("no claim has a difference to show")
    heights = [sum(entry.height for entry in entries) for entries in kinds.values()]
    figure = new_figure(sum(heights) + AXIS * len(kinds))
    panels = figure.subplots(len(kinds), squeeze=False, height_ratios=heights).ravel()
    for axes, (kind, entries), height in zip(panels, kinds.items(), heights):
        _draw_panel(axes, kind, entries, height)
    return figure


def _draw_panel(axes: Axes, kind: str, entries: Sequence[Entry], height: float) -> None:
    """The claims of a kind, from the top; places down the panel are in inches."""
    scale, top = 100 if kind == "Percentage points" else 1, 0.0
    axes.set(ylim=(height, 0), yticks=[], xlabel=f"Difference ({kind.lower()})")
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    for entry in entries:
        below = LINE * len(entry.lines)
        axes.text(0, top + below, "\n".join(entry.lines), fontsize=small(), va="bottom",
                  transform=axes.get_yaxis_transform())  # fmt: skip
        bottom = top + below + MARK * len(entry.pairs)
        axes.plot([0, 0], [top + below, bottom], color="0.5", linewidth=0.8)
        marker, colour = MARKS.get(entry.verdict, OTHER)
        for place, pair in enumerate(entry.pairs):
            at = top + below + MARK * (place + 0.5)
            low, high = drawn_interval(pair)
            _shade(axes, entry.claim, scale, at)
            if not pd.isna(low):
                axes.plot([scale * low, scale * high], [at, at], color=colour)
            axes.plot(scale * pair["difference"], at, marker, color=colour)
        top += entry.height


def _shade(axes: Axes, claim: Claim, scale: float, at: float) -> None:
    """The end of where a claim says that its difference lies, where that is not 0."""
    for bound in bounds(claim):
        if 0 < abs(bound) < float("inf"):
            ends = [at - MARK / 2, at + MARK / 2]
            axes.plot([scale * bound] * 2, ends, color="0.5", linestyle=":")
