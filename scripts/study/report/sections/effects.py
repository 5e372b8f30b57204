"""What each factor does: a panel a factor, its levels with their differences from the first."""

from typing import Any

import pandas as pd

from study.analysis.factor_effects import Effect, factor_effects, read_by
from study.analysis.metrics import is_percentage
from study.report.amounts import amount, step_of
from study.report.headline import what_words
from study.report.inputs import Inputs
from study.report.sections.first_screen import difference_text, find, one_sample
from study.report.strips import Axis, axis_of, strip
from study.report.tables import at_words, numbered_titles, table_factors
from study.report.wording import upper_first
from study.settings.choices import level_title, ordered_levels

TITLE = ""


def context(inputs: Inputs) -> dict[str, Any] | None:
    """The panels; None where nothing is compared."""
    study, frames = inputs.study, inputs.frames
    effects = factor_effects(study.tables, frames.primary_comparisons)
    if not effects:
        return None
    found, metrics = find(inputs), read_by(frames.primary_comparisons)
    steps = {
        effect.metric: part.step
        for part in (found.validation, found.test)
        for effect in part.effects
    }
    axis = axis_of(
        [value for e in effects for value in (e.low, e.high, e.difference)],
        is_percentage(metrics[0]),
    )
    titles = numbered_titles("Table", study.tables)
    return {
        "axis": axis,
        "unit": upper_first(what_words(metrics[0])),
        "percent": is_percentage(metrics[0]),
        "has_test": bool(found.test.effects),
        "panels": [
            {
                "title": upper_first(table_factors(study.tables[name])),
                "where": f"round {study.tables[name].round}{at_words(study.tables[name].changes)}",
                "table": titles[name],
                "rows": panel_rows(inputs, name, effects, axis, steps),
            }
            for name in dict.fromkeys(effect.table for effect in effects)
        ],
    }


def panel_rows(
    inputs: Inputs, name: str, effects: list[Effect], axis: Axis, steps: dict[str, float]
) -> list[dict[str, Any]]:
    """The levels of a table, each with its means and its difference from the first.

    Args:
        inputs: the page's.
        name: of the table.
        effects: all that are drawn.
        axis: that all panels share.
        steps: metric -> the smallest step that is shown of its differences.
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
                    for metric in steps
                ],
                "marks": [
                    {
                        "kind": kind,
                        "strip": strip(axis, effect.difference, effect.low, effect.high),
                        "words": difference_text(effect, steps[metric]),
                    }
                    for metric, kind in zip(steps, ("validation", "test"))
                    if (effect := drawn.get(metric))
                ],
            }
        )
    return rows


def level_words(row: Any, size: float) -> str:
    """`95.6 ± 0.9`, – for nothing."""
    if row is None or pd.isna(row.mean):
        return "–"
    step = step_of(row.metric, row.sd, size)
    text = amount(row.metric, row.mean, step)
    return text if pd.isna(row.sd) else f"{text} ± {amount(row.metric, row.sd, step)}"
