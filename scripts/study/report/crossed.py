"""Tables of two factors: the rows are the levels of one, the columns those of the other.

A table's frame has a row per cell, like that of any table; here it is laid out. Each of several
metrics has a block.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from study.analysis.metrics import metric_title
from study.design.cell import Design
from study.design.tables import Table
from study.report.budget_words import budget_note
from study.report.latex import (
    column_blocks,
    latex,
    latex_float,
    latex_line,
    spanning,
    text_width,
)
from study.report.tables import (
    NO_WORTH,
    average_words,
    describe,
    factor_title,
    final_note,
    held_parameters,
    markdown_lines,
    mean_text,
    seed_count,
    seed_range,
    table_metrics,
)
from study.report.wording import listed, lower_first
from study.report.worth import Worth
from study.settings.choices import CHOICES, ordered_levels, parameter_title
from study.settings.level_titles import level_title
from study.store.frames import rows_of


def caption(
    table: Table,
    design: Design,
    cell_seeds: Mapping[str, int],
    metrics: Sequence[str],
    dataset: str = "",
) -> str:
    """The table's own caption, or a sentence that says what it shows.

    Args:
        table: of two factors.
        design: the study's.
        cell_seeds: with how many seeds each cell is trained.
        metrics: those that it shows.
        dataset: what the data set is called, or nothing.
    """
    if table.caption:
        return table.caption
    first, second = (lower_first(factor_title(name, table.along[name])) for name in table.vary)
    titles = [metric_title(metric) for metric in metrics]
    shown = listed([titles[0], *map(lower_first, titles[1:])])
    count = math.prod(len(table.levels[name]) for name in table.vary)
    others = describe(held_parameters(table, design))
    return (
        f"{shown}{f' on {dataset}' * bool(dataset)} by {first} (rows) and {second} (columns),"
        f" round {table.round}; {others}; {average_words(table, design, metrics)}"
        f"mean ± standard deviation over {seed_range(cell_seeds, table.cells)}."
        + budget_note(table, design)
        + final_note(table, design, metrics)
        + " A – marks a cell that the design leaves out." * (len(table.rows) < count)
    )


def blocks(
    frame: pd.DataFrame, seeds: int | list[int], worth: Worth = NO_WORTH
) -> tuple[list[str], list[tuple[str, list[list[str]]]]]:
    """The table as people read it: the rows' factor and the columns' levels, and a block a metric.

    Args:
        frame: as `study.report.tables.make_table` returns it, the two factors in front.
        seeds: how many each cell has, if it is complete; all, or each row of the frame.
        worth: how exact its numbers are; nothing is compared, so that none is the best.

    Returns:
        Headings; and for each metric its title and its rows of text.
    """
    frame = frame.assign(seeds=seeds)
    down, across = frame.columns[:2]
    rows, columns = (ordered_levels(frame[factor].tolist()) for factor in (down, across))
    cells = {(row[down], row[across]): row for row in rows_of(frame)}
    found = []
    for metric in table_metrics(frame):
        one = worth.one_sample.get(metric, math.nan)
        lines = [
            [level_title(down, row)]
            + [_text(cells.get((row, column)), metric, one) for column in columns]
            for row in rows
        ]
        found.append((metric_title(metric), lines))
    return [parameter_title(down), *(level_title(across, column) for column in columns)], found


def _text(row: Mapping[str, Any] | None, metric: str, one_sample: float) -> str:
    """A cell's mean ± sd, and how many seeds that is over where it is not all of them."""
    if row is None:
        return "–"
    text = mean_text(metric, row[metric], row[f"{metric}_sd"], one_sample)
    whole = row["n"] == row["seeds"]
    return text if whole else f"{text} ({seed_count(row['n'], row['diverged'], row['seeds'])})"


def named_columns(frame: pd.DataFrame, headings: list[str]) -> list[str]:
    """Headings that say what they are levels of where that is not clear: `Batch size 16`."""
    across = frame.columns[1]
    named = "" if across in CHOICES else f"{parameter_title(across)} "
    return [headings[0], *(f"{named}{heading}" for heading in headings[1:])]


def to_markdown(
    frame: pd.DataFrame, seeds: int | list[int], text: str, worth: Worth = NO_WORTH
) -> str:
    """The table in GitHub's Markdown, several metrics one below the other, then the caption."""
    headings, found = blocks(frame, seeds, worth)
    lines = []
    for title, rows in found:
        lines += [f"**{title}**", ""] if len(found) > 1 else []
        lines += [*markdown_lines(named_columns(frame, headings), rows), ""]
    return "\n".join([*lines, text, ""])


def to_latex(
    frame: pd.DataFrame, seeds: int | list[int], text: str, label: str, worth: Worth = NO_WORTH
) -> str:
    """The table as a LaTeX float that fits a column of 85 mm, for a document that uses booktabs.

    Where not all levels fit beside each other, some are below the others.
    """
    headings, found = blocks(frame, seeds, worth)
    lines = [row for _, rows in found for row in rows]
    widths = [text_width(column) for column in zip(headings, *lines)]
    parts = column_blocks(widths[:1], widths[1:])
    width = 1 + max(map(len, parts))
    across = latex(parameter_title(frame.columns[1]))
    head = [
        rf"& \multicolumn{{{width - 1}}}{{c}}{{{across}}} \\",
        rf"\cmidrule(l){{2-{width}}}",
    ]
    body: list[str] = []
    for part in parts:
        places = [0, *(1 + place for place in part)]
        body += [r"\midrule"] if body else []
        body += [latex_line(headings[place] for place in places), r"\midrule"]
        for title, rows in found:
            body += [spanning(title, width)] if len(found) > 1 else []
            body += [latex_line(row[place] for place in places) for row in rows]
    return latex_float([*head, body[0]], body[2:], "l" + "r" * (width - 1), text, label)
