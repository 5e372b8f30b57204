"""What the page of several data sets is made from."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from study.design.claims import Claim
from study.design.tables import Table


@dataclass(frozen=True)
class AcrossFrames:
    """What the data sets say together, as `study.analysis.across` returns it."""

    levels: pd.DataFrame  # of each table and metric, on each data set
    ranks: pd.DataFrame  # average ranks of levels
    tests: pd.DataFrame  # whether the ranks differ
    claims: pd.DataFrame  # the verdict of each claim on each data set


@dataclass(frozen=True)
class AcrossInputs:
    """All that the sections of the page are made from."""

    tables: dict[str, Table]  # the same on every data set
    claims: dict[str, Claim]  # likewise
    seeds: int  # of each cell, on every data set
    frames: AcrossFrames
    links: dict[str, str]  # data set -> where its report is, seen from the page
    summaries: dict[str, dict[str, Any]]  # data set -> its report.json
    # data set -> as study.data.prepared.read_description returns it, of those that are here
    descriptions: dict[str, dict[str, Any]]
    diagrams: dict[str, str]  # table -> the file of the drawing of its ranks, where there is one
