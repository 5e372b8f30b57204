"""All claims at a glance: each difference with its interval and seeds, grouped by verdict.

Places are in per cent of a panel's width, so that the drawing fits any screen while its text stays
text. The scale is one for all panels of a kind of metric, whatever the verdict.
"""

import math

import pandas as pd

from study.analysis.expectations import bounds
from study.analysis.metrics import format_value, is_percentage, metric_title
from study.analysis.verdicts import VERDICTS
from study.report.claim_words import difference_words, drawn_interval, drawn_words
from study.report.wording import minus, upper_first, with_titles

TITLE = "Every claim and its difference"
INDENT = 3  # per cent of the width that are left free at both ends
TICKS = 7  # about so many


def context(inputs: dict) -> dict | None:
    """The panels, verdict by verdict; None where there is no claim."""
    study, frames = inputs["study"], inputs["frames"]
    of_claims = dict(list(frames["pairs"].groupby("claim", sort=False)))
    entries = [
        _entry(row, study, of_claims[row["claim"]].to_dict("records"))
        for row in frames["claims"].to_dict("records")
    ]
    if not entries:
        return None
    scales = {
        kind: scale([pair for entry in entries if entry["kind"] == kind for pair in entry["pairs"]])
        for kind in dict.fromkeys(entry["kind"] for entry in entries)
    }
    groups = []
    for verdict in VERDICTS:
        found = [entry for entry in entries if entry["row"]["verdict"] == verdict]
        panels = [
            panel(kind, scales[kind], [entry for entry in found if entry["kind"] == kind])
            for kind in scales
        ]
        panels = [shown for shown in panels if shown["rows"]]
        if panels:
            groups.append({"verdict": verdict, "count": len(found), "panels": panels})
    return {"groups": groups}


def _entry(row: dict, study: dict, pairs: list[dict]) -> dict:
    reason = row["reason"] if isinstance(row["reason"], str) else ""
    return {
        "row": row,
        "claim": study["claims"][row["claim"]],
        "pairs": pairs,
        "kind": metric_kind(row["metric"]),
        "reason": with_titles(reason, study),
    }


def metric_kind(metric: str) -> str:
    """What differences may share an axis: those in percentage points, of losses, of one metric."""
    if is_percentage(metric):
        return "Percentage points"
    return "Loss" if "loss" in metric else metric_title(metric)


def scale(pairs: list[dict]) -> dict:
    """The axis of some differences: its ends `low` and `high`, and `ticks`, 0 among them.

    It holds all intervals and seeds. Empty where nothing was measured.
    """
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
    return {"low": low, "high": high, "ticks": [step * place for place in range(first, last + 1)]}


def seed_values(pair: dict) -> list[tuple[str, float]]:
    """Each seed's difference: `0:0.0147 1:0.0103` -> [("0", 0.0147), ("1", 0.0103)]."""
    if pd.isna(pair["differences"]):
        return []
    parts = (item.partition(":") for item in str(pair["differences"]).split())
    return [(seed, float(value)) for seed, _, value in parts]


def panel(kind: str, axis: dict, entries: list[dict]) -> dict:
    """The claims of one verdict and one kind, with their axis."""
    percent = kind == "Percentage points"
    rows = [
        {
            "claim": entry["row"]["claim"],
            "sentence": entry["row"]["sentence"],
            "lines": [
                line(entry, sides, pair, axis)
                for sides, pair in zip(entry["claim"]["compare"], entry["pairs"], strict=True)
            ],
            "reason": entry["reason"],
        }
        for entry in entries
    ]
    return {
        "kind": kind,
        "rows": rows,
        "zero": place(axis, 0),
        "ticks": [
            {"at": place(axis, tick), "text": minus(f"{100 * tick if percent else tick:+.5g}")}
            if tick
            else {"at": place(axis, 0), "text": "0"}
            for tick in axis["ticks"]
        ],
        "drawn": any(item["drawn"] for row in rows for item in row["lines"]),
    }


def place(axis: dict, value: float) -> float:
    """Where a value is, in per cent of the width; what is outside is at its edge."""
    share = (min(max(value, axis["low"]), axis["high"]) - axis["low"]) / (
        axis["high"] - axis["low"]
    )
    return round(INDENT + (100 - 2 * INDENT) * share, 3)


def line(entry: dict, sides: list[dict], pair: dict, axis: dict) -> dict:
    """One difference: its words, and where its marks are."""
    if pd.isna(pair["n"]):
        return {"drawn": False, "words": upper_first(f"{pair['first']} − {pair['second']}")}
    low, high = drawn_interval(pair)
    bound_low, bound_high = bounds(entry["claim"])
    band = [
        place(axis, bound_low) if math.isfinite(bound_low) else 0,
        place(axis, bound_high) if math.isfinite(bound_high) else 100,
    ]
    return {
        "drawn": True,
        "words": difference_words(entry["claim"], sides, pair),
        "interval": drawn_words(pair),
        "adjusted": not pd.isna(pair["low_adjusted"]),
        "band": {"from": band[0], "width": round(max(band[1] - band[0], 0), 3)},
        "edges": [
            place(axis, bound)
            for bound in (bound_low, bound_high)
            if math.isfinite(bound) and axis["low"] <= bound <= axis["high"]
        ],
        "low": place(axis, low) if not pd.isna(low) else None,
        "high": place(axis, high) if not pd.isna(high) else None,
        "mean": place(axis, pair["difference"]),
        "seeds": [
            {
                "at": place(axis, value),
                "text": f"seed {seed}: {format_value(pair['metric'], value, sign=True)}",
            }
            for seed, value in seed_values(pair)
        ],
    }
