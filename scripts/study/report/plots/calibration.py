"""Calibration: how often the positive class occurs, given its predicted probability."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from study.analysis.evaluation import class_count
from study.analysis.metrics import CALIBRATION_BINS, probability
from study.design.levels import FactorLevels
from study.report.plots.style import (
    CellScores,
    Line,
    empty_figure,
    lines,
    panel_title,
    panels,
    say,
)

FEWEST = 50  # samples in a bin, to draw a share of them
TOO_FEW = f"Fewer than two bins have {FEWEST} samples"
HEIGHT = 2.1  # of a panel, in inches
Z = 1.959964  # of 95%
ASIDE = 0.012  # between levels of the same bin, in probability


@dataclass(frozen=True)
class Reliability:
    """The predictions of all seeds together, by bin of the positive class's probability; (10,)."""

    given: np.ndarray  # the mean probability in the bin; NaN in an empty one
    found: np.ndarray  # the share of positives in it
    count: np.ndarray  # how many predictions are in it
    n: int  # seeds

    @property
    def drawn(self) -> np.ndarray:
        """Which bins a seed has enough samples in, on average; (10,)."""
        return self.count >= FEWEST * self.n

    @property
    def reach(self) -> np.ndarray:
        """How far below and above `found` its 95% interval by Wilson reaches; (2, 10).

        All seeds' predictions are of the same samples, so a bin counts only those of one seed.
        """
        n, found = self.count / self.n, self.found
        with np.errstate(invalid="ignore", divide="ignore"):
            middle = (found + Z**2 / (2 * n)) / (1 + Z**2 / n)
            half = np.sqrt(found * (1 - found) / n + Z**2 / (4 * n**2)) * Z / (1 + Z**2 / n)
        return np.maximum([found - (middle - half), middle + half - found], 0)


def reliability(labels: np.ndarray, scores: np.ndarray) -> Reliability | None:
    """How often the positive class occurs, in the bins of `metrics.calibration_error`.

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
    """A panel for each factor and split: shares with intervals, without bins of few samples."""
    if any(class_count(arrays) > 2 for arrays in scores.values()):
        return empty_figure("drawn only for two classes")
    found = {
        (place, split): _measured(group, scores, split)
        for place, group in enumerate(groups)
        for split in splits
    }
    if not any(each.drawn.sum() > 1 for drawn in found.values() for each, _ in drawn):
        return empty_figure(TOO_FEW)
    figure, made = panels(groups, splits, HEIGHT)
    for (place, split), drawn in found.items():
        axes = made[place, splits.index(split), 0]
        _draw_panel(axes, drawn)
        axes.set_title(panel_title(groups[place], split, splits))
    return figure


def _measured(
    group: FactorLevels, scores: CellScores, split: str
) -> list[tuple[Reliability, Line]]:
    found = []
    for line in lines(group):
        arrays = scores.get((line.cell, group.round), {})
        if f"{split}_scores" in arrays:
            measured = reliability(arrays[f"{split}_labels"], arrays[f"{split}_scores"])
            found += [(measured, line)] if measured else []
    return found


def _draw_panel(axes: Axes, found: list[tuple[Reliability, Line]]) -> None:
    if not any(each.drawn.sum() > 1 for each, _ in found):
        say(axes, TOO_FEW)
        return
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=0.8)
    for place, ((each, line), marker) in enumerate(zip(found, "os^Dvp")):
        there, aside = each.drawn, ASIDE * (place - (len(found) - 1) / 2)
        axes.errorbar(each.given[there] + aside, each.found[there], each.reach[:, there],
                      fmt=marker, color=line.colour, label=line.label)  # fmt: skip
    axes.set(xlim=(-0.04, 1.04), ylim=(-0.04, 1.04), xticks=np.linspace(0, 1, 6))
    axes.set(xlabel="Probability of the positive class", ylabel="Share of positives")
    axes.legend(loc="upper left")
