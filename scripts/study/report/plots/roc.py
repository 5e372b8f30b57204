"""ROC curves: the mean over seeds and the band that most of them lie in.

Of more than two classes, a seed's curve is the mean of those of each class against the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from study.analysis.evaluation import whole_seeds
from study.analysis.interval import interval
from study.analysis.multiclass import one_hot, probabilities
from study.design.levels import FactorLevels
from study.report.plots.style import CellScores, Line, lines, panel_title, panels, say

GRID = np.linspace(0, 1, 101)  # false positive rates
BAND = (2.5, 97.5)  # per cent of the seeds
COINCIDE = 0.1  # curves that are this far apart at some rate are drawn as curves
SEEN = 0.002  # the largest difference of a seed that cannot be seen
HEIGHT = 2.3  # of a panel, in inches


@dataclass(frozen=True)
class MeanCurve:
    """The curves of several seeds, averaged vertically."""

    mean: np.ndarray  # true positive rate at each of `GRID`'s false positive rates
    low: np.ndarray  # the band's
    high: np.ndarray
    each: np.ndarray  # (seeds, rates): of each seed
    seeds: list[int]  # which of those that there are
    auc: float  # the mean of the areas under the curves
    auc_sd: float  # their standard deviation; NaN of one seed

    @property
    def n(self) -> int:
        """How many seeds."""
        return len(self.seeds)


def roc_points(labels: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """False and true positive rates of one seed at every threshold, from (0, 0) to (1, 1).

    Args:
        labels: (n,) 0 or 1, both of them.
        scores: (n,) logits of the positive class.
    """
    order = np.argsort(-scores, kind="stable")
    ordered, positive = scores[order], labels[order] == 1
    last = np.append(ordered[1:] != ordered[:-1], True)  # of those with the same score
    true = np.append(0, np.cumsum(positive)[last]) / positive.sum()
    false = np.append(0, np.cumsum(~positive)[last]) / (~positive).sum()
    return false, true


def on_grid(false: np.ndarray, true: np.ndarray) -> np.ndarray:
    """The true positive rate at each of `GRID`'s false positive rates.

    Between its points the curve runs straight; where it climbs, its upper end counts.
    """
    upper = np.append(false[1:] != false[:-1], True)
    return np.interp(GRID, false[upper], true[upper])


def mean_curve(labels: np.ndarray, scores: np.ndarray) -> MeanCurve | None:
    """The mean curve of the seeds that did not diverge.

    Args:
        labels: (n,) 0 or 1, or from 0 where there are more classes.
        scores: (seeds, n) logits, or (seeds, n, classes); a seed with one that is not finite has
            diverged.

    Returns:
        None where no seed is left, or a class has no sample.
    """
    kept = whole_seeds(scores)
    whole = scores[kept]
    count = 2 if scores.ndim == 2 else scores.shape[2]
    if not len(whole) or len(np.unique(labels)) < count:
        return None
    found = [seed_curve(labels, of_seed) for of_seed in whole]
    curves, areas = (np.array(part) for part in zip(*found))
    low, high = np.percentile(curves, BAND, axis=0)
    return MeanCurve(
        mean=curves.mean(axis=0),
        low=low,
        high=high,
        each=curves,
        seeds=np.flatnonzero(kept).tolist(),
        auc=areas.mean(),
        auc_sd=areas.std(ddof=1) if len(areas) > 1 else np.nan,
    )


def seed_curve(labels: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, float]:
    """One seed's true positive rates on `GRID`, and the area under its curve, both macro averages.

    Args:
        labels: (n,) from 0.
        scores: (n,) logits of the positive class, or (n, classes).
    """
    if scores.ndim == 1:
        points = [roc_points(labels, scores)]
    else:
        truth = one_hot(labels, scores.shape[1])
        points = [roc_points(*of_class) for of_class in zip(truth.T, probabilities(scores).T)]
    curves = [on_grid(*of_class) for of_class in points]
    areas = [np.trapezoid(true, false) for false, true in points]
    return np.mean(curves, axis=0), float(np.mean(areas))


def draw(groups: Sequence[FactorLevels], scores: CellScores, splits: Sequence[str]) -> Figure:
    """A panel for each factor and split: the curves, or where they coincide their differences."""
    figure, made = panels(groups, splits, HEIGHT)
    for group, line in zip(groups, made):
        for split, (axes,) in zip(splits, line):
            found = _curves(group, scores, split)
            # the curve that differences are taken from comes first
            found.sort(key=lambda drawn: drawn[1].cell != group.against)
            _draw_panel(axes, found)
            axes.set_title(panel_title(group, split, splits))
    return figure


def _curves(group: FactorLevels, scores: CellScores, split: str) -> list[tuple[MeanCurve, Line]]:
    found = []
    for line in lines(group):
        arrays = scores.get((line.cell, group.round), {})
        if f"{split}_scores" in arrays:
            curve = mean_curve(arrays[f"{split}_labels"], arrays[f"{split}_scores"])
            found += [(curve, line)] if curve else []
    return found


def coincide(curves: Sequence[MeanCurve]) -> bool:
    """Whether several mean curves are nowhere far apart."""
    means = np.array([curve.mean for curve in curves])
    return len(means) > 1 and bool(np.ptp(means, axis=0).max() < COINCIDE)


def differences(curve: MeanCurve, first: MeanCurve) -> np.ndarray:
    """(seeds, rates): how much higher one curve is than another, seed by seed.

    Where either lacks seeds, those do not count.
    """
    places = [
        [of.seeds.index(seed) for seed in curve.seeds if seed in first.seeds]
        for of in (curve, first)
    ]
    return curve.each[places[0]] - first.each[places[1]]


def _draw_panel(axes: Axes, found: list[tuple[MeanCurve, Line]]) -> None:
    if not found:
        say(axes, "nothing to show")
        return
    apart = not coincide([curve for curve, _ in found])
    (first, against), reach = found[0], 1.0
    if apart:
        axes.plot([0, 1], [0, 1], color="0.6", linewidth=0.8)
        axes.set(ylim=(-0.02, 1.02), ylabel="True positive rate")
    else:
        axes.axhline(0, color="0.6", linewidth=0.8)
        axes.set_ylabel(f"True positive rate\nminus that of {against.label} (points)")
        reach = _reach([differences(curve, first) for curve, _ in found])
    for curve, line in found:
        style = {"color": line.colour, "linestyle": line.dash}
        deviation = "" if np.isnan(curve.auc_sd) else f" ± {curve.auc_sd:.3f}"
        label = f"{line.label}: AUC {curve.auc:.3f}{deviation}"
        low, middle, high = curve.low, curve.mean, curve.high
        if not apart:
            low, middle, high = _over_seeds(100 * differences(curve, first))
        axes.fill_between(GRID, low, high, color=line.colour, alpha=0.18, linewidth=0)
        axes.plot(GRID, middle, label=label, **style)
    axes.set(xlim=(-0.01 * reach, 1.01 * reach), xlabel="False positive rate")
    outside = {"loc": "upper left", "bbox_to_anchor": (0, -0.3)}
    axes.legend(**({"loc": "lower right"} if apart else outside), handlelength=2.6)


def _over_seeds(found: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The 95% interval of the mean over seeds at each rate, and the mean between its ends."""
    _, mean, _, low, high = np.array([interval(column) for column in found.T]).T
    return low, mean, high


def _reach(found: Sequence[np.ndarray]) -> float:
    """Up to which rate curves differ at all, in tenths."""
    differ = np.any([np.abs(each).max(axis=0, initial=0) > SEEN for each in found], axis=0)
    last = GRID[differ].max() if differ.any() else 1.0
    return float(np.ceil(10 * last - 1e-9) / 10)
