"""All claims at a glance: each difference with its interval and seeds, grouped by verdict.

Places are in per cent of a panel's width, so that the drawing fits any screen while its text stays
text. The scale is one for all panels of a kind of metric, whatever the verdict.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from study.analysis.expectations import bounds
from study.analysis.metrics import format_value, is_percentage, metric_title
from study.analysis.pairs import is_below_one_sample
from study.analysis.verdict_changes import each_difference
from study.analysis.verdicts import VERDICTS
from study.design.claims import Claim, Side
from study.design.study import Study
from study.report.claim_words import (
    Row,
    difference_words,
    drawn_interval,
    drawn_words,
    judged_claims,
)
from study.report.inputs import Inputs
from study.report.wording import minus, upper_first, with_titles
from study.store.frames import groups_of, rows_of

TITLE = "Every claim and its difference"
INDENT = 3  # per cent of the width that are left free at both ends
TICKS = 7  # about so many


@dataclass(frozen=True)
class Entry:
    """A claim as the picture has it."""

    claim: Claim
    row: Row  # of claims.csv
    pairs: Sequence[Row]  # of claim_pairs.csv
    kind: str  # what its differences may share an axis with: see metric_kind
    reason: str  # why there is nothing to draw, or nothing


@dataclass(frozen=True)
class Axis:
    """The scale that all panels of a kind share."""

    low: float
    high: float
    ticks: list[float]  # 0 among them

    def place(self, value: float) -> float:
        """Where a value is, in per cent of the width; what is outside is at its edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(INDENT + (100 - 2 * INDENT) * share, 3)


def context(inputs: Inputs) -> dict[str, Any] | None:
    """The panels, verdict by verdict; None where there is no claim."""
    study, frames = inputs.study, inputs.frames
    of_claims = groups_of(frames.pairs, "claim")
    claims = judged_claims(study)
    entries = [
        _entry(row, claims[row["claim"]], study, rows_of(of_claims[row["claim"],]))
        for row in rows_of(frames.claims)
    ]
    if not entries:
        return None
    scales = {
        kind: scale(pair for entry in entries if entry.kind == kind for pair in entry.pairs)
        for kind in dict.fromkeys(entry.kind for entry in entries)
    }
    groups = []
    for verdict in VERDICTS:
        found = [entry for entry in entries if entry.row["verdict"] == verdict]
        panels = [
            panel(kind, scales[kind], [entry for entry in found if entry.kind == kind])
            for kind in scales
        ]
        panels = [shown for shown in panels if shown["rows"]]
        if panels:
            groups.append({"verdict": verdict, "count": len(found), "panels": panels})
    return {"groups": groups, "unit": "split" if study.primary.splits else "seed"}


def _entry(row: Row, claim: Claim, study: Study, pairs: Sequence[Row]) -> Entry:
    reason = row["reason"] if isinstance(row["reason"], str) else ""
    return Entry(
        claim=claim,
        row=row,
        pairs=pairs,
        kind=metric_kind(row["metric"]),
        reason=with_titles(reason, study.design.specs),
    )


def metric_kind(metric: str) -> str:
    """What differences may share an axis: those in percentage points, of losses, of one metric."""
    if is_percentage(metric):
        return "Percentage points"
    return "Loss" if "loss" in metric else metric_title(metric)


def scale(pairs: Iterable[Row]) -> Axis:
    """The axis of some differences, which holds all their intervals and seeds, and 0."""
    values = [0.0]
    for pair in pairs:
        if not pd.isna(pair["n"]):
            values += [end for end in drawn_interval(pair) if not pd.isna(end)]
            values += [value for _, value in seed_values(pair)]
    low, high = min(values), max(values)
    if low == high:
        low, high = -1.0, 1.0
    raw = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return Axis(low, high, [step * number for number in range(first, last + 1)])


def seed_values(pair: Row) -> list[tuple[str, float]]:
    """Each seed's difference: `0:0.0147 1:0.0103` -> [("0", 0.0147), ("1", 0.0103)]."""
    return [] if pd.isna(pair["differences"]) else each_difference(str(pair["differences"]))


def panel(kind: str, axis: Axis, entries: Sequence[Entry]) -> dict[str, Any]:
    """The claims of one verdict and one kind, with their axis."""
    percent = kind == "Percentage points"
    rows: list[dict[str, Any]] = [
        {
            "claim": entry.row["claim"],
            "sentence": entry.row["sentence"],
            "lines": [
                line(entry.claim, sides, pair, axis)
                for sides, pair in zip(entry.claim.compare, entry.pairs, strict=True)
            ],
            "reason": entry.reason,
        }
        for entry in entries
    ]
    return {
        "kind": kind,
        "rows": rows,
        "zero": axis.place(0),
        "ticks": [
            {"at": axis.place(tick), "text": minus(f"{100 * tick if percent else tick:+.5g}")}
            if tick
            else {"at": axis.place(0), "text": "0"}
            for tick in axis.ticks
        ],
        "drawn": any(item["drawn"] for row in rows for item in row["lines"]),
    }


def line(claim: Claim, sides: Sequence[Side], pair: Row, axis: Axis) -> dict[str, Any]:
    """One difference: its words, and where its marks are."""
    if pd.isna(pair["n"]):
        return {"drawn": False, "words": upper_first(f"{pair['first']} − {pair['second']}")}
    low, high = drawn_interval(pair)
    bound_low, bound_high = bounds(claim)
    band = [
        axis.place(bound_low) if math.isfinite(bound_low) else 0,
        axis.place(bound_high) if math.isfinite(bound_high) else 100,
    ]
    return {
        "drawn": True,
        "words": difference_words(claim, sides, pair),
        "interval": drawn_words(pair),
        "adjusted": not pd.isna(pair["low_adjusted"]),
        "small": is_below_one_sample(pair),
        "band": {"from": band[0], "width": round(max(band[1] - band[0], 0), 3)},
        "edges": [
            axis.place(bound)
            for bound in (bound_low, bound_high)
            if math.isfinite(bound) and axis.low <= bound <= axis.high
        ],
        "low": axis.place(low) if not pd.isna(low) else None,
        "high": axis.place(high) if not pd.isna(high) else None,
        "mean": axis.place(pair["difference"]),
        "seeds": [
            {
                "at": axis.place(value),
                "text": f"seed {seed}: {format_value(pair['metric'], value, sign=True)}",
            }
            for seed, value in seed_values(pair)
        ],
    }
