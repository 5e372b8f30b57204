"""What is said of a difference beside its interval: how often its side wins, and skewness."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from study.analysis.expectations import bounds
from study.analysis.wins import THRESHOLD, reading
from study.design.claims import Claim
from study.report.wording import counted, interval_text, p_text, plain

Row = Mapping[str, Any]  # of comparisons.csv or claim_pairs.csv


def wins_text(row: Row) -> str:
    """`0.80 [0.60, 0.93]`, – for nothing."""
    if pd.isna(row.get("wins_low")):
        return plain(row.get("wins", float("nan")))
    return f"{plain(row['wins'])} [{plain(row['wins_low'])}, {plain(row['wins_high'])}]"


def wins_words(row: Row) -> str:
    """`the first side is better in 12 of 15 seeds, ties counted as half: 0.80 [0.60, 1.00], …`"""
    if pd.isna(row.get("wins_low")):
        return ""
    seeds = counted(int(row["n"]), "seed")
    said = f", {found} (threshold {THRESHOLD:g})" if (found := reading(row)) else ""
    won = f"{row['wins'] * row['n']:.4g}"
    return (
        f"the first side is better in {won} of {seeds}, ties counted as half:"
        f" {wins_text(row)}{said}"
    )


def skewness_words(row: Row) -> str:
    """`skewness +1.87; the bootstrap-t gives [−0.01, +0.12] and p = 0.03 before adjustment`.

    Nothing for differences that are not skewed. Where there is no interval, why not.
    """
    if pd.isna(row.get("p_bootstrap_t")):
        return ""
    sign = "+" if row["skewness"] > 0 else ""
    skewed = f"skewness {sign}{plain(row['skewness'])}"
    p = p_text(row["p_bootstrap_t"])
    if pd.isna(row["low_bootstrap_t"]):
        return (
            f"{skewed}; at this level the bootstrap-t gives no interval, because it has too few"
            " resamples or too many that repeat a single value; its p is"
            f" {p.replace('<', 'below ')} before adjustment"
        )
    ends = interval_text(row["metric"], row["low_bootstrap_t"], row["high_bootstrap_t"])
    return (
        f"{skewed}; the bootstrap-t gives {ends} and p"
        f" {p if p.startswith('<') else f'= {p}'} before adjustment"
    )


def zero_words(row: Row) -> str:
    """Whether the bootstrap-t excludes zero, beside the t-test's interval."""
    by_t, beside = (
        "excludes" if row[f"low_{name}"] > 0 or row[f"high_{name}"] < 0 else "includes"
        for name in ("adjusted", "bootstrap_t")
    )
    if pd.isna(row["low_bootstrap_t"]):
        return f"without an interval it decides nothing; the t-test’s interval {by_t} zero"
    as_well = "as the t-test’s does" if by_t == beside else f"but the t-test’s {by_t} it"
    return f"its interval {beside} zero, {as_well}"


def place_words(claim: Claim, row: Row) -> str:
    """Where the bootstrap-t's interval lies, beside the t-test's that a verdict is read off."""
    by_t, beside = (
        _place(claim, row[f"low_{name}"], row[f"high_{name}"])
        for name in ("adjusted", "bootstrap_t")
    )
    if pd.isna(row["low_bootstrap_t"]):
        return "it decides nothing"
    as_well = "as the t-test’s does" if by_t == beside else f"but the t-test’s {by_t}"
    return f"its interval {beside}, {as_well}"


def _place(claim: Claim, low: float, high: float) -> str:
    lowest, highest = bounds(claim)
    if low >= lowest and high <= highest:
        return "lies where the claim says"
    return "lies elsewhere" if high < lowest or low > highest else "crosses a bound of the claim"
