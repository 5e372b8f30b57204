"""What several data sets say together: their tables and claims in one frame each."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from study.analysis.few_datasets import datasets_needed
from study.analysis.metrics import METRICS
from study.analysis.ranks import compare_ranks, rank_levels
from study.analysis.significance import ALPHA
from study.design.tables import Table
from study.training import EPOCH_METRICS

ACROSS_LEVELS = {
    "table": str,
    "metric": str,
    "dataset": str,
    "place": int,
    "level": str,
    "n": int,
    "diverged": int,
    "mean": float,
    "sd": float,
    "rank": float,
}
RANKS = {
    "table": str,
    "metric": str,
    "place": int,
    "level": str,
    "datasets": int,
    "rank": float,
}
RANK_TESTS = {
    "table": str,
    "metric": str,
    "levels": int,
    "datasets": int,
    "needed": int,
    "chi2": float,
    "f": float,
    "p_value": float,
    "critical_difference": float,
}
ACROSS_CLAIMS = {"claim": str, "dataset": str, "verdict": str, "p_adjusted": float, "reason": str}


def shown_metrics(table: Table, frames: Sequence[pd.DataFrame]) -> list[str]:
    """What is shown of a table: the metrics that it lists, else the validation accuracy.

    Where a program does not measure that, the first of what it does measure in an epoch.

    Args:
        table: which one.
        frames: its CSV file on each data set.
    """
    listed = table.metrics or ["val_accuracy", *EPOCH_METRICS]
    found = [name for name in listed if any(name in frame for frame in frames)]
    return found if table.metrics else found[:1]


def across_levels(
    name: str, table: Table, metric: str, frames: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """The levels of a table on each data set, as `ACROSS_LEVELS`; `place` counts them from 0.

    Levels of one factor are ranked on the data sets that have all of them.

    Args:
        name: the table's name.
        table: the table.
        metric: which one.
        frames: data set -> its CSV file, with the same rows.
    """
    texts = [" × ".join(str(row[factor]) for factor in table.vary) for row in table.rows]
    parts = []
    for dataset, frame in frames.items():
        about = {"table": name, "metric": metric, "dataset": dataset}
        part = pd.DataFrame(about | {"place": range(len(texts)), "level": texts})
        part[["n", "diverged"]] = frame[["n", "diverged"]]
        part["mean"] = frame[metric] if metric in frame else float("nan")
        part["sd"] = frame[f"{metric}_sd"] if metric in frame else float("nan")
        parts.append(part)
    levels = pd.concat(parts, ignore_index=True).assign(rank=float("nan"))
    if not table.is_crossed and len(texts) > 1 and METRICS[metric].better:
        ranks = rank_levels(by_dataset(levels, "mean"), metric).stack()
        keys = pd.MultiIndex.from_frame(levels[["dataset", "place"]])
        levels["rank"] = ranks.reindex(keys).to_numpy(float)
    return levels[[*ACROSS_LEVELS]]


def by_dataset(levels: pd.DataFrame, column: str) -> pd.DataFrame:
    """(data sets, levels) of one table and metric, the data sets in their order."""
    wide = levels.pivot(index="dataset", columns="place", values=column)
    return wide.reindex(levels["dataset"].unique())


def average_ranks(levels: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The average rank of each level, as `RANKS`, and whether they differ, as `RANK_TESTS`.

    Where there are fewer data sets with all levels than `needed`, nothing is tested.

    Args:
        levels: of all tables and metrics, as `across_levels` returns them.
    """
    averages: list[dict[str, Any]] = []
    tests = []
    for (table, metric), of_table in levels.groupby(["table", "metric"], sort=False):
        ranks = by_dataset(of_table, "rank").dropna()
        if ranks.empty:
            continue
        texts = of_table.drop_duplicates("place").set_index("place")["level"]
        about, count = {"table": table, "metric": metric}, len(texts)
        averages += [
            about | {"place": place, "level": text, "datasets": len(ranks), "rank": rank}
            for (place, rank), text in zip(ranks.mean().items(), texts.reindex(ranks.columns))
        ]
        needed = datasets_needed(count, ALPHA)
        test = about | {"levels": count, "datasets": len(ranks), "needed": needed}
        tests.append(test | (compare_ranks(ranks) if len(ranks) >= needed else {}))
    return pd.DataFrame(averages, columns=[*RANKS]), pd.DataFrame(tests, columns=[*RANK_TESTS])


def across_claims(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The verdict of each claim on each data set, as `ACROSS_CLAIMS`.

    Args:
        frames: data set -> its fixed/claims.csv.
    """
    parts = [frame.assign(dataset=dataset) for dataset, frame in frames.items()]
    return pd.concat(parts, ignore_index=True)[[*ACROSS_CLAIMS]]
