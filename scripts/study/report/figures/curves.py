"""Figures of the kind `curves`: a cell's loss and accuracy by epoch, mean ± sd over seeds."""

from collections.abc import Sequence
from textwrap import wrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from study.design.cell import Design, cell_parameters
from study.design.tables import Figure
from study.report.figures.saving import new_figure, within_percent
from study.report.plots.style import COLOURS, name_ends
from study.report.tables import cell_title, describe, seed_count
from study.settings.parameters import listed
from study.training import EPOCH_METRICS

STYLES = {"train": ("Training", COLOURS[0]), "val": ("Validation", COLOURS[1])}
QUANTITIES = {"loss": 1, "accuracy": 100}  # each with what it is multiplied by
HEIGHT = 1.25  # of a panel, in inches
LETTERS = 52  # of a title's line


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


def draw(
    figure: Figure,
    epochs: pd.DataFrame,
    design: Design,
    seeds: int,
    beside: Sequence[pd.DataFrame] = (),
) -> Drawing:
    """The figure: loss above, accuracy in per cent below.

    Args:
        figure, epochs, design, seeds: as of any kind of figure.
        beside: the epochs of figures that it is compared with, which share its axes.
    """
    means = mean_curves(epochs)
    drawing = new_figure(2 * HEIGHT + 0.5)
    panels = drawing.subplots(2, sharex=True)
    for axes, (quantity, scale) in zip(panels, QUANTITIES.items()):
        _draw_panel(axes, means, quantity, scale)
        _mark_rounds(axes, figure)
        _share_range(axes, [means, *map(mean_curves, beside)], quantity)
        _name_lines(axes, means, quantity)
    panels[1].set(xlabel="Epoch", ylabel="Accuracy (%)")
    title = cell_title(cell_parameters(design, figure.changes), design)
    count = count_seeds(epochs, figure.rounds, seeds)
    drawing.suptitle("\n".join([*wrap(title, LETTERS), f"mean ± sd over {count}"]))
    return drawing


def _draw_panel(axes: Axes, means: pd.DataFrame, quantity: str, scale: float) -> None:
    """A quantity of both splits, times a scale: means and bands."""
    for split, (label, colour) in STYLES.items():
        mean = scale * means[f"{split}_{quantity}", "mean"]
        deviation = scale * means[f"{split}_{quantity}", "std"].fillna(0)
        axes.plot(mean.index, mean, color=colour, label=label)
        axes.fill_between(
            mean.index, mean - deviation, mean + deviation, color=colour, alpha=0.2, linewidth=0
        )
    axes.set_ylabel(quantity.capitalize())
    if means[_shown(quantity)].isna().all(axis=None):
        nothing = "no seed to show" if means.empty else "not measured"
        axes.text(0.5, 0.5, nothing, ha="center", va="center", transform=axes.transAxes)


def _shown(quantity: str) -> list[tuple[str, str]]:
    return [(f"{split}_{quantity}", "mean") for split in STYLES]


def _share_range(axes: Axes, drawn: Sequence[pd.DataFrame], quantity: str) -> None:
    """An axis that holds the means and bands of all of them; a loss starts at 0."""
    ends = []
    for means in drawn:
        for split in STYLES:
            of_split = means[f"{split}_{quantity}"]
            deviation = of_split["std"].fillna(0)
            ends += [(of_split["mean"] - deviation).min(), (of_split["mean"] + deviation).max()]
    low, high = np.nanmin([1.0, *ends]), np.nanmax([0.0, *ends])
    low = 0.0 if quantity == "loss" else low
    room, scale = 0.05 * (high - low), QUANTITIES[quantity]
    if room > 0:
        axes.set_ylim(scale * (low - room * bool(low)), scale * (high + room))
    if quantity == "accuracy":
        within_percent(axes)


def _name_lines(axes: Axes, means: pd.DataFrame, quantity: str) -> None:
    """Names at the ends of the lines that are there."""
    ends = []
    for split, (label, colour) in STYLES.items():
        values = means[f"{split}_{quantity}", "mean"].dropna()
        if len(values):
            ends.append((QUANTITIES[quantity] * values.iloc[-1], label, colour))
    name_ends(axes, ends, HEIGHT)


def _mark_rounds(axes: Axes, figure: Figure) -> None:
    """The axis of epochs, with a line where a round starts."""
    for number in figure.rounds[1:]:
        start = (number - 1) * figure.epochs + 0.5
        axes.axvline(start, color="0.6", linewidth=0.8, linestyle=":")
    axes.set_xlim(
        (figure.rounds[0] - 1) * figure.epochs + 0.5, figure.rounds[-1] * figure.epochs + 0.5
    )
    axes.locator_params("x", integer=True)


def caption(figure: Figure, design: Design) -> str:
    """What the figure shows."""
    rounds = ", ".join(map(str, figure.rounds))
    parameters = listed(design.baseline | figure.changes, design.specs)
    return (
        f"Loss and accuracy epoch by epoch, round {rounds}; {describe(parameters)};"
        " mean ± standard deviation over seeds."
    )
