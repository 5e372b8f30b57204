"""What a table's numbers are worth: how exact, which are best, what a simple model scores."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from study.analysis.alike import are_alike
from study.analysis.interval import p_value
from study.analysis.metrics import METRICS, best_place
from study.analysis.pairs import ACCURACIES, paired_differences
from study.analysis.significance import ALPHA, holm
from study.design.tables import Table
from study.report.pictures import DataCard

SIMPLE_MODEL = "logistic_regression"  # of the audit's floors


@dataclass(frozen=True)
class Worth:
    """What is known of a table's numbers beside their means and deviations."""

    one_sample: Mapping[str, float] = field(default_factory=dict)  # metric -> what one adds to it
    # metric -> for each row of the table's frame, whether it is the best, or cannot be told from it
    best: Mapping[str, Sequence[bool]] = field(default_factory=dict)
    simple: Mapping[str, float] = field(default_factory=dict)  # metric -> that of the simple model


def worth_of(
    values: pd.DataFrame,
    table: Table,
    metrics: Sequence[str],
    compared: pd.DataFrame,
    card: DataCard | None,
) -> Worth:
    """What is known of a table's numbers.

    Args:
        values: as `study.analysis.values.read_values` returns it.
        table: the table.
        metrics: those that it shows.
        compared: its rows of fixed/comparisons.csv; where one is refused, none is called the best.
        card: of the data, where they are here.
    """
    one_sample = one_samples(metrics, card.description if card else None)
    if table.is_crossed:
        return Worth(one_sample)
    refused = len(compared) and compared["refused"].notna().any()
    best = {} if refused else best_rows(values, table, metrics, one_sample)
    return Worth(one_sample, best, simple_model(metrics, card.audit if card else None))


def one_samples(metrics: Iterable[str], description: Mapping[str, Any] | None) -> dict[str, float]:
    """What one sample of its split adds to each accuracy; nothing if the data are not described.

    Args:
        metrics: some metrics.
        description: as `study.data.prepared.read_description` returns it.
    """
    splits = description["splits"] if description else {}
    return {
        metric: 1 / splits[METRICS[metric].split]["count"]
        for metric in metrics
        if metric in ACCURACIES and METRICS[metric].split in splits
    }


def simple_model(metrics: Iterable[str], audit: Mapping[str, Any] | None) -> dict[str, float]:
    """The logistic regression's accuracy on the split of each accuracy; nothing without an audit.

    Args:
        metrics: some metrics; those at a threshold that validation chose are passed over.
        audit: as `study.data.findings.read_audit` returns it.
    """
    floors = audit["floors"] if audit else {}
    return {
        metric: floors[METRICS[metric].split][SIMPLE_MODEL]
        for metric in metrics
        if metric in ACCURACIES
        and not metric.endswith("_chosen")
        and SIMPLE_MODEL in floors.get(METRICS[metric].split, {})
    }


def simple_title(networks: Iterable[object]) -> str:
    """What the simple model is called; beside a network like it, with where it is from."""
    return "Logistic regression" + " (scikit-learn)" * ("logistic" in {*networks})


def best_rows(
    values: pd.DataFrame, table: Table, metrics: Iterable[str], one_sample: Mapping[str, float]
) -> dict[str, list[bool]]:
    """Of each metric with a better side, which rows are the best or cannot be told from it.

    The best mean is compared with every other, seed by seed, by the paired t-test, with Holm's
    adjustment over them. A row can be told from it where p is below 0.05, and the difference is no
    smaller than one sample.

    Args:
        values: as `study.analysis.values.read_values` returns it.
        table: of one factor.
        metrics: those that it shows.
        one_sample: as `one_samples` returns it.
    """
    cells = [
        values[(values["cell"] == cell) & (values["round"] == table.round)].set_index("seed")
        for cell in table.cells
    ]
    found = {}
    for metric in metrics:
        sides = [_seeds(cell, metric) for cell in cells]
        best = best_place(metric, [side.mean() for side in sides])
        if best is not None and len(sides) > 1:
            found[metric] = _untold(sides, best, one_sample.get(metric, math.nan))
    return found


def _seeds(of_cell: pd.DataFrame, metric: str) -> pd.Series:
    """A cell's values by seed; one of them where all seeds are one observation."""
    if metric not in of_cell:
        return pd.Series(dtype=float)
    found = of_cell[metric].dropna()
    return found[:1] if are_alike(of_cell) else found


def _untold(sides: Sequence[pd.Series], best: int, one_sample: float) -> list[bool]:
    """Which sides cannot be told from the best one; False of a side without a value."""
    differences = []
    for side in sides:
        pairs = pd.concat([side, sides[best]], axis=1, join="inner")
        differences.append(paired_differences(pairs.iloc[:, 0], pairs.iloc[:, 1]))
    others = [place for place, side in enumerate(sides) if len(side) and place != best]
    adjusted = holm(np.array([p_value(differences[place]) for place in others]))
    told = {
        place
        for place, p in zip(others, adjusted)
        if p < ALPHA and not abs(differences[place].mean()) < one_sample
    }
    return [bool(len(side)) and place not in told for place, side in enumerate(sides)]
