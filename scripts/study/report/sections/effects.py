"""What each factor does: a panel a factor, its levels with their differences from the first."""

from typing import Any

import pandas as pd

from study.analysis.factor_effects import Effect, factor_effects, read_by
from study.analysis.metrics import is_percentage
from study.report.axis import Axis, limited_axis
from study.report.headline import what_words
from study.report.inputs import Inputs
from study.report.rounding import mean_and_spread
from study.report.sections.first_screen import effect_strip, effect_text, interval_of, one_sample
from study.report.tables import at_words, numbered_titles, table_factors
from study.report.wording import upper_first
from study.settings.choices import ordered_levels
from study.settings.level_titles import level_title

TITLE = ""


def context(inputs: Inputs) -> dict[str, Any] | None:
    """The panels; None where nothing is compared."""
    study, frames = inputs.study, inputs.frames
    effects = factor_effects(study.tables, frames.primary_comparisons)
    if not effects:
        return None
    metrics = [name for name in read_by(frames.primary_comparisons) if name]
    axis = limited_axis(map(interval_of, effects), is_percentage(metrics[0]))
    titles = numbered_titles("Table", study.tables)
    return {
        "axis": axis,
        "unit": upper_first(what_words(metrics[0])),
        "percent": is_percentage(metrics[0]),
        "has_test": len(metrics) > 1,
        "panels": [
            {
                "title": upper_first(table_factors(study.tables[name])),
                "where": f"round {study.tables[name].round}{at_words(study.tables[name].changes)}",
                "table": titles[name],
                "rows": panel_rows(inputs, name, effects, axis, metrics),
            }
            for name in dict.fromkeys(effect.table for effect in effects)
        ],
    }


def panel_rows(
    inputs: Inputs, name: str, effects: list[Effect], axis: Axis, metrics: list[str]
) -> list[dict[str, Any]]:
    """The levels of a table, each with its means and its difference from the first.

    Args:
        inputs: the page's.
        name: of the table.
        effects: all that are drawn.
        axis: that all panels share.
        metrics: those of the panels, on validation and on test.
    """
    levels, table = inputs.frames.primary_levels, inputs.study.tables[name]
    levels = levels[levels["table"] == name]
    rows = []
    for level in ordered_levels(table.row_levels):
        of_level = {
            row.metric: row
            for row in levels[levels["level"].astype(str) == str(level)].itertuples()
        }
        drawn = {
            effect.metric: effect
            for effect in effects
            if effect.table == name and str(effect.level) == str(level)
        }
        rows.append(
            {
                "level": level_title(table.factor, level),
                "means": [
                    level_words(of_level.get(metric), one_sample(inputs, metric))
                    for metric in metrics
                ],
                "marks": [
                    {
                        "kind": kind,
                        "strip": effect_strip(axis, effect),
                        "words": effect_text(effect),
                    }
                    for metric, kind in zip(metrics, ("validation", "test"))
                    if (effect := drawn.get(metric))
                ],
            }
        )
    return rows


def level_words(row: Any, size: float) -> str:
    """`95.6 ± 0.9`, – for nothing."""
    if row is None or pd.isna(row.mean):
        return "–"
    text, spread = mean_and_spread(row.metric, row.mean, row.sd, size)
    return f"{text} ± {spread}" if spread else text
