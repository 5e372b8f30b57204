"""The tables, and under each how sure its differences are."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from study.analysis.disagreements import MEANINGS, warned_of
from study.analysis.metrics import METRICS, format_value, metric_title
from study.analysis.pairs import SMALL, is_below_one_sample
from study.analysis.significance import MIN_SEEDS
from study.design.study import Study
from study.design.tables import Table
from study.report import crossed
from study.report.data_table import DataTable, cell_links, split_rows
from study.report.inputs import Inputs
from study.report.pair_words import skewness_words, wins_text, zero_words
from study.report.tables import (
    at_words,
    caption,
    column_title,
    entries,
    numbered_titles,
    table_factors,
    table_metrics,
    varied_columns,
    worth_note,
)
from study.report.wording import (
    counted,
    interval_text,
    listed,
    lower_first,
    p_text,
    plain,
    upper_first,
    with_titles,
)
from study.report.worth import worth_of
from study.settings.choices import ordered_levels, parameter_title
from study.settings.level_titles import level_title
from study.store.frames import Row, read_frame, rows_of
from study.training import EPOCH_METRICS

TITLE = ""
# shown first; the others are folded away
FIRST = [name for name, metric in METRICS.items() if metric.shown and metric.split == "val"]


def context(inputs: Inputs) -> dict[str, Any]:
    """Every table of the study."""
    tables = inputs.study.tables
    titles = numbered_titles("Table", tables)
    return {
        "tables": [
            {"name": name, "heading": heading(titles[name], table)}
            | (crossed_parts if table.is_crossed else table_parts)(name, titles[name], path, inputs)
            for (name, table), path in zip(tables.items(), inputs.tables, strict=True)
        ]
    }


def heading(title: str, table: Table) -> str:
    """`Table 1: loss, round 1`, with where it is if that is not the baseline."""
    factors = lower_first(table_factors(table))
    return f"{title}: {factors}{at_words(table.changes)}, round {table.round}"


def text_columns(table: Table) -> dict[str, type]:
    """The columns of a table's file whose levels are text, also where they look like numbers."""
    return {name: str for name, level in table.rows[0].items() if isinstance(level, str)}


def crossed_parts(name: str, title: str, path: str, inputs: Inputs) -> dict[str, Any]:
    """A table of two factors, of several metrics one below the other; nothing is compared.

    Args:
        name, title: the table's name, and what it is called: `Table 1`.
        path: its CSV file.
        inputs: the page's.
    """
    study, frames, table = inputs.study, inputs.frames, inputs.study.tables[name]
    frame = read_frame(path, text_columns(table))
    metrics = table_metrics(frame)
    worth = worth_of(frames.values, table, metrics, frames.comparisons, inputs.card)
    headings, found = crossed.blocks(frame, [study.cell_seeds[cell] for cell in table.cells], worth)
    several = len(metrics) > 1
    return {
        "crossed": [
            DataTable(
                crossed.caption(table, study.design, study.cell_seeds, [metric]),
                crossed.named_columns(frame, headings),
                rows,
                title=f"{title}, {lower_first(metric_text)}" if several else title,
                text_columns=[headings[0]],
                file=f"tables/{name}.csv",
            )
            for metric, (metric_text, rows) in zip(metrics, found)
        ],
    }


