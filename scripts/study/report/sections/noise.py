"""Where the noise of comparisons comes from; how probably a difference is more than a margin."""

import pandas as pd

from study.analysis.metrics import METRICS, format_value, is_percentage
from study.analysis.noise import SOURCES
from study.choices import level_title
from study.report.data_table import data_table
from study.report.sections.tables import FIRST
from study.report.tables import numbered_titles
from study.report.wording import counted, interval_text, listed, plain

TITLE = "Where the noise comes from"

# What each source is estimated from: one, and many.
UNITS = {
    "seed": ("seed", "seeds"),
    "split": ("split", "splits"),
    "images": ("image or group of images", "images or groups of images"),
    "tuning": ("tuning seed", "tuning seeds"),
}


def context(inputs: dict) -> dict | None:
    """For each metric what its noise is made of, and where its differences probably lie.

    Of the frames `noise` (`NOISE_COLUMNS`) and `rope` (`ROPE_COLUMNS`); None where both are empty
    or missing.
    """
    study, frames = inputs["study"], inputs["frames"]
    noise, rope = (frames.get(name, pd.DataFrame()) for name in ("noise", "rope"))
    if noise.empty and rope.empty:
        return None
    measured = {*noise.get("metric", []), *rope.get("metric", [])}
    first = [metric for metric in FIRST if metric in measured]
    others = [metric for metric in METRICS if metric in measured - {*first}]
    return {
        "shown": [metric_tables(metric, noise, rope, study) for metric in first],
        "others": [metric_tables(metric, noise, rope, study) for metric in others],
        "sources": [name for name in SOURCES if name in {*noise.get("source", [])}],
        "untuned": bool(study["tune"]) and is_without_tuning(noise),
        "probabilities": not rope.empty,
        "over_splits": "splits" in {*rope.get("over", [])},
    }


def is_without_tuning(noise: pd.DataFrame) -> bool:
    """Whether tuning's part in the noise of some comparison is not known."""
    keys = ["table", "level", "reference", "metric"]
    with_tuning = noise[noise["source"] == "tuning"] if len(noise) else noise
    return len(with_tuning) < (len(noise[keys].drop_duplicates()) if len(noise) else 0)


def metric_tables(metric: str, noise: pd.DataFrame, rope: pd.DataFrame, study: dict) -> list[dict]:
    """One metric's table of standard deviations and that of probabilities, where there are rows."""
    tables = []
    for table, frame in ((noise_table, noise), (rope_table, rope)):
        if not frame.empty and (frame["metric"] == metric).any():
            tables.append(table(frame[frame["metric"] == metric], metric, study))
    return tables


def noise_table(noise: pd.DataFrame, metric: str, study: dict) -> dict:
    """One metric's standard deviations, a row a comparison and a column a source."""
    there = [name for name in SOURCES if name in {*noise["source"]}]
    found = {
        (row["table"], row["level"], row["reference"], row["source"]): _deviation(metric, row)
        for row in noise.to_dict("records")
    }
    compared = noise.drop_duplicates(["table", "level", "reference"])
    rows = [
        [
            _comparison(row, study),
            *(
                found.get((row["table"], row["level"], row["reference"], source), "–")
                for source in there
            ),
        ]
        for row in compared.to_dict("records")
    ]
    unit = ", in percentage points" if is_percentage(metric) else ""
    return data_table(
        f"Standard deviation of one run’s difference{unit}, and its 95% interval; estimated from"
        f" {listed([_estimated_from(noise, source) for source in there])}.",
        ["Comparison", *(source.capitalize() for source in there)],
        rows,
        title=f"{METRICS[metric].title}, noise",
        kind="fine",
        text_columns=["Comparison"],
        file="statistics/noise.csv",
    )


def rope_table(rope: pd.DataFrame, metric: str, study: dict) -> dict:
    """One metric's probabilities in per cent, a row a comparison and what it is over."""
    rows = [
        [
            _comparison(row, study),
            row["over"],
            f"±{format_value(metric, row['margin'])}",
            *(plain(100 * row[place], 1) for place in ("below", "within", "above")),
        ]
        for row in rope.to_dict("records")
    ]
    unit = " The margin is in percentage points." if is_percentage(metric) else ""
    return data_table(
        f"Probability (%) that the true difference is below, within and above the margin.{unit}",
        ["Comparison", "Over", "Margin", "Below", "Within", "Above"],
        rows,
        title=f"{METRICS[metric].title}, probabilities",
        kind="fine",
        text_columns=["Comparison", "Over", "Margin"],
        file="statistics/rope.csv",
    )


def _comparison(row: dict, study: dict) -> str:
    """`Table 1: CE − BCE`."""
    factor = study["tables"][row["table"]]["vary"]
    sides = [level_title(factor, row[side]) for side in ("level", "reference")]
    return f"{numbered_titles('Table', study['tables'])[row['table']]}: {' − '.join(sides)}"


def _deviation(metric: str, row: dict) -> str:
    """`0.35 [0.28, 0.51]`."""
    interval = interval_text(metric, row["low"], row["high"], sign=False)
    return f"{format_value(metric, row['sd'])} {interval}"


def _estimated_from(noise: pd.DataFrame, source: str) -> str:
    """`12 seeds`, `10 to 12 splits`."""
    numbers = noise.loc[noise["source"] == source, "n"].astype(int)
    fewest, most = numbers.min(), numbers.max()
    return (f"{fewest:,} to " if fewest < most else "") + counted(most, *UNITS[source])
