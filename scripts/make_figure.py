"""Draw one figure of the study: a cell's loss and accuracy by epoch, mean ± sd over seeds."""

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from study.averages import read_metrics
from study.files import replacing
from study.logs import log_to
from study.parameters import METRICS
from study.tables import cell_title, seed_count

# The same figure gives the same bytes: fixed ids in place of random ones, and no date.
matplotlib.rcParams["svg.hashsalt"] = "training study"
STYLES = {"train": ("Training", "#0b5fa5"), "val": ("Validation", "#c8501e")}


def collect_curves(runs: list[dict], paths: list[str], epochs: int) -> pd.DataFrame:
    """All rounds' metrics, their epochs counted on over the rounds, with each row's `round`."""
    frames = [pd.DataFrame(columns=["seed", "epoch", "round", "diverged", *METRICS], dtype=float)]
    for run, path in zip(runs, paths, strict=True):
        metrics = read_metrics(path, range(run["first"], run["last"] + 1), epochs)
        frames.append(metrics.assign(round=run["round"]))
        frames[-1]["epoch"] += (run["round"] - 1) * epochs
    return pd.concat([frame for frame in frames if len(frame)] or frames)


def over_seeds(curves: pd.DataFrame) -> pd.DataFrame:
    """Mean and sd over seeds of each metric, a row an epoch, NaN where a round is not shown.

    A seed that diverged in a round is left out of that round.
    """
    by_epoch = curves[curves["diverged"] == 0].groupby("epoch")[list(METRICS)]
    means = by_epoch.agg(["mean", "std"])
    if len(means):
        means = means.reindex(range(int(means.index.min()), int(means.index.max()) + 1))
    return means


def count_seeds(curves: pd.DataFrame, rounds: list[int], seeds: int) -> str:
    """How many seeds the curves are over, round by round where it is not all of them."""
    counts = {}
    for number in rounds:
        diverged = curves[curves["round"] == number].groupby("seed")["diverged"].first()
        counts[number] = seed_count(int((diverged == 0).sum()), int((diverged == 1).sum()), seeds)
    if len(set(counts.values())) == 1:
        text = counts[rounds[0]]
        return text if "seed" in text else f"{text} seed{'' if seeds == 1 else 's'}"
    return ", ".join(f"round {number}: {text}" for number, text in counts.items())


def draw(curves: pd.DataFrame, plan: dict) -> Figure:
    """The figure: loss on the left, accuracy in per cent on the right."""
    means = over_seeds(curves)
    rounds, epochs = plan["figure"]["rounds"], plan["epochs_per_round"]
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    panels = figure.subplots(1, 2)
    for axes, quantity, unit, scale in zip(panels, ("loss", "accuracy"), ("", " (%)"), (1, 100)):
        for split, (label, colour) in STYLES.items():
            mean = scale * means[f"{split}_{quantity}", "mean"]
            deviation = scale * means[f"{split}_{quantity}", "std"].fillna(0)
            axes.plot(mean.index, mean, color=colour, label=label, linewidth=1.5)
            axes.fill_between(
                mean.index, mean - deviation, mean + deviation, color=colour, alpha=0.2, linewidth=0
            )
        for number in rounds[1:]:
            axes.axvline((number - 1) * epochs + 0.5, color="0.6", linewidth=0.8, linestyle=":")
        axes.set_xlabel("Epoch")
        axes.set_ylabel(f"{quantity.capitalize()}{unit}")
        axes.set_xlim((rounds[0] - 1) * epochs + 0.5, rounds[-1] * epochs + 0.5)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(color="0.92")
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        if means.empty:
            axes.text(
                0.5, 0.5, "no seed to show", ha="center", va="center", transform=axes.transAxes
            )
    panels[0].set_ylim(bottom=0)
    panels[0].legend(frameon=False)
    count = count_seeds(curves, rounds, plan["seeds"])
    figure.suptitle(f"{cell_title(plan['parameters'])}\nmean ± sd over {count}", fontsize=10)
    return figure


if __name__ == "__main__":
    log_to(snakemake.log[0])
    plan = snakemake.params.plan
    curves = collect_curves(plan["runs"], snakemake.input.metrics, plan["epochs_per_round"])
    figure = draw(curves, plan)
    with replacing(snakemake.output.svg) as part:
        figure.savefig(part, format="svg", metadata={"Date": None})
    with replacing(snakemake.output.png) as part:
        figure.savefig(part, format="png", dpi=150)
