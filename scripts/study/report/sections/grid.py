"""The effects of the factors over the whole grid."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from study.analysis.metrics import format_value, metric_title
from study.report.data_table import DataTable, split_rows
from study.report.inputs import Inputs
from study.report.pictures import picture
from study.report.wording import (
    interval_text,
    listed,
    lower_first,
    p_text,
    plain,
    upper_first,
    with_titles,
)
from study.settings.choices import ordered_levels, parameter_title
from study.settings.level_titles import level_title
from study.settings.parameters import Level
from study.store.frames import rows_of

TITLE = "Over the whole grid"
FIRST = ("val_accuracy",)
Marked = tuple[list[str], list[tuple[bool, list[str]]]]  # headings; rows, and which come first
MEANS = "Each level's mean over the whole grid, round {}."
VARIANCE = (
    "Main effects and two-way interactions: repeated-measures analysis of variance with the seed"
    " as the unit. p is corrected for unequal spread by Greenhouse and Geisser's ε and adjusted by"
    " Holm over the effects on one metric."
)


def context(inputs: Inputs) -> dict[str, Any]:
    """The marginal means, the analysis of variance and the picture of the interactions."""
    frames, study = inputs.frames, inputs.study
    refused = frames.effects["refused"].dropna().tolist()
    effects = frames.effects[frames.effects["refused"].isna()]
    grid, along = study.factorial.factors, study.factorial.along
    return {
        "left_out": study.factorial.left_out,
        "along": [
            f"{listed([parameter_title(name) for name in names])}"
            f" {'changes' if len(names) == 1 else 'change'} in step with {title}: what is said"
            f" about {title} applies to {'both' if len(names) == 1 else 'all of them'} together."
            for factor, names in along.items()
            for title in [lower_first(parameter_title(factor))]
        ],
        "refused": [upper_first(with_titles(text, study.design.specs)) for text in refused],
        "interactions": picture(inputs.drawings.interactions),
        "factors": len(grid),
        "panels": len(grid) * (len(grid) - 1) // 2 or 1,
        "means": two_tables(
            marginal_rows(frames.means, grid), MEANS.format(study.rounds), "Main effects"
        ),
        "effects": two_tables(effect_rows(effects), VARIANCE, "Analysis of variance"),
    }


def two_tables(rows: Marked, caption: str, title: str) -> list[DataTable]:
    """The table that comes first, and the one of the other metrics; none where there is nothing."""
    headings, marked = rows
    first, others = split_rows(marked)
    if not marked:
        return []
    return [
        DataTable(caption, headings, part, title=name, kind="fine", text_columns=["Level"])
        for part, name in ((first, title), (others, f"{title}, other metrics"))
    ]


def effect_rows(effects: pd.DataFrame) -> Marked:
    """The effects of the grid's factors, and which of them come first."""
    headings = ["Effect", "Metric", "F", "Degrees of freedom", "ε", "p", "p, Holm", "Partial η²"]
    rows = []
    for row in rows_of(effects):
        text = [
            " × ".join(parameter_title(name) for name in row["effect"].split(" × ")),
            metric_title(row["metric"]),
            plain(row["f_value"]),
            f"{row['df_effect']}, {row['df_error']}",
            plain(row["epsilon"]),
            p_text(row["p_value"]),
            p_text(row["p_holm"]),
            plain(row["partial_eta_squared"]),
        ]
        rows.append((row["metric"] in FIRST, text))
    return headings, rows


def marginal_rows(means: pd.DataFrame, grid: Mapping[str, Sequence[Level]]) -> Marked:
    """Each level's mean over the grid, levels in their order, and which rows come first."""
    headings = ["Factor", "Level", "Metric", "Mean", "95% over seeds"]
    headings += ["Against the baseline", "95% over seeds, difference"]
    places = {
        (factor, str(level)): place
        for factor, levels in grid.items()
        for place, level in enumerate(ordered_levels(levels))
    }
    order = {factor: place for place, factor in enumerate(grid)}
    metrics = {metric: place for place, metric in enumerate(dict.fromkeys(means["metric"]))}
    records = sorted(
        rows_of(means),
        key=lambda row: (
            metrics[row["metric"]],
            order.get(row["factor"], len(order)),
            places.get((row["factor"], row["level"]), len(places)),
        ),
    )
    rows = []
    for row in records:
        metric = row["metric"]
        text = [
            parameter_title(row["factor"]),
            level_title(row["factor"], row["level"]),
            metric_title(metric),
            format_value(metric, row["mean"]),
            interval_text(metric, row["low"], row["high"], sign=False),
            format_value(metric, row["difference"], sign=True),
            interval_text(metric, row["difference_low"], row["difference_high"]),
        ]
        rows.append((metric in FIRST, text))
    return headings, rows