def table_parts(name: str, title: str, path: str, inputs: Inputs) -> dict[str, Any]:
    """All that is said of a table of one factor; arguments as for `crossed_parts`."""
    study, frames, table = inputs.study, inputs.frames, inputs.study.tables[name]
    frame = read_frame(path, text_columns(table))
    levels, comparisons, beside, disagreements = (
        of_all[of_all["table"] == name]
        for of_all in (frames.levels, frames.comparisons, frames.beside, frames.disagreements)
    )
    warned = warned_of(disagreements)
    tested = comparisons[comparisons["refused"].isna() & (comparisons["n"] > 1)]
    cells, source = dict(zip(table.row_levels, table.cells)), published_title(study)
    specs, metrics = study.design.specs, table_metrics(frame)
    worth = worth_of(frames.values, table, metrics, comparisons, inputs.card)
    varied, columns, rows = entries(frame, [study.cell_seeds[cell] for cell in table.cells], worth)
    return {
        "crossed": [],
        "table": DataTable(
            caption(table, study.design, metrics, cell_seeds=study.cell_seeds) + worth_note(worth),
            [*varied, *map(column_title, columns)],
            [[entry.text for entry in row] for row in rows],
            bold={
                (r, c) for r, row in enumerate(rows) for c, entry in enumerate(row) if entry.best
            },
            title=title,
            text_columns=[parameter_title(column) for column in varied_columns(frame)],
            file=f"tables/{name}.csv",
            links=[
                *cell_links(cells[level] for level in ordered_levels(table.row_levels)),
                *[""] * bool(worth.simple),
            ],
        ),
        **comparison_tables(tested, table, title, study.looks, table_metrics(frame)),
        "levels": DataTable(
            "Each level's mean with its interval over seeds, and each seed's value.",
            *level_rows(levels),
            title=f"{title}, seeds",
            kind="fine seeds",
            text_columns=["Level", "Each seed"],
        ),
        "refused": [
            upper_first(with_titles(text, specs))
            for text in comparisons["refused"].dropna().unique()
        ],
        "guards": [with_titles(text, specs) for text in dict.fromkeys(tested["guard"])],
        "caveats": list(dict.fromkeys(tested["caveat"].dropna())),
        **skewed_comparisons(tested, table_metrics(frame)),
        "warnings": warned["text"].tolist(),
        "meanings": [MEANINGS[what] for what in dict.fromkeys(warned["what"])],
        "beside": DataTable(
            f"Beside {source}: its numbers as printed.",
            *beside_rows(beside, table.factor),
            title=f"{title}, published",
            kind="fine",
            text_columns=["Level"],
        )
        if len(beside)
        else None,
        "source": source,
    }


def published_title(study: Study) -> str:
    """What the published tables that a study names are called, or nothing."""
    return study.reference["title"] if study.reference else ""


def comparison_tables(
    tested: pd.DataFrame,
    table: Table,
    title: str,
    looks: Sequence[int],
    metrics: Sequence[str],
) -> dict[str, DataTable | None]:
    """The differences from the first row: on the metrics that come first, and on the others.

    Args:
        tested: the table's rows of fixed/comparisons.csv that have a test.
        table: the table.
        title: what it is called.
        looks: those that the study plans.
        metrics: those that the table shows.
    """
    headings, marked = comparison_rows(tested, metrics)
    first, others = split_rows(marked)
    against = level_title(table.factor, table.row_levels[0])
    moved = [lower_first(parameter_title(name)) for name in table.along[table.factor]]
    against += f", with {listed(moved)} changed in step" if moved else ""
    parts = {
        "comparisons": (first, "differences", f". {seeds_note(tested, looks)}"),
        "other_metrics": (others, "further differences", ": the other metrics."),
    }
    return {
        key: DataTable(
            f"Against {against}, seed by seed{note}",
            headings,
            rows,
            title=f"{title}, {what}",
            kind="fine",
            text_columns=["Comparison"],
        )
        if rows
        else None
        for key, (rows, what, note) in parts.items()
    }


def first_metrics(metrics: Sequence[str]) -> set[str]:
    """The metrics that come first; of the four of an epoch, two."""
    return {*FIRST} | {*metrics} - {*EPOCH_METRICS}


def sides_text(row: Row) -> str:
    """`CE − BCE`, of a row of fixed/comparisons.csv."""
    return " − ".join(level_title(row["factor"], row[side]) for side in ("level", "against"))


