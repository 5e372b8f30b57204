"""ROC curves: the mean over seeds and the band that most of them lie in.

Of more than two classes, a seed's curve is the mean of those of each class against the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from study.analysis.evaluation import whole_seeds
from study.analysis.multiclass import one_hot, probabilities
from study.design.levels import FactorLevels
from study.report.plots.style import CellScores, dress, lines, panel_title, panels

GRID = np.linspace(0, 1, 101)  # false positive rates
BAND = (2.5, 97.5)  # per cent of the seeds


@dataclass(frozen=True)
class MeanCurve:
    """The curves of several seeds, averaged vertically."""

    mean: np.ndarray  # true positive rate at each of `GRID`'s false positive rates
    low: np.ndarray  # the band's
    high: np.ndarray
    n: int  # seeds
    auc: float  # the mean of the areas under the curves
    auc_sd: float  # their standard deviation; NaN of one seed


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
    whole = scores[whole_seeds(scores)]
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
        n=len(whole),
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
    """A panel for each factor and split, with the upper left corner enlarged."""
    figure, made = panels(groups, splits, 3.3)
    for group, line in zip(groups, made):
        for split, (axes,) in zip(splits, line):
            _draw_panel(axes, group, scores, split)
            dress(axes, panel_title(group, split, splits))
            axes.set_xlabel("False positive rate", fontsize=8)
            axes.set_ylabel("True positive rate", fontsize=8)
    return figure


def _draw_panel(axes: Axes, group: FactorLevels, scores: CellScores, split: str) -> None:
    found = []
    for cell, label, colour, dash in lines(group):
        arrays = scores.get((cell, group.round), {})
        if f"{split}_scores" not in arrays:
            continue
        curve = mean_curve(arrays[f"{split}_labels"], arrays[f"{split}_scores"])
        if curve:
            found.append((curve, label, {"color": colour, "linestyle": dash}))
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=0.8)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    if not found:
        axes.text(0.5, 0.2, "nothing to show", ha="center", fontsize=8)
        return
    inset = axes.inset_axes((0.42, 0.1, 0.55, 0.55))
    for curve, label, style in found:
        deviation = "" if np.isnan(curve.auc_sd) else f" ± {curve.auc_sd:.3f}"
        text = f"{label}: AUC {curve.auc:.3f}{deviation}"
        for place in (axes, inset):
            place.fill_between(
                GRID, curve.low, curve.high, color=style["color"], alpha=0.18, linewidth=0
            )
            place.plot(GRID, curve.mean, linewidth=1.4, label=text, **style)
    inset.set(xlim=(0, 0.3), ylim=(0.7, 1.005), xticks=[0, 0.3], yticks=[0.7, 1])
    inset.tick_params(labelsize=7)
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, -0.2), frameon=False, fontsize=8, handlelength=2.6
    )
