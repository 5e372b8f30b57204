"""All cells after their last round: the averages of an epoch's metrics, and the final metrics."""

import math
from collections.abc import Callable

import pandas as pd

from study.analysis.averages import diverged_rows
from study.analysis.epochs import scored_epoch
from study.analysis.metrics import (
    CHOSEN,
    METRICS,
    SCORED,
    SCORED_SPLITS,
    SPLIT_TITLES,
    format_value,
    metric_title,
)
from study.choices import level_title, ordered_levels, parameter_title
from study.report.data_table import data_table
from study.report.tables import cell_title, mean_text, seed_count
from study.training import EPOCH_METRICS

TITLE = "All cells, each after its last round"
LENGTH = ("rounds", "epochs")  # what a cell has beside its parameters
SCORES = (
    "From the scores after the {epoch} epoch. Accuracy, balanced accuracy, sensitivity and"
    " specificity in per cent, at a probability of 0.5, and where it says so at the threshold with"
    " the highest balanced accuracy on the run's validation split; AUC is the area under the ROC"
    " curve; ECE the expected calibration error over 10 bins of equal width of the positive class's"
    " probability."
)
SCORES_OF_SEVERAL = (
    "From the scores after the {epoch} epoch. Accuracy in per cent, the class with the largest"
    " probability being predicted; balanced accuracy is the mean over the classes of the share of"
    " each that is predicted; AUC the mean over the classes of the area under the ROC curve of each"
    " against the rest; the Brier score is summed over the classes, from 0 to 2."
)


def context(inputs: dict) -> dict:
    """Both tables; of the final metrics one a split."""
    study, frames = inputs["study"], inputs["frames"]
    headings, rows = cell_table(frames["summary"], study["cells"], study["cell_seeds"])
    splits = evaluation_rows(frames["evaluation"], study)
    chosen = " The test split is scored, and nothing is chosen by it." * (len(splits) > 1)
    texts = differing(study["cells"])
    epoch = scored_epoch(cell.get("epoch_choice", "last") for cell in study["cells"].values())
    return {
        "averages": data_table(
            "Mean ± standard deviation over seeds. Parameters that all cells share are under"
            " Method and cost.",
            headings,
            rows,
            title="All cells",
            kind="fine",
            text_columns=[parameter_title(name) for name in texts],
            file="summary.csv",
            cells=[name for name, _ in in_level_order(study["cells"])],
        ),
        "splits": [
            {
                "split": SPLIT_TITLES[split],
                "table": data_table(
                    (SCORES if "Sensitivity" in found else SCORES_OF_SEVERAL).format(epoch=epoch)
                    + chosen,
                    found,
                    lines,
                    title=f"Final metrics, {SPLIT_TITLES[split]} split",
                    kind="fine",
                    file="evaluation.csv",
                    cells=[name for name, _ in in_level_order(study["cells"])],
                ),
            }
            for split, found, lines in splits
        ],
    }


def differing(cells: dict[str, dict]) -> list[str]:
    """The parameters in which cells differ."""
    parameters = [name for name in next(iter(cells.values()), {}) if name not in LENGTH]
    return [name for name in parameters if len({cell[name] for cell in cells.values()}) > 1]


def in_level_order(cells: dict[str, dict]) -> list[tuple[str, dict]]:
    """The cells, each factor's levels in their order."""
    keys = [ordered_levels(cell[name] for cell in cells.values()) for name in differing(cells)]
    places = {
        cell: tuple(key.index(parameters[name]) for key, name in zip(keys, differing(cells)))
        for cell, parameters in cells.items()
    }
    return sorted(cells.items(), key=lambda item: places[item[0]])


def after_last_round(frame: pd.DataFrame, cells: dict[str, dict]) -> pd.DataFrame:
    """The rows of each cell's last round."""
    rounds = {name: cell["rounds"] for name, cell in cells.items()}
    return frame[frame["round"] == frame["cell"].map(rounds)]


def mean_and_spread(frame: pd.DataFrame, metrics: list[str]) -> Callable:
    """Of a cell's name and a metric, the mean and the standard deviation over seeds, or NaN."""
    groups = frame.groupby("cell")[metrics]
    means, spreads = groups.mean().to_dict("index"), groups.std(ddof=1).to_dict("index")
    nothing = dict.fromkeys(metrics, math.nan)
    return lambda name, metric: tuple(
        values.get(name, nothing)[metric] for values in (means, spreads)
    )


def cell_table(summary: pd.DataFrame, cells: dict[str, dict], seeds: dict[str, int]) -> tuple:
    """Every cell after its last round, as text: headings and rows.

    Only the parameters in which the cells differ have a column.

    Args:
        summary: summary.csv.
        cells: name -> every training parameter.
        seeds: name -> with how many seeds it is trained.
    """
    named = differing(cells)
    last = after_last_round(summary, cells)
    whole = last[~diverged_rows(last)]
    metrics = [name for name in EPOCH_METRICS if whole[name].notna().any()] or [*EPOCH_METRICS]
    headings = [*map(parameter_title, named), "Round", *map(metric_title, metrics), "Seeds"]
    found = mean_and_spread(whole, metrics)
    counts = whole.groupby("cell").size()
    diverged = last.groupby("cell").size().sub(counts, fill_value=0)
    rows = []
    for name, cell in in_level_order(cells):
        rows.append(
            [
                *(level_title(parameter, cell[parameter]) for parameter in named),
                str(cell["rounds"]),
                *(mean_text(metric, *found(name, metric)) for metric in metrics),
                seed_count(int(counts.get(name, 0)), int(diverged.get(name, 0)), seeds[name]),
            ]
        )
    return headings, rows


def evaluation_rows(evaluation: pd.DataFrame, study: dict) -> list[tuple]:
    """(split, headings, rows): every cell's final metrics after its last round, mean ± sd.

    Args:
        evaluation: as `study.analysis.evaluation.evaluate_runs` returns it.
        study: has `cells`.
    """
    parts, cells = [], study["cells"]
    last = after_last_round(evaluation, cells)
    for split in SCORED_SPLITS:
        metrics = [f"final_{split}_{name}" for name in SCORED]
        metrics += [name for name in CHOSEN if split == "test"]
        metrics = [name for name in metrics if evaluation[name].notna().any()]
        if not metrics:
            continue
        found, counts = mean_and_spread(last, metrics), last.groupby("cell")[metrics[0]].count()
        rows = [
            [
                cell_title(cell, study),
                str(cell["rounds"]),
                *(_short_mean(metric, *found(name, metric)) for metric in metrics),
                str(counts.get(name, 0)),
            ]
            for name, cell in in_level_order(cells)
        ]
        headings = ["Cell", "Round", *(METRICS[metric].short for metric in metrics), "Seeds"]
        parts.append((split, headings, rows))
    return parts


def _short_mean(metric: str, mean: float, spread: float) -> str:
    """`95.6 ± 0.9`, `0.992 ± 0.001`: shorter than elsewhere, as seven stand beside each other."""
    parts = [mean] if pd.isna(spread) else [mean, spread]
    return " ± ".join(format_value(metric, part, less=1) for part in parts)
