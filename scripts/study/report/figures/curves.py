"""Figures of the kind `curves`: a cell's loss and accuracy by epoch, mean ± sd over seeds."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from study.design.cell import Design, cell_parameters
from study.design.tables import Figure
from study.report.figures.saving import within_percent
from study.report.tables import cell_title, describe, seed_count
from study.settings.parameters import listed
from study.training import EPOCH_METRICS

STYLES = {"train": ("Training", "#0b5fa5"), "val": ("Validation", "#c8501e")}


def mean_curves(epochs: pd.DataFrame) -> pd.DataFrame:
    """Mean and sd over seeds of each metric, one row per epoch, NaN where a round is not shown.

    A seed that diverged in a round is left out of that round.
    """
    by_epoch = epochs[epochs["diverged"] == 0].groupby("epoch")[list(EPOCH_METRICS)]
    means = by_epoch.agg(["mean", "std"])
    if len(means):
        means = means.reindex(range(int(means.index.min()), int(means.index.max()) + 1))
    return means


def count_seeds(epochs: pd.DataFrame, rounds: Sequence[int], seeds: int) -> str:
    """How many seeds the curves are over, round by round where it is not all of them."""
    counts = {}
    for number in rounds:
        diverged = epochs[epochs["round"] == number].groupby("seed")["diverged"].first()
        counts[number] = seed_count(int((diverged == 0).sum()), int((diverged == 1).sum()), seeds)
    if len(set(counts.values())) == 1:
        text = counts[rounds[0]]
        return text if "seed" in text else f"{text} seed{'' if seeds == 1 else 's'}"
    return ", ".join(f"round {number}: {text}" for number, text in counts.items())


def draw(figure: Figure, epochs: pd.DataFrame, design: Design, seeds: int) -> Drawing:
    """The figure: loss on the left, accuracy in per cent on the right."""
    means = mean_curves(epochs)
    drawing = Drawing(figsize=(9, 3.6), layout="constrained")
    loss, accuracy = drawing.subplots(1, 2)
    _draw_panel(loss, means, "loss", 1)
    _draw_panel(accuracy, means, "accuracy", 100)
    for axes in (loss, accuracy):
        _mark_rounds(axes, figure)
    loss.set_ylim(bottom=0)
    accuracy.set_ylabel("Accuracy (%)")
    within_percent(accuracy)
    has_loss = len(means["val_loss"].dropna()) or means.empty
    (loss if has_loss else accuracy).legend(frameon=False)
    title = cell_title(cell_parameters(design, figure.changes), design)
    count = count_seeds(epochs, figure.rounds, seeds)
    drawing.suptitle(f"{title}\nmean ± sd over {count}", fontsize=10)
    return drawing


def _draw_panel(axes: Axes, means: pd.DataFrame, quantity: str, scale: float) -> None:
    """A quantity of both splits, times a scale: means and bands."""
    for split, (label, colour) in STYLES.items():
        mean = scale * means[f"{split}_{quantity}", "mean"]
        deviation = scale * means[f"{split}_{quantity}", "std"].fillna(0)
        axes.plot(mean.index, mean, color=colour, label=label, linewidth=1.5)
        axes.fill_between(
            mean.index, mean - deviation, mean + deviation, color=colour, alpha=0.2, linewidth=0
        )
    axes.set_ylabel(quantity.capitalize())
    shown = [(f"{split}_{quantity}", "mean") for split in STYLES]
    if means[shown].isna().all(axis=None):
        nothing = "no seed to show" if means.empty else "not measured"
        axes.text(0.5, 0.5, nothing, ha="center", va="center", transform=axes.transAxes)


def _mark_rounds(axes: Axes, figure: Figure) -> None:
    """The axis of epochs, with a line where a round starts."""
    for number in figure.rounds[1:]:
        start = (number - 1) * figure.epochs + 0.5
        axes.axvline(start, color="0.6", linewidth=0.8, linestyle=":")
    axes.set_xlabel("Epoch")
    axes.set_xlim(
        (figure.rounds[0] - 1) * figure.epochs + 0.5, figure.rounds[-1] * figure.epochs + 0.5
    )
    axes.locator_params("x", integer=True)
    axes.grid(color="0.92")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def caption(figure: Figure, design: Design) -> str:
    """What the figure shows."""
    rounds = ", ".join(map(str, figure.rounds))
    parameters = listed(design.baseline | figure.changes, design.specs)
    return (
        f"Loss and accuracy epoch by epoch, round {rounds}; {describe(parameters)};"
        " mean ± standard deviation over seeds."
    )
