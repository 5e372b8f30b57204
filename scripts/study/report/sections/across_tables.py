"""The levels of each table on all data sets, their average ranks, and whether these differ."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from study.analysis.across import by_dataset
from study.analysis.few_datasets import smallest_p
from study.analysis.metrics import metric_title
from study.analysis.significance import ALPHA
from study.design.tables import Table
from study.report.across_inputs import AcrossInputs
from study.report.data_table import DataTable
from study.report.pictures import picture
from study.report.sections.tables import heading
from study.report.tables import mean_text, numbered_titles, seed_count, table_factors
from study.report.wording import counted, p_text, plain
from study.report.worth import one_samples
from study.settings.choices import ordered_levels
from study.settings.level_titles import level_title
from study.store.frames import Row, rows_of

TITLE = ""


def context(inputs: AcrossInputs) -> dict[str, Any]:
    """Every table with a part for each metric."""
    frames, titles = inputs.frames, numbered_titles("Table", inputs.tables)
    tables = []
    for name, table in inputs.tables.items():
        levels, ranks, tests = (
            of_all[of_all["table"] == name]
            for of_all in (frames.levels, frames.ranks, frames.tests)
        )
        diagram = inputs.diagrams.get(name)
        tables.append(
            {
                "name": name,
                "heading": heading(titles[name], table),
                "parts": [
                    table_part(table, titles[name], inputs, *of_metric)
                    for of_metric in by_metric(levels, ranks, tests)
                ],
                "diagram": picture(diagram) if diagram else "",
            }
        )
    return {"tables": tables, "alpha": f"{100 * ALPHA:.0f}%"}


def by_metric(
    levels: pd.DataFrame, ranks: pd.DataFrame, tests: pd.DataFrame
) -> list[tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]]:
    """The rows of each frame that are about one metric, metric by metric."""
    return [
        (of_metric, ranks[ranks["metric"] == metric], tests[tests["metric"] == metric])
        for metric, of_metric in levels.groupby("metric", sort=False)
    ]


def table_part(
    table: Table,
    title: str,
    inputs: AcrossInputs,
    levels: pd.DataFrame,
    ranks: pd.DataFrame,
    tests: pd.DataFrame,
) -> dict[str, Any]:
    """One metric of a table: data set by level, and what its ranks say.

    Args:
        table: the table.
        title: what it is called.
        inputs: the page's.
        levels, ranks, tests: the rows of `AcrossFrames` that are about the table and the metric.
    """
    titles, metric = level_titles(table), levels["metric"].iloc[0]
    texts = [level_text(row, inputs) for row in rows_of(levels)]
    order = shown_order(table)
    wide = by_dataset(levels.assign(text=texts), "text")[order]
    rows = [[dataset, *of_dataset] for dataset, of_dataset in zip(wide.index, wide.to_numpy())]
    if len(ranks):
        averages = ranks.set_index("place")["rank"].reindex(order)
        rows.append(["Average rank", *map(plain, averages)])
    ranked = " The best level of a data set has rank 1." if len(ranks) else ""
    return {
        "table": DataTable(
            f"{metric_title(metric)} by {table_factors(table).lower()};"
            f" mean ± standard deviation over seeds.{ranked}",
            ["Data set", *(titles[place] for place in order)],
            rows,
            title=title,
            text_columns=["Data set"],
            file="levels.csv",
        ),
        "words": [
            rank_words(test, ranks.set_index("place")["rank"], titles) for test in rows_of(tests)
        ],
    }


def level_titles(table: Table) -> list[str]:
    """What the rows of a table are called: `16`, or of two factors `CE, 16`."""
    return [
        ", ".join(level_title(factor, row[factor]) for factor in table.vary) for row in table.rows
    ]


def shown_order(table: Table) -> list[int]:
    """The places of a table's rows as they are shown: of numbers, the smallest first."""
    if table.is_crossed:
        return list(range(len(table.rows)))
    levels = table.row_levels
    return [levels.index(level) for level in ordered_levels(levels)]


def level_text(row: Row, inputs: AcrossInputs) -> str:
    """`94.9 ± 0.2`, with its seeds where they are not all.

    Args:
        row: of levels.csv.
        inputs: the page's.
    """
    metric, n = row["metric"], row["n"]
    known = one_samples([metric], inputs.descriptions.get(row["dataset"]))
    text = mean_text(metric, row["mean"], row["sd"], known.get(metric, math.nan))
    whole = n == inputs.seeds or text == "–"
    return text if whole else f"{text} ({seed_count(n, row['diverged'], inputs.seeds)})"


def rank_words(test: Mapping[str, Any], ranks: pd.Series, titles: Sequence[str]) -> str:
    """What the ranks of one metric say, in sentences.

    Args:
        test: a row of tests.csv.
        ranks: the average rank of each level.
        titles: what the levels are called.
    """
    datasets, levels, needed = test["datasets"], test["levels"], test["needed"]
    if datasets < needed:
        return (
            f"Ranks over {counted(datasets, 'data set')} say next to nothing and are not tested:"
            f" even where all agree on the order of {levels} levels, the smallest possible p-value"
            f" is {p_text(smallest_p(levels, datasets))}. A test needs {needed} data sets."
        )
    p_value, p_words = test["p_value"], f"p = {p_text(test['p_value'])}".replace("= <", "< ")
    found = "the levels differ" if p_value <= ALPHA else "no evidence that the levels differ"
    best = titles[ranks.reset_index().nsmallest(1, "rank")["place"].iloc[0]]
    if levels == 2:
        return (
            f"Sign test over {datasets} data sets: {p_words}, {found}."
            f" {best} has the better average rank, {plain(ranks.min())}."
        )
    return (
        f"Friedman's test over {datasets} data sets: χ² = {plain(test['chi2'])}, {p_words} by"
        f" permutation: {found}."
        f" {best} has the best average rank, {plain(ranks.min())}; two levels differ if their"
        f" average ranks are at least {plain(test['critical_difference'])} apart (Nemenyi)."
    )
