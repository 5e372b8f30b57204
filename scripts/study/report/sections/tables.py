"""The tables, and under each how sure its differences are."""

import pandas as pd

from study.analysis.metrics import format_value, metric_title
from study.analysis.paired import MIN_SEEDS
from study.analysis.splits import MEANINGS
from study.choices import level_title, ordered_levels, parameter_title
from study.frames import read_frame
from study.report import crossed
from study.report.data_table import data_table, split_rows
from study.report.tables import (
    at_words,
    caption,
    is_crossed,
    numbered_titles,
    printed,
    table_factors,
    table_metrics,
    varied_columns,
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
from study.training import EPOCH_METRICS

TITLE = ""
# shown first; the others are folded away
FIRST = ("val_accuracy", "val_loss", "final_val_accuracy", "final_val_roc_auc")


def context(inputs: dict) -> dict:
    """Every table of the study."""
    study = inputs["study"]
    titles = numbered_titles("Table", study["tables"])
    return {
        "tables": [
            crossed_context(name, titles[name], table, path, study)
            if is_crossed(table)
            else table_context(name, titles[name], table, path, inputs["frames"], study)
            for (name, table), path in zip(
                study["tables"].items(), inputs["files"]["tables"], strict=True
            )
        ]
    }


def heading(title: str, table: dict) -> str:
    """`Table 1: loss, round 1`, with where it is if that is not the baseline."""
    factors = lower_first(table_factors(table))
    return f"{title}: {factors}{at_words(table['cell'])}, round {table['round']}"


def text_columns(table: dict) -> dict[str, type]:
    """The columns of a table's file whose levels are text, also where they look like numbers."""
    varied = table["rows"][0].items()
    return {name: str for name, level in varied if isinstance(level, str)}


def crossed_context(name: str, title: str, table: dict, path: str, study: dict) -> dict:
    """A table of two factors, of several metrics one below the other; nothing is compared."""
    frame = read_frame(path, text_columns(table))
    metrics = table_metrics(frame)
    headings, found = crossed.blocks(frame, [study["cell_seeds"][cell] for cell in table["cells"]])
    several = len(metrics) > 1
    return {
        "name": name,
        "heading": heading(title, table),
        "crossed": [
            data_table(
                crossed.caption(table, study, [metric]),
                crossed.named_columns(frame, headings),
                rows,
                title=f"{title}, {lower_first(metric_text)}" if several else title,
                text_columns=[headings[0]],
                file=f"tables/{name}.csv",
            )
            for metric, (metric_text, rows) in zip(metrics, found)
        ],
    }


def table_context(name: str, title: str, table: dict, path: str, frames: dict, study: dict) -> dict:
    """All that is said of one table.

    Args:
        name, title: the table's name, and what it is called: `Table 1`.
        table: its entry in the study.
        path: its CSV file.
        frames: `levels`, `comparisons`, `splits` and `beside`.
        study: has `baseline`, `cell_seeds`, `looks` and `reference`, and its `program` if it has
            one.
    """
    frame = read_frame(path, text_columns(table))
    metrics, varied = table_metrics(frame), varied_columns(frame)
    cells = dict(zip(table["levels"], table["cells"]))
    levels, comparisons, beside = (
        frames[kind][frames[kind]["table"] == name] for kind in ("levels", "comparisons", "beside")
    )
    tested = comparisons[comparisons["refused"].isna() & (comparisons["n"] > 1)]
    first, others = split_rows(comparison_rows(tested, metrics)[1])
    headings = comparison_rows(tested, metrics)[0]
    against = level_title(table["vary"], table["levels"][0])
    moved = [lower_first(parameter_title(name)) for name in table["along"][table["vary"]]]
    against += f", with {listed(moved)} moved along" if moved else ""
    source = (study["reference"] or {}).get("title", "")
    warned = frames["splits"].query("table == @name")
    return {
        "name": name,
        "heading": heading(title, table),
        "crossed": [],
        "table": data_table(
            caption(table, study, metrics),
            *printed(frame, [study["cell_seeds"][cell] for cell in table["cells"]]),
            title=title,
            text_columns=[parameter_title(name) for name in varied],
            file=f"tables/{name}.csv",
            cells=[cells[level] for level in ordered_levels(table["levels"])],
        ),
        "comparisons": data_table(
            f"Against {against}, seed by seed. {seeds_note(tested, study['looks'])}",
            headings,
            first,
            title=f"{title}, differences",
            kind="fine",
            text_columns=["Comparison"],
        )
        if first
        else None,
        "other_metrics": data_table(
            f"Against {against}, seed by seed: the other metrics.",
            headings,
            others,
            title=f"{title}, further differences",
            kind="fine",
            text_columns=["Comparison"],
        )
        if others
        else None,
        "levels": data_table(
            "Each level's mean with its interval over seeds, and each seed's value.",
            *level_rows(levels),
            title=f"{title}, seeds",
            kind="fine seeds",
            text_columns=["Level", "Each seed"],
        ),
        "refused": [
            upper_first(with_titles(text, study))
            for text in comparisons["refused"].dropna().unique()
        ],
        "guards": [with_titles(text, study) for text in dict.fromkeys(tested["guard"])],
        "caveats": list(dict.fromkeys(tested["caveat"].dropna())),
        "warnings": warned["text"].tolist(),
        "meanings": [MEANINGS[what] for what in dict.fromkeys(warned["what"])],
        "beside": data_table(
            f"Beside {source}: its numbers as printed.",
            *beside_rows(beside, table["vary"]),
            title=f"{title}, published",
            kind="fine",
            text_columns=["Level"],
        )
        if len(beside)
        else None,
        "source": source,
    }


def comparison_rows(
    comparisons: pd.DataFrame, metrics: list[str]
) -> tuple[list[str], list[tuple[bool, list[str]]]]:
    """The comparisons of one table: headings, and rows of text, each with whether it comes first.

    Args:
        comparisons: the table's rows of statistics/comparisons.csv, without refused ones.
        metrics: those that the table shows; of the four of an epoch, two come first.
    """
    first = {*FIRST} | {*metrics} - {*EPOCH_METRICS}
    headings = ["Comparison", "Metric", "Difference", "Interval, adjusted", "p, adjusted"]
    headings += ["95% over images", "d_z", "P(>)", "r", "n"]
    rows = []
    for row in comparisons.to_dict("records"):
        metric = row["metric"]
        sides = [level_title(row["factor"], row[side]) for side in ("level", "reference")]
        text = [
            " − ".join(sides),
            metric_title(metric),
            format_value(metric, row["difference"], sign=True),
            interval_text(metric, row["low_adjusted"], row["high_adjusted"]),
            p_text(row["p_holm"]),
            interval_text(metric, row["images_low"], row["images_high"]),
            plain(row["d_z"]),
            plain(row["probability_higher"]),
            plain(row["correlation"]),
            str(int(row["n"])),
        ]
        rows.append((metric in first, text))
    return headings, rows


def seeds_note(comparisons: pd.DataFrame, looks: list[int]) -> str:
    """Over how many comparisons Holm's adjustment is, and whether the seeds are enough.

    Args:
        comparisons: the table's rows of statistics/comparisons.csv, without refused ones.
        looks: those that the study plans; only claims are adjusted for them.
    """
    if comparisons.empty:
        return ""
    seeds, tests = int(comparisons["n"].min()), int(comparisons.groupby("metric").size().max())
    over = f"Adjusted by Holm over {tests} comparisons." if tests > 1 else "One comparison."
    if seeds < MIN_SEEDS:
        over += (
            f" {counted(seeds, 'seed is', 'seeds are')} too few for a verdict: {MIN_SEEDS} needed."
        )
    if looks:
        over += (
            " How many seeds there are was decided by the verdicts on claims, and nothing here is"
            " adjusted for that."
        )
    return over


def level_rows(levels: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """The levels of one table with their intervals and each seed's value.

    Args:
        levels: the table's rows of statistics/levels.csv.
    """
    headings = ["Level", "Metric", "Mean", "95% over seeds", "Each seed"]
    rows = []
    for row in levels.to_dict("records"):
        metric = row["metric"]
        values = [] if pd.isna(row["values"]) else str(row["values"]).split()
        rows.append(
            [
                level_title(row["factor"], row["level"]),
                metric_title(metric),
                format_value(metric, row["mean"]),
                interval_text(metric, row["low"], row["high"], sign=False),
                "  ".join(_seed_text(metric, value) for value in values),
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
        for row in beside.to_dict("records")
    ]
    return headings, rows
