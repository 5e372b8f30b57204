"""report.json: what the report's first screen and its claims say, for programs to read.

docs/results.md describes its keys. Values are as files have them: shares, not percentages.
"""

import json
import math
from typing import Any

import pandas as pd

from study.analysis.factor_effects import Effect
from study.report.headline import Seen
from study.report.inputs import Inputs
from study.report.sections.first_screen import find
from study.store.frames import Row, groups_of, rows_of


def summary(inputs: Inputs) -> str:
    """The file's text."""
    found, study, frames = find(inputs), inputs.study, inputs.frames
    pairs = groups_of(frames.pairs, "claim")
    content = {
        "dataset": study.dataset,
        "study": study.name,
        "protocol": study.primary.name,
        "runs": {"planned": inputs.run_count, "missing": len(inputs.missing)},
        "headline": found.headline,
        "doubts": [doubt.text for doubt in found.doubts],
        "effects": {"validation": effects(found.validation), "test": effects(found.test)},
        "table": found.rows,
        "claims": [claim(row, rows_of(pairs[row["claim"],])) for row in rows_of(frames.claims)],
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def effects(seen: Seen) -> dict[str, Any] | None:
    """The effects on a split; None where there are none."""
    if not seen.effects:
        return None
    return {
        "metric": seen.effects[0].metric,
        "margin": seen.margin or None,
        "margin_is_declared": seen.is_declared,
        "one_sample": seen.one_sample or None,
        "differences": [effect(found) for found in seen.effects],
    }


def effect(found: Effect) -> dict[str, Any]:
    """A level against another."""
    return {
        "factor": found.factor,
        "level": found.level,
        "against": found.against,
        "table": found.table,
        "round": found.round,
        "n": found.n,
        "difference": number(found.difference),
        "low": number(found.low),
        "high": number(found.high),
    }


def claim(row: Row, pairs: list[Row]) -> dict[str, Any]:
    """A claim with its verdict and its differences."""
    return {
        "name": row["claim"],
        "sentence": row["sentence"],
        "metric": row["metric"],
        "verdict": row["verdict"],
        "p_adjusted": number(row["p_adjusted"]),
        "differences": [
            {
                "first": pair["first"],
                "second": pair["second"],
                "n": None if pd.isna(pair["n"]) else int(pair["n"]),
                **{key: number(pair[key]) for key in ("difference", "low", "high")},
                **{key: number(pair[key]) for key in ("low_adjusted", "high_adjusted")},
            }
            for pair in pairs
        ],
    }


def number(value: float) -> float | None:
    """A number; None where there is none."""
    return float(value) if math.isfinite(value) else None
