"""Set published tables beside this study's, and its claims beside the numbers as printed."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd
from scipy.special import stdtrit

from study.analysis.expectations import bounds
from study.analysis.metrics import GAPS, is_percentage
from study.analysis.significance import ALPHA
from study.design.claims import Claim, Side
from study.published.findings import Finding
from study.published.printed import PrintedRow
from study.settings.level_titles import level_title
from study.settings.parameters import Level
from study.store.frames import rows_of

REPRODUCED, OUTSIDE, NOT_COMPARABLE = "reproduced", "outside", "not comparable"
TOO_FEW = "too few seeds"
# What the files have, column by column.
BESIDE_COLUMNS = {
    "table": str,
    "level": str,
    "metric": str,
    "reported_table": str,
    "printed": str,
    "n": int,
    "mean": float,
    "run_low": float,
    "run_high": float,
    "verdict": str,
}
FINDING_COLUMNS = {"finding": int, "check": str, "text": str}
PRINTED_COLUMNS = {"claim": str, "printed": str, "agrees": bool, "findings": str}


def find_row(
    rows: Sequence[PrintedRow], factor: str, level: Level, round_number: int
) -> PrintedRow | None:
    """The published row of a level after that many rounds, by the level's name or title."""
    names = {str(level).casefold(), level_title(factor, level).casefold()}
    for row in rows:
        same = (row.factor, row.round) == (factor, round_number)
        if same and row.level.casefold() in names:
            return row
    return None


def set_beside(levels: pd.DataFrame, rows: Sequence[PrintedRow], same_data: bool) -> pd.DataFrame:
    """Each published number beside ours, one row per table, level and metric.

    A published number is taken to be one run's. It is reproduced if it lies, give or take its
    rounding, in the 95% interval for one more run of ours, mean ± t · sd · sqrt(1 + 1/n), from
    `run_low` to `run_high`; and comparable only if the data are the same.

    Args:
        levels: as `study.analysis.comparisons.describe_levels` returns it.
        rows: the published ones.
        same_data: whether they were trained on this study's data.
    """
    beside = []
    for ours in rows_of(levels):
        row = find_row(rows, ours["factor"], ours["level"], ours["round"])
        if row is None or ours["metric"] not in row.printed:
            continue
        text = row.printed[ours["metric"]]
        scale = 100 if is_percentage(ours["metric"]) else 1
        rounding = 0.5 * 10.0 ** -len(text.partition(".")[2]) / scale
        n, half = ours["n"], math.nan
        if n > 1:
            half = stdtrit(n - 1, 1 - ALPHA / 2) * ours["sd"] * math.sqrt(1 + 1 / n)
        verdict = TOO_FEW if same_data else NOT_COMPARABLE
        if same_data and n > 1:
            near = abs(float(text) / scale - ours["mean"]) <= half + rounding
            verdict = REPRODUCED if near else OUTSIDE
        beside.append(
            {key: ours[key] for key in ("table", "level", "metric", "n", "mean")}
            | {"reported_table": row.table, "printed": text, "verdict": verdict}
            | {"run_low": ours["mean"] - half, "run_high": ours["mean"] + half}
        )
    return pd.DataFrame(beside, columns=list(BESIDE_COLUMNS))


def without_counterpart(levels: pd.DataFrame, rows: Sequence[PrintedRow]) -> list[str]:
    """The published tables that nothing of ours stands beside, a sentence each.

    Args:
        levels: as `study.analysis.comparisons.describe_levels` returns it.
        rows: the published ones.
    """
    ours = levels[["factor", "level", "round"]].drop_duplicates()
    found = [find_row(rows, row["factor"], row["level"], row["round"]) for row in rows_of(ours)]
    tables: dict[tuple[str, str], list[PrintedRow]] = {}
    for row in rows:
        tables.setdefault((row.table, row.factor), []).append(row)
    return [
        f"table {table}: no table of this study has {factor}"
        f" {', '.join(dict.fromkeys(row.level for row in of_table))} after round"
        f" {', '.join(dict.fromkeys(str(row.round) for row in of_table))}; factors and levels are"
        " written as in the configuration, such as batch_size and 32"
        for (table, factor), of_table in tables.items()
        if not any(row in found for row in of_table)
    ]


def claims_as_printed(
    claims: Mapping[str, Claim], rows: Sequence[PrintedRow], findings: Sequence[Finding]
) -> pd.DataFrame:
    """What the published numbers themselves say about each claim, one row per claim.

    Args:
        claims: the study's.
        rows: the published ones.
        findings: what is odd about them.

    Returns:
        `printed`, the differences of its pairs in the unit of print; `agrees`, whether all of them
        are as claimed; and `findings`, the positions from 1 of those that it rests on. `printed`
        is empty and `agrees` missing where the tables do not have all of its numbers.
    """
    results = []
    for name, claim in claims.items():
        shown = [row for row in rows if not claim.tables or row.table in claim.tables]
        pairs = [[_printed(shown, claim.metric, side) for side in pair] for pair in claim.compare]
        used = [cell for pair in pairs for side in pair for cell in side.cells]
        rests_on = [
            position
            for position, found in enumerate(findings, start=1)
            if any(cell in found.cells for cell in used)
        ]
        result: dict[str, Any] = {"claim": name, "findings": " ".join(map(str, rests_on))}
        differences = [
            first.value - second.value
            for first, second in pairs
            if first.value is not None and second.value is not None
        ]
        if len(differences) == len(pairs):
            result["printed"] = ", ".join(f"{difference:+}" for difference in differences)
            result["agrees"] = all(_as_claimed(claim, difference) for difference in differences)
        results.append(result)
    return pd.DataFrame(results, columns=list(PRINTED_COLUMNS))


class PrintedSide(NamedTuple):
    """A side of a claim as tables print it."""

    value: Decimal | None  # None where they do not
    cells: list[tuple[PrintedRow, str]]  # the numbers that it is taken from: a row and a metric


def _printed(rows: Sequence[PrintedRow], metric: str, side: Side) -> PrintedSide:
    """A side's number as printed."""
    value = Decimal(0)
    cells: list[tuple[PrintedRow, str]] = []
    if side.half:  # tables print means over all epochs
        return PrintedSide(None, [])
    for round_number, sign in zip(reversed(side.rounds), (1, -1)):
        row = None
        if len(side.changes) == 1:
            ((factor, level),) = side.changes.items()
            row = find_row(rows, factor, level, round_number)
        for name, part_sign in _parts(metric):
            if row is None or name not in row.printed:
                return PrintedSide(None, cells)
            cells.append((row, name))
            value += sign * part_sign * Decimal(row.printed[name])
    return PrintedSide(value, cells)


def _parts(metric: str) -> list[tuple[str, int]]:
    """The printed metrics that a metric is made of, each with its sign."""
    if metric in GAPS:
        return [(GAPS[metric].larger, 1), (GAPS[metric].smaller, -1)]
    return [(metric, 1)]


def _as_claimed(claim: Claim, difference: Decimal) -> bool:
    scale = 100 if is_percentage(claim.metric) else 1
    low, high = (scale * bound for bound in bounds(claim))
    return low < float(difference) < high
