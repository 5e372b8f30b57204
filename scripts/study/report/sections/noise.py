"""Where the noise of comparisons comes from; how probably a difference is more than a margin."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from study.analysis.metrics import METRICS, format_value, is_percentage
from study.analysis.noise import sources
from study.design.study import Study
from study.report.data_table import DataTable
from study.report.inputs import Inputs
from study.report.sections.tables import FIRST
from study.report.tables import numbered_titles
from study.report.wording import counted, interval_text, listed, plain
from study.settings.level_titles import level_title
from study.store.frames import rows_of

TITLE = "Where the noise comes from"


def context(inputs: Inputs) -> dict[str, Any] | None:
    """For each metric, where its noise comes from, and where its differences probably lie.

    None where nothing was estimated.
    """
    study, noise, rope = inputs.study, inputs.frames.noise, inputs.frames.rope
    if noise.empty and rope.empty:
        return None
    measured = {*noise["metric"], *rope["metric"]}
    first = [metric for metric in FIRST if metric in measured]
    others = [metric for metric in METRICS if metric in measured - {*first}]
    return {
        "shown": [metric_tables(metric, noise, rope, study) for metric in first],
        "others": [metric_tables(metric, noise, rope, study) for metric in others],
        "sources": [
            {"title": source.TITLE, "meaning": source.MEANING}
            for name, source in sources().items()
            if name in {*noise["source"]}
        ],
        "untuned": study.tuning is not None and is_without_tuning(noise),
        "probabilities": not rope.empty,
        "over_splits": "splits" in {*rope["over"]},
    }


def is_without_tuning(noise: pd.DataFrame) -> bool:
    """Whether tuning's part in the noise of some comparison is not known."""
    keys = ["table", "level", "against", "metric"]
    with_tuning = noise[noise["source"] == "tuning"]
    return len(with_tuning) < len(noise[keys].drop_duplicates())


def metric_tables(
    metric: str, noise: pd.DataFrame, rope: pd.DataFrame, study: Study
) -> list[DataTable]:
    """One metric's table of standard deviations and that of probabilities, where there are rows."""
    tables = []
    for table, frame in ((noise_table, noise), (rope_table, rope)):
        if not frame.empty and (frame["metric"] == metric).any():
            tables.append(table(frame[frame["metric"] == metric], metric, study))
    return tables


def noise_table(noise: pd.DataFrame, metric: str, study: Study) -> DataTable:
    """One metric's standard deviations, a row a comparison and a column a source."""
    there = {name: source for name, source in sources().items() if name in {*noise["source"]}}
    found = {
        (row["table"], row["level"], row["against"], row["source"]): _deviation(metric, row)
        for row in rows_of(noise)
    }
    compared = noise.drop_duplicates(["table", "level", "against"])
    rows = [
        [
            _comparison(row, study),
            *(
                found.get((row["table"], row["level"], row["against"], source), "–")
                for source in there
            ),
        ]
        for row in rows_of(compared)
    ]
    unit = ", in percentage points" if is_percentage(metric) else ""
    units = listed([_estimated_from(noise, name, of.UNITS) for name, of in there.items()])
    return DataTable(
        f"Standard deviation of the difference between two runs{unit}, and its 95% interval where"
        f" one is known; estimated from {units}.",
        ["Comparison", *(source.TITLE for source in there.values())],
        rows,
        title=f"{METRICS[metric].title}, noise",
        kind="fine",
        text_columns=["Comparison"],
        file="statistics/noise.csv",
    )


def rope_table(rope: pd.DataFrame, metric: str, study: Study) -> DataTable:
    """One metric's probabilities in per cent, a row a comparison and what it is over."""
    rows = [
        [
            _comparison(row, study),
            row["over"],
            f"±{format_value(metric, row['margin'])}",
            *(plain(100 * row[place], 1) for place in ("below", "within", "above")),
        ]
        for row in rows_of(rope)
    ]
    unit = " The margin is in percentage points." if is_percentage(metric) else ""
    return DataTable(
        f"Probability (%) that the true difference is below, within and above the margin.{unit}",
        ["Comparison", "Over", "Margin", "Below", "Within", "Above"],
        rows,
        title=f"{METRICS[metric].title}, probabilities",
        kind="fine",
        text_columns=["Comparison", "Over", "Margin"],
        file="statistics/rope.csv",
    )


def _comparison(row: Mapping[str, Any], study: Study) -> str:
    """`Table 1: CE − BCE`."""
    factor = study.tables[row["table"]].factor
    sides = [level_title(factor, row[side]) for side in ("level", "against")]
    return f"{numbered_titles('Table', study.tables)[row['table']]}: {' − '.join(sides)}"


def _deviation(metric: str, row: Mapping[str, Any]) -> str:
    """`0.35 [0.28, 0.51]`; of tuning without an interval."""
    if pd.isna(row["low"]):
        return format_value(metric, row["sd"])
    interval = interval_text(metric, row["low"], row["high"], sign=False)
    return f"{format_value(metric, row['sd'])} {interval}"


def _estimated_from(noise: pd.DataFrame, source: str, units: tuple[str, str]) -> str:
    """`12 seeds`, `10 to 12 splits`."""
    numbers = noise.loc[noise["source"] == source, "n"].astype(int)
    fewest, most = numbers.min(), numbers.max()
    return (f"{fewest:,} to " if fewest < most else "") + counted(most, *units)