def comparison_rows(
    comparisons: pd.DataFrame, metrics: Sequence[str]
) -> tuple[list[str], list[tuple[bool, list[str]]]]:
    """The comparisons of one table: headings, and rows of text, each with whether it comes first.

    Args:
        comparisons: the table's rows of fixed/comparisons.csv, without refused ones.
        metrics: those that the table shows; of the four of an epoch, two come first.
    """
    first = first_metrics(metrics)
    headings = ["Comparison", "Metric", "Difference", "Interval, adjusted", "p, adjusted"]
    headings += ["95% over samples", "d_z", "P(A > B)", "r", "n"]
    rows = []
    for row in rows_of(comparisons):
        metric = row["metric"]
        text = [
            sides_text(row) + (f", {SMALL}" if is_below_one_sample(row) else ""),
            metric_title(metric),
            format_value(metric, row["difference"], sign=True),
            interval_text(metric, row["low_adjusted"], row["high_adjusted"]),
            p_text(row["p_holm"]),
            interval_text(metric, row["images_low"], row["images_high"]),
            plain(row["d_z"]),
            wins_text(row),
            plain(row["correlation"]),
            str(int(row["n"])),
        ]
        rows.append((metric in first, text))
    return headings, rows


def skewed_comparisons(tested: pd.DataFrame, metrics: Sequence[str]) -> dict[str, list[str]]:
    """Those whose differences are skewed, with what the bootstrap-t says; arguments as above.

    Returns:
        `skewed`, on the metrics that come first, and `skewed_others`.
    """
    shown = first_metrics(metrics)
    found: dict[str, list[str]] = {"skewed": [], "skewed_others": []}
    for row in rows_of(tested):
        if said := skewness_words(row):
            about = f"{sides_text(row)}, {lower_first(metric_title(row['metric']))}"
            key = "skewed" if row["metric"] in shown else "skewed_others"
            found[key].append(f"{about}: {said}; {zero_words(row)}")
    return found


def seeds_note(comparisons: pd.DataFrame, looks: Sequence[int]) -> str:
    """Over how many comparisons Holm's adjustment is, and whether the seeds are enough.

    Args:
        comparisons: the table's rows of fixed/comparisons.csv, without refused ones.
        looks: those that the study plans; only claims are adjusted for them.
    """
    if comparisons.empty:
        return ""
    seeds, tests = int(comparisons["n"].min()), int(comparisons.groupby("metric").size().max())
    over = f"With Holm's adjustment over {tests} comparisons." if tests > 1 else "One comparison."
    if seeds < MIN_SEEDS:
        over += (
            f" {counted(seeds, 'seed is', 'seeds are')} too few for a verdict;"
            f" {MIN_SEEDS} are needed."
        )
    if looks:
        over += (
            " The number of seeds was decided by the verdicts on claims, but nothing here is"
            " adjusted for that."
        )
    return over


def level_rows(levels: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """The levels of one table with their intervals and each seed's value.

    Args:
        levels: the table's rows of fixed/levels.csv.
    """
    headings = ["Level", "Metric", "Mean", "95% over seeds", "Each seed"]
    rows = []
    for row in rows_of(levels):
        metric = row["metric"]
        each: str = "" if pd.isna(row["values"]) else str(row["values"])
        rows.append(
            [
                level_title(row["factor"], row["level"]),
                metric_title(metric),
                format_value(metric, row["mean"]),
                interval_text(metric, row["low"], row["high"], sign=False),
                "  ".join(_seed_text(metric, text) for text in each.split()),
            ]
        )
    return headings, rows


def _seed_text(metric: str, value: str) -> str:
    """`0:0.95` -> `0: 95.00`."""
    seed, _, text = value.partition(":")
    return f"{seed}: {format_value(metric, float(text))}"


def beside_rows(beside: pd.DataFrame, factor: str) -> tuple[list[str], list[list[str]]]:
    """One table's published numbers beside ours."""
    headings = ["Level", "Metric", "As printed", "Ours", "95% for one more run of ours", "Verdict"]
    rows = [
        [
            level_title(factor, row["level"]),
            metric_title(row["metric"]),
            row["printed"],
            format_value(row["metric"], row["mean"]),
            interval_text(row["metric"], row["run_low"], row["run_high"], sign=False),
            row["verdict"],
        ]
        for row in rows_of(beside)
    ]
    return headings, rows
