"""Figures of the kind `curves`: a cell's loss and accuracy by epoch, mean ± sd over seeds."""

import pandas as pd
from matplotlib.figure import Figure

from study.parameters import declared, listed
from study.report.figures.saving import within_percent
from study.report.tables import cell_title, describe, seed_count
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


def count_seeds(epochs: pd.DataFrame, rounds: list[int], seeds: int) -> str:
    """How many seeds the curves are over, round by round where it is not all of them."""
    counts = {}
    for round_number in rounds:
        diverged = epochs[epochs["round"] == round_number].groupby("seed")["diverged"].first()
        counts[round_number] = seed_count(
            int((diverged == 0).sum()), int((diverged == 1).sum()), seeds
        )
    if len(set(counts.values())) == 1:
        text = counts[rounds[0]]
        return text if "seed" in text else f"{text} seed{'' if seeds == 1 else 's'}"
    return ", ".join(f"round {round_number}: {text}" for round_number, text in counts.items())


def draw(figure: dict, epochs: pd.DataFrame, study: dict) -> Figure:
    """The figure: loss on the left, accuracy in per cent on the right."""
    means = mean_curves(epochs)
    rounds, per_round = figure["rounds"], study["epochs_per_round"]
    drawing = Figure(figsize=(9, 3.6), layout="constrained")
    panels = drawing.subplots(1, 2)
    for axes, quantity, unit, scale in zip(panels, ("loss", "accuracy"), ("", " (%)"), (1, 100)):
        for split, (label, colour) in STYLES.items():
            mean = scale * means[f"{split}_{quantity}", "mean"]
            deviation = scale * means[f"{split}_{quantity}", "std"].fillna(0)
            axes.plot(mean.index, mean, color=colour, label=label, linewidth=1.5)
            axes.fill_between(
                mean.index, mean - deviation, mean + deviation, color=colour, alpha=0.2, linewidth=0
            )
        for round_number in rounds[1:]:
            axes.axvline(
                (round_number - 1) * per_round + 0.5, color="0.6", linewidth=0.8, linestyle=":"
            )
        axes.set_xlabel("Epoch")
        axes.set_ylabel(f"{quantity.capitalize()}{unit}")
        axes.set_xlim((rounds[0] - 1) * per_round + 0.5, rounds[-1] * per_round + 0.5)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(color="0.92")
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        shown = [(f"{split}_{quantity}", "mean") for split in STYLES]
        if means[shown].isna().all(axis=None):
            nothing = "no seed to show" if means.empty else "not measured"
            axes.text(0.5, 0.5, nothing, ha="center", va="center", transform=axes.transAxes)
    panels[0].set_ylim(bottom=0)
    within_percent(panels[1])
    panels[0 if len(means["val_loss"].dropna()) or means.empty else 1].legend(frameon=False)
    count = count_seeds(epochs, rounds, study["cell_seeds"][figure["cell_name"]])
    parameters = {**study["baseline"], **figure["cell"]}
    drawing.suptitle(f"{cell_title(parameters, study)}\nmean ± sd over {count}", fontsize=10)
    return drawing


def caption(figure: dict, study: dict) -> str:
    """What the figure shows."""
    rounds = ", ".join(map(str, figure["rounds"]))
    parameters = listed({**study["baseline"], **figure["cell"]}, declared(study))
    return (
        f"Loss and accuracy epoch by epoch, round {rounds}; {describe(parameters)};"
        " mean ± standard deviation over seeds."
    )
