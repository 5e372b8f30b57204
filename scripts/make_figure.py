"""Draw one figure of the study: a cell's loss and accuracy by epoch, mean ± sd over seeds."""

import sys

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from study.averages import METRICS, read_metrics
from study.files import replacing
from study.tables import cell_title, seed_count

# The same figure gives the same bytes: fixed ids in place of random ones, and no date.
matplotlib.rcParams["svg.hashsalt"] = "training study"
STYLES = {"train": ("Training", "#0b5fa5"), "val": ("Validation", "#c8501e")}


def collect_curves(runs: list[dict], paths: list[str], epochs: int) -> pd.DataFrame:
    """Mean and sd over seeds of each metric, a row an epoch, counted on over the rounds.

    Epochs of rounds that are not among the runs are rows of NaN, and a seed that diverged in one
    of them is left out of all. The frame's `attrs` hold how many seeds every epoch is over at
    least, `n`, and how many `diverged`.
    """
    frames = []
    for run, path in zip(runs, paths, strict=True):
        metrics = read_metrics(path, range(run["first"], run["last"] + 1), epochs)
        metrics["epoch"] += (run["round"] - 1) * epochs
        frames.append(metrics)
    if not frames:
        return pd.DataFrame(
            columns=pd.MultiIndex.from_product([METRICS, ["mean", "std"]]), dtype=float
        )
    metrics = pd.concat(frames)
    diverged = set(metrics.loc[metrics["diverged"], "seed"])
    whole = metrics[~metrics["seed"].isin(diverged)]
    by_epoch = whole.groupby("epoch")
    curves = by_epoch[METRICS].agg(["mean", "std"])
    if len(curves):
        curves = curves.reindex(range(curves.index.min(), curves.index.max() + 1))
    curves.attrs = {"n": by_epoch.size().min() if len(whole) else 0, "diverged": len(diverged)}
    return curves


def draw(curves: pd.DataFrame, plan: dict) -> Figure:
    """The figure: loss on the left, accuracy in per cent on the right."""
    rounds, epochs = plan["figure"]["rounds"], plan["epochs_per_round"]
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    panels = figure.subplots(1, 2)
    for axes, quantity, unit, scale in zip(panels, ("loss", "accuracy"), ("", " (%)"), (1, 100)):
        for split, (label, colour) in STYLES.items():
            mean = scale * curves[f"{split}_{quantity}", "mean"]
            deviation = scale * curves[f"{split}_{quantity}", "std"].fillna(0)
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
        if curves.empty:
            axes.text(
                0.5, 0.5, "no seed to show", ha="center", va="center", transform=axes.transAxes
            )
    panels[0].set_ylim(bottom=0)
    panels[0].legend(frameon=False)
    count = seed_count(curves.attrs.get("n", 0), curves.attrs.get("diverged", 0), plan["seeds"])
    count = count if "seeds" in count else f"{count} seeds"
    figure.suptitle(f"{cell_title(plan['parameters'])}\nmean ± sd over {count}", fontsize=10)
    return figure


if __name__ == "__main__":
    sys.stdout = sys.stderr = open(snakemake.log[0], "w", buffering=1)
    plan = snakemake.params.plan
    curves = collect_curves(plan["runs"], snakemake.input.metrics, plan["epochs_per_round"])
    figure = draw(curves, plan)
    with replacing(snakemake.output.svg) as part:
        figure.savefig(part, format="svg", metadata={"Date": None})
    with replacing(snakemake.output.png) as part:
        figure.savefig(part, format="png", dpi=150)
