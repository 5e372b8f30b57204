"""Confusion matrices, at a probability of 0.5 and at a threshold chosen on the validation split."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from study.analysis.metrics import SPLIT_TITLES, choose_threshold
from study.choices import level_title, parameter_title
from study.report.plots.style import WIDTH, say_empty

COUNTS = ("true_negative", "false_positive", "false_negative", "true_positive")
CONFUSION_COLUMNS = dict.fromkeys(["cell", "split", "threshold"], str)
AT_HALF, CHOSEN = "0.5", "chosen"
DRAWN_CELLS = 12


def confusion_counts(labels: np.ndarray, scores: np.ndarray, threshold: float) -> np.ndarray:
    """`COUNTS` of one seed, positive being predicted above the threshold, a logit."""
    predicted = scores.astype(float) > threshold
    return np.array([((labels == a) & (predicted == b)).sum() for a in (0, 1) for b in (0, 1)])


def count_confusions(cells: list[tuple[str, int]], scores: dict) -> pd.DataFrame:
    """`cell`, `round`, `split`, `threshold`, `n`, and mean and sd over seeds of the four counts.

    The threshold is 0.5, or `chosen` seed by seed on the validation split, where its balanced
    accuracy is highest. With a test split that is applied to the test split alone; else to the
    validation split itself, on which it looks better than it is.

    Args:
        cells: (cell, round), those of `scores` to count.
        scores: as `study.analysis.evaluation.cell_scores` returns them.
    """
    rows = []
    for cell, number in cells:
        arrays = scores.get((cell, number), {})
        splits = [split for split in ("val", "test") if f"{split}_scores" in arrays]
        for split in splits:
            kinds = [AT_HALF] if split != splits[-1] else [AT_HALF, CHOSEN]
            for kind in kinds:
                counts = _each_seed(arrays, split, kind)
                row = {"cell": cell, "round": number, "split": split, "threshold": kind}
                row["n"] = len(counts)
                for name, column in zip(COUNTS, counts.T):
                    row[name] = column.mean() if len(column) else np.nan
                    row[f"{name}_sd"] = column.std(ddof=1) if len(column) > 1 else np.nan
                rows.append(row)
    header = [*CONFUSION_COLUMNS, *(name + end for name in COUNTS for end in ("", "_sd"))]
    header[1:1], header[4:4] = ["round"], ["n"]
    return pd.DataFrame(rows, columns=header)


def _each_seed(arrays: dict, split: str, kind: str) -> np.ndarray:
    """(seeds, 4) counts, of the seeds that did not diverge and can choose a threshold."""
    counts = []
    for validation, of_seed in zip(arrays["val_scores"], arrays[f"{split}_scores"]):
        if not (np.isfinite(validation).all() and np.isfinite(of_seed).all()):
            continue
        threshold = 0.0
        if kind == CHOSEN:
            threshold = choose_threshold(arrays["val_labels"], validation)
        if not np.isnan(threshold):
            counts.append(confusion_counts(arrays[f"{split}_labels"], of_seed, threshold))
    return np.array(counts, float).reshape(-1, 4)


def column_title(split: str, kind: str) -> str:
    """`Test, threshold 0.5`."""
    what = "threshold chosen on validation" if kind == CHOSEN else "threshold 0.5"
    return f"{SPLIT_TITLES[split].capitalize()},\n{what}"


def draw(groups: list[dict], counts: pd.DataFrame, classes: list[str]) -> Figure:
    """A row for each cell, a column for each split and threshold.

    Args:
        groups: what the cells are called by, as `factor_levels` returns them.
        counts: as `count_confusions` returns them.
        classes: the negative and the positive class's name.
    """
    titles = {}
    for group in groups:
        for level, cell in zip(group["levels"] or [None], group["cells"]):
            key, name = (cell, group["round"]), "baseline"
            if level is not None:
                name = f"{parameter_title(group['factor'])} {level_title(group['factor'], level)}"
            titles[key] = [*titles.get(key, []), name]
    columns = list(dict.fromkeys(zip(counts["split"], counts["threshold"])))
    shown = list(titles)[:DRAWN_CELLS]
    if not columns or not shown:
        return say_empty(Figure(figsize=(WIDTH, 1)), "nothing to show")
    size = (2.6 + 1.8 * len(columns), 0.7 + 1.05 * len(shown))
    figure = Figure(figsize=size, layout="constrained")
    made = figure.subplots(len(shown), len(columns), squeeze=False, sharex=True, sharey=True)
    keyed = counts.set_index(["cell", "round", "split", "threshold"])
    for (cell, number), line in zip(shown, made):
        for (split, kind), axes in zip(columns, line):
            key = (cell, number, split, kind)
            _draw_matrix(axes, keyed.loc[key] if key in keyed.index else None, classes)
        name = titles[cell, number][0] if len(titles[cell, number]) == 1 else "Baseline"
        line[0].set_ylabel(
            f"{name}\nround {number}", fontsize=8, rotation=0, ha="right", va="center"
        )
    for (split, kind), axes in zip(columns, made[0]):
        axes.set_title(column_title(split, kind), fontsize=8)
    figure.supxlabel("Columns: predicted; rows: true", fontsize=8)
    return figure


def _draw_matrix(axes, row: pd.Series | None, classes: list[str]) -> None:
    """Mean counts ± sd; the darker, the larger the share of the true class."""
    axes.set(xlim=(-0.5, 1.5), ylim=(1.5, -0.5))
    axes.spines[:].set_visible(False)
    axes.set_xticks([0, 1], classes, fontsize=7)
    axes.set_yticks([0, 1], classes, fontsize=7)
    axes.tick_params(length=0)
    if row is None or not row["n"]:
        axes.text(0.5, 0.5, "nothing to show", ha="center", va="center", fontsize=7)
        return
    means = np.array([row[name] for name in COUNTS]).reshape(2, 2)
    spread = np.array([row[f"{name}_sd"] for name in COUNTS]).reshape(2, 2)
    shares = means / np.maximum(means.sum(axis=1, keepdims=True), 1)
    for (true, predicted), mean in np.ndenumerate(means):
        share, colour = shares[true, predicted], "#0072b2" if true == predicted else "#d55e00"
        corner = (predicted - 0.5, true - 0.5)
        look = {"facecolor": colour, "alpha": 0.08 + 0.5 * share, "linewidth": 0}
        axes.add_patch(Rectangle(corner, 1, 1, **look))
        deviation = spread[true, predicted]
        text = f"{mean:.1f}" + ("" if np.isnan(deviation) else f" ± {deviation:.1f}")
        axes.text(
            predicted, true, f"{text}\n{100 * share:.1f}%", ha="center", va="center", fontsize=7
        )
