"""All cells after their last round: the averages of an epoch's metrics, and the final metrics."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from study.analysis.averages import diverged_rows
from study.analysis.epochs import scored_epoch
from study.analysis.metrics import (
    BINARY,
    CHOSEN,
    METRICS,
    SCORED,
    SCORED_SPLITS,
    SPLIT_TITLES,
    format_value,
    metric_title,
)
from study.design.cell import Cell, Design
from study.report.data_table import DataTable, cell_links
from study.report.inputs import Inputs
from study.report.tables import cell_title, mean_text, seed_count
from study.report.wording import listed, upper_first
from study.report.worth import one_samples
from study.settings.choices import ordered_levels, parameter_title
from study.settings.level_titles import level_title
from study.training import EPOCH_METRICS

TITLE = "All cells, each after its last round"
THRESHOLDED = [metric.title for metric in SCORED.values() if metric.thresholded]
SCORES = (
    "From the scores after the {epoch} epoch; shares are in per cent."
    f" {upper_first(listed(THRESHOLDED))} are at a threshold of 0.5 or, where stated, at the"
    " threshold with the highest balanced accuracy on the run's validation split; AUC is the area"
    " under the ROC curve; ECE is the expected calibration error over 10 bins of equal width of the"
    " positive class's probability."
)
SCORES_OF_SEVERAL = (
    "From the scores after the {epoch} epoch; shares are in per cent. The class with the largest"
    " probability is predicted; balanced accuracy is the share of each class that is classified"
    " correctly, averaged over the classes; AUC is the area under the ROC curve of each class"
    " against the rest, averaged over the classes; the Brier score is summed over the"
    " classes, from 0 to 2."
)
FOR_TWO = {METRICS[name].short for name in BINARY}  # headings of what is for two classes alone


def context(inputs: Inputs) -> dict[str, Any]:
    """Both tables; for the final metrics, one per split."""
    study, values = inputs.study, inputs.frames.values
    sizes = one_samples(EPOCH_METRICS, inputs.card.description if inputs.card else None)
    headings, rows = cell_table(values, study.cells, study.cell_seeds, sizes)
    splits = final_tables(values, study.cells, study.design)
    chosen = " The test split is only scored; it is not used to choose anything." * (
        len(splits) > 1
    )
    epoch = scored_epoch(
        cell.parameters.get("epoch_choice", "last") for cell in study.cells.values()
    )
    names = list(in_level_order(study.cells))
    return {
        "averages": DataTable(
            "Mean ± standard deviation over seeds. Parameters that all cells share are under"
            " Method and cost.",
            headings,
            rows,
            title="All cells",
            kind="fine",
            text_columns=[parameter_title(name) for name in differing(study.cells)],
            file="fixed/values.csv",
            links=cell_links(names),
        ),
        "splits": [
            {
                "split": SPLIT_TITLES[split],
                "table": DataTable(
                    (SCORES if FOR_TWO & {*found} else SCORES_OF_SEVERAL).format(epoch=epoch)
                    + chosen,
                    found,
                    lines,
                    title=f"Final metrics, {SPLIT_TITLES[split]} split",
                    kind="fine",
                    file="fixed/values.csv",
                    links=cell_links(names),
                ),
            }
            for split, found, lines in splits
        ],
    }


def differing(cells: Mapping[str, Cell]) -> list[str]:
    """The parameters in which cells differ."""
    first = next(iter(cells.values()), None)
    return [
        name
        for name in (first.parameters if first else {})
        if len({cell.parameters[name] for cell in cells.values()}) > 1
    ]


def in_level_order(cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """The cells, each factor's levels in their order."""
    names = differing(cells)
    keys = [ordered_levels(cell.parameters[name] for cell in cells.values()) for name in names]

    def place(item: tuple[str, Cell]) -> tuple[int, ...]:
        return tuple(key.index(item[1].parameters[name]) for key, name in zip(keys, names))

    return dict(sorted(cells.items(), key=place))


