"""The levels of each table on all data sets, their average ranks, and whether these differ."""

import pandas as pd

from study.analysis.across import by_dataset
from study.analysis.metrics import metric_title
from study.analysis.paired import ALPHA
from study.analysis.ranks import smallest_p
from study.choices import level_title
from study.report.data_table import data_table
from study.report.pictures import picture
from study.report.sections.tables import heading
from study.report.tables import mean_text, numbered_titles, seed_count, table_factors
from study.report.wording import counted, p_text, plain

TITLE = ""


def context(inputs: dict) -> dict:
    """Every table with a part for each metric."""
    study, frames = inputs["study"], inputs["frames"]
    titles = numbered_titles("Table", study["tables"])
    tables = []
    for name, table in study["tables"].items():
        levels, ranks, tests = (
            frames[kind][frames[kind]["table"] == name] for kind in ("levels", "ranks", "tests")
        )
        diagram = inputs["diagrams"].get(name)
        tables.append(
            {
                "name": name,
                "heading": heading(titles[name], table),
                "parts": [
                    table_part(table, titles[name], study["seeds"], metric, *of_metric)
                    for metric, of_metric in by_metric(levels, ranks, tests)
                ],
                "diagram": picture(diagram) if diagram else "",
            }
        )
    return {"tables": tables, "alpha": f"{100 * ALPHA:.0f}%"}


def by_metric(levels: pd.DataFrame, *others: pd.DataFrame) -> list[tuple[str, list]]:
    """(metric, the rows of each frame that are about it)."""
    return [
        (metric, [of_metric, *(frame[frame["metric"] == metric] for frame in others)])
        for metric, of_metric in levels.groupby("metric", sort=False)
    ]


def table_part(
    table: dict,
    title: str,
    seeds: int,
    metric: str,
    levels: pd.DataFrame,
    ranks: pd.DataFrame,
    tests: pd.DataFrame,
) -> dict:
    """One metric of a table: data set by level, and what its ranks say."""
    titles = level_titles(table)
    texts = levels.apply(lambda row: level_text(row, metric, seeds), axis="columns")
    wide = by_dataset(levels.assign(text=texts), "text")
    rows = [[dataset, *of_dataset] for dataset, of_dataset in zip(wide.index, wide.to_numpy())]
    if len(ranks):
        averages = ranks.set_index("place")["rank"].reindex(range(len(titles)))
        rows.append(["average rank", *map(plain, averages)])
    ranked = " The best level of a data set has rank 1." if len(ranks) else ""
    return {
        "table": data_table(
            f"{metric_title(metric)} by {table_factors(table).lower()};"
            f" mean ± standard deviation over seeds.{ranked}",
            ["Data set", *titles],
            rows,
            title=title,
            text_columns=["Data set"],
            file="levels.csv",
        ),
        "words": [
            rank_words(test, ranks.set_index("place")["rank"], titles)
            for test in tests.to_dict("records")
        ],
    }


def level_titles(table: dict) -> list[str]:
    """What the rows of a table are called: `16`, or of two factors `CE, 16`."""
    factors = [table["vary"]] if isinstance(table["vary"], str) else table["vary"]
    return [
        ", ".join(level_title(factor, row[factor]) for factor in factors) for row in table["rows"]
    ]


def level_text(row: pd.Series, metric: str, seeds: int) -> str:
    """`94.87 ± 0.21`, with its seeds where they are not all."""
    text = mean_text(metric, row["mean"], row["sd"])
    whole = row["n"] == seeds or text == "–"
    return text if whole else f"{text} ({seed_count(row['n'], row['diverged'], seeds)})"


def rank_words(test: dict, ranks: pd.Series, titles: list[str]) -> str:
    """What the ranks of one metric say, in sentences.

    Args:
        test: a row of tests.csv.
        ranks: the average rank of each level.
        titles: what the levels are called.
    """
    datasets, levels, needed = test["datasets"], test["levels"], test["needed"]
    if datasets < needed:
        return (
            f"Ranks over {counted(datasets, 'data set')} say next to nothing, and are not tested:"
            f" the smallest p-value that they can have, where all agree on the order of"
            f" {levels} levels, is {p_text(smallest_p(levels, datasets))}. A test takes"
            f" {needed} data sets."
        )
    p_value = test["p_value"]
    found = "the levels differ" if p_value <= ALPHA else "no evidence that the levels differ"
    best = titles[int(ranks.idxmin())]
    if levels == 2:
        return (
            f"Sign test over {datasets} data sets: p = {p_text(p_value)}, {found}."
            f" {best} has the better average rank, {plain(ranks.min())}."
        )
    statistic = "∞" if test["f"] == float("inf") else plain(test["f"])
    return (
        f"Friedman's test over {datasets} data sets: χ² = {plain(test['chi2'])}, Iman and"
        f" Davenport's F({levels - 1}, {(levels - 1) * (datasets - 1)}) = {statistic},"
        f" p = {p_text(p_value)}: {found}."
        f" {best} has the best average rank, {plain(ranks.min())}; two levels differ if their"
        f" average ranks are {plain(test['critical_difference'])} apart (Nemenyi)."
    )
