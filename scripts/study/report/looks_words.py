"""Planned looks in words: what was planned, and at which of them a claim was decided."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from study.analysis.significance import ALPHA
from study.analysis.spending import nominal_level
from study.analysis.verdicts import CONTRADICTED, SUPPORTED, UNDECIDED, tested_once
from study.design.study import Study
from study.report.wording import counted, listed

TYPES = {"obrien_fleming": "O'Brien–Fleming", "pocock": "Pocock"}
SMALL = 1e-7  # levels below this are not written out


def looks_words(study: Study) -> str:
    """What was planned, in a sentence; empty where no looks were."""
    if not study.looks:
        return ""
    counts = listed([str(seeds) for seeds in study.looks])
    return (
        f"The plan was to judge the claims with {counts} seeds and each time to add seeds only"
        " to the cells of claims that were still undecided. The significance level holds over all"
        " looks together: alpha is spent by a Lan–DeMets spending function of the"
        f" {TYPES[study.spending]} type."
    )


def decided_words(claims: pd.DataFrame, study: Study) -> list[str]:
    """How many claims each look decided, with the level that one claim alone is held to there.

    Claims that are one test in other words count once.

    Args:
        claims: claims.csv of the protocol whose verdicts count.
        study: at the last look that was taken.
    """
    looks, lines = tuple(study.looks), []
    claims = claims[claims["claim"].isin(tested_once(study.claims))]
    for position, seeds in enumerate(looks[: study.look]):
        decided = claims["verdict"].isin([SUPPORTED, CONTRADICTED])
        count = int((decided & (claims["look"] == position + 1)).sum())
        level = nominal_level(ALPHA, position, looks, study.spending)
        lines.append(
            f"Look {position + 1} of {len(looks)}, {seeds} seeds:"
            f" {counted(count, 'claim') if count else 'none'} decided. With {100 * ALPHA:g}% over"
            f" all looks, p must be at most {level_text(level)} here, before Holm's adjustment."
        )
    return lines


def look_words(row: Mapping[str, Any], looks: Sequence[int]) -> str:
    """`Decided at look 1 of 3 (5 seeds): p 0.00021; at most 0.0014 was needed`.

    Args:
        row: the claim's, of the same file.
        looks: those that the study plans.
    """
    if not looks or pd.isna(row["look"]):
        return ""
    what = "Undecided after" if row["verdict"] in UNDECIDED else "Decided at"
    said = f"{what} look {row['look']:.0f} of {len(looks)} ({row['look_seeds']:.0f} seeds)"
    if not pd.isna(row["margin"]):  # whose p-value it is, is said where that is
        return said
    return (
        f"{said}: p {level_text(row['p_nominal'])}; at most"
        f" {level_text(row['alpha_nominal'])} was needed"
    )


def level_text(level: float) -> str:
    """Two digits, written out: `0.0031`, `0.000015`."""
    if level < SMALL:
        return f"below {np.format_float_positional(SMALL, trim='-')}"
    return np.format_float_positional(float(f"{level:.2g}"), trim="-")