def after_last_round(values: pd.DataFrame, cells: Mapping[str, Cell]) -> pd.DataFrame:
    """The rows of each cell's last round."""
    rounds = {name: cell.rounds for name, cell in cells.items()}
    return values[values["round"] == values["cell"].map(rounds)]


def mean_and_spread(
    values: pd.DataFrame, metrics: Sequence[str]
) -> Callable[[str, str], tuple[float, float]]:
    """For a cell's name and a metric, the mean and standard deviation over seeds, or NaN."""
    groups = values.groupby("cell")[[*metrics]]
    means, spreads = groups.mean().to_dict("index"), groups.std(ddof=1).to_dict("index")
    nothing = dict.fromkeys(metrics, math.nan)
    return lambda name, metric: (
        means.get(name, nothing)[metric],
        spreads.get(name, nothing)[metric],
    )


def cell_table(
    values: pd.DataFrame,
    cells: Mapping[str, Cell],
    seeds: Mapping[str, int],
    one_sample: Mapping[str, float],
) -> tuple[list[str], list[list[str]]]:
    """Every cell after its last round, as text: headings and rows.

    Only the parameters in which the cells differ have a column.

    Args:
        values: fixed/values.csv.
        cells: name -> cell.
        seeds: name -> with how many seeds it is trained.
        one_sample: metric -> what one sample of its split adds to it, where that is known.
    """
    named = differing(cells)
    last = after_last_round(values, cells)
    whole = last[~diverged_rows(last)]
    metrics = [name for name in EPOCH_METRICS if name in values]
    headings = [*map(parameter_title, named), "Round", *map(metric_title, metrics), "Seeds"]
    found = mean_and_spread(whole, metrics)
    counts = whole.groupby("cell").size()
    diverged = last.groupby("cell").size().sub(counts, fill_value=0)
    rows = [
        [
            *(level_title(parameter, cell.parameters[parameter]) for parameter in named),
            str(cell.rounds),
            *(
                mean_text(metric, *found(name, metric), one_sample.get(metric, math.nan))
                for metric in metrics
            ),
            seed_count(int(counts.get(name, 0)), int(diverged.get(name, 0)), seeds[name]),
        ]
        for name, cell in in_level_order(cells).items()
    ]
    return headings, rows


def final_tables(
    values: pd.DataFrame, cells: Mapping[str, Cell], design: Design
) -> list[tuple[str, list[str], list[list[str]]]]:
    """(split, headings, rows): every cell's final metrics after its last round, mean ± sd.

    Args:
        values: fixed/values.csv.
        cells: name -> cell.
        design: the study's.
    """
    parts, last = [], after_last_round(values, cells)
    for split in SCORED_SPLITS:
        metrics = [f"final_{split}_{name}" for name in SCORED]
        metrics += [name for name in CHOSEN if split == "test"]
        metrics = [name for name in metrics if name in values]
        if not metrics:
            continue
        found, counts = mean_and_spread(last, metrics), last.groupby("cell")[metrics[0]].count()
        rows = [
            [
                cell_title(cell.parameters, design),
                str(cell.rounds),
                *(_short_mean(metric, *found(name, metric)) for metric in metrics),
                str(counts.get(name, 0)),
            ]
            for name, cell in in_level_order(cells).items()
        ]
        headings = ["Cell", "Round", *(METRICS[metric].short for metric in metrics), "Seeds"]
        parts.append((split, headings, rows))
    return parts


def _short_mean(metric: str, mean: float, spread: float) -> str:
    """`95.6 ± 0.9`, `0.992 ± 0.001`: shorter than elsewhere, as seven stand beside each other."""
    texts = [format_value(metric, part, less=1) for part in (mean, spread) if not pd.isna(part)]
    if spread > 0 and float(texts[-1]) == 0:
        texts[-1] = f"<{texts[-1][:-1]}1"
    return " ± ".join(texts)
