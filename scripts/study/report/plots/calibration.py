"""Calibration: how often the positive class is there, where a probability of it was given."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from study.analysis.evaluation import class_count
from study.analysis.metrics import CALIBRATION_BINS, probability
from study.design.levels import FactorLevels
from study.report.plots.style import (
    WIDTH,
    CellScores,
    dress,
    lines,
    number_plainly,
    panel_title,
    panels,
    say_empty,
)

FEWEST = 10  # predictions in a bin, of all seeds together, to draw a share of them


@dataclass(frozen=True)
class Reliability:
    """The predictions of all seeds together, by bin of the positive class's probability; (10,)."""

    given: np.ndarray  # the mean probability in the bin; NaN in an empty one
    found: np.ndarray  # the share of positives in it
    count: np.ndarray  # how many predictions are in it
    n: int  # seeds


def reliability(labels: np.ndarray, scores: np.ndarray) -> Reliability | None:
    """How often the positive class is there, in the bins of `metrics.calibration_error`.

    Args:
        labels: (n,) 0 or 1.
        scores: (seeds, n) logits; a seed with one that is not finite has diverged.

    Returns:
        None where no seed is left.
    """
    whole = scores[np.isfinite(scores).all(axis=1)]
    if not whole.size:
        return None
    probabilities = probability(whole).ravel()
    positives = np.tile(labels, len(whole))
    bins = np.minimum((probabilities * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    sums = [
        np.bincount(bins, weights, minlength=CALIBRATION_BINS)
        for weights in (probabilities, positives, None)
    ]
    with np.errstate(invalid="ignore"):
        given, found = sums[0] / sums[2], sums[1] / sums[2]
    return Reliability(given, found, sums[2], len(whole))


def draw(groups: Sequence[FactorLevels], scores: CellScores, splits: Sequence[str]) -> Figure:
    """A panel for each factor and split; below each the bins' counts."""
    if any(class_count(arrays) > 2 for arrays in scores.values()):
        return say_empty(Figure(figsize=(WIDTH, 0.5)), "drawn for two classes alone")
    figure, made = panels(groups, splits, 3.9, (3, 1))
    for group, line in zip(groups, made):
        for split, (axes, counts) in zip(splits, line):
            _draw_panel(axes, counts, group, scores, split)
            dress(axes, panel_title(group, split, splits))
            dress(counts, "")
            axes.set_xticklabels([])
            axes.set_ylabel("Share of positives", fontsize=8)
            counts.set_ylabel("Samples", fontsize=8)
            counts.set_xlabel("Probability of the positive class", fontsize=8)
    return figure


def _draw_panel(
    axes: Axes, counts: Axes, group: FactorLevels, scores: CellScores, split: str
) -> None:
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=0.8)
    for place in (axes, counts):
        place.set(xlim=(-0.02, 1.02), xticks=np.linspace(0, 1, 6))
    axes.set(ylim=(-0.02, 1.02))
    edges = np.linspace(0, 1, CALIBRATION_BINS + 1)
    drawn = False
    for (cell, label, colour, dash), marker in zip(lines(group), "os^Dvp"):
        arrays = scores.get((cell, group.round), {})
        if f"{split}_scores" not in arrays:
            continue
        found = reliability(arrays[f"{split}_labels"], arrays[f"{split}_scores"])
        if found is None:
            continue
        there = found.count >= FEWEST
        style = {"color": colour, "linestyle": dash, "linewidth": 1.3, "label": label}
        axes.plot(found.given[there], found.found[there], marker=marker, markersize=3.5, **style)
        counts.stairs(np.maximum(found.count / found.n, 1e-9), edges, **style)
        drawn = True
    if not drawn:
        axes.text(0.5, 0.2, "nothing to show", ha="center", fontsize=8)
        return
    counts.set_yscale("log")
    number_plainly(counts.yaxis)
    counts.set_ylim(bottom=0.1)
    axes.legend(loc="upper left", frameon=False, fontsize=8, handlelength=2.6)
