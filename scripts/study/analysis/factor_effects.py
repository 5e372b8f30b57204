"""What each choice does to the metric that a study is read by: each factor's levels against the
baseline's, on the validation split and on test.

The intervals are simultaneous: all of them hold together in about 95 of 100 studies (Bonferroni
over all that are drawn, Dunn 1961, J. Am. Stat. Assoc. 56), because people read the largest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
from scipy.special import stdtrit

from study.analysis.metrics import METRICS
from study.analysis.significance import ALPHA
from study.design.tables import Table, of_one_factor
from study.settings.parameters import Level, Parameters
from study.store.frames import rows_of

FIRST_CHOICE = "val_accuracy"


@dataclass(frozen=True)
class Effect:
    """A level against another on one metric, the mean difference over seeds or splits."""

    table: str  # the study's table that shows it
    factor: str
    level: Level
    against: Level
    changes: Parameters  # of the baseline, that both have
    round: int
    metric: str
    n: int
    difference: float
    low: float  # of the simultaneous interval
    high: float
    one_sample: float  # what one sample of its split adds to an accuracy; else 0
    is_skewed: bool  # so that a t-interval is too narrow too often

    @property
    def sign(self) -> int:
        """1 or -1 where the interval leaves out 0, else 0."""
        return int(self.low > 0) - int(self.high < 0)

    def is_within(self, margin: float) -> bool:
        """Whether the interval lies within ±margin."""
        return -margin <= self.low and self.high <= margin


def read_by(comparisons: pd.DataFrame) -> tuple[str, str]:
    """The metrics that a study is read by: on validation, and on test, nothing where there is none.

    Accuracy where it was measured, else the comparisons' first metric of the validation split.
    """
    there = list(dict.fromkeys(comparisons["metric"].dropna()))
    of_validation = [name for name in there if METRICS[name].split == "val"]
    first = next(iter([name for name in there if name == FIRST_CHOICE] + of_validation + there), "")
    stem = first.removeprefix("final_").removeprefix("val_")
    tests = (f"final_test_{stem}", f"test_{stem}")
    return first, next((name for name in tests if name in there), "")


def factor_effects(tables: Mapping[str, Table], comparisons: pd.DataFrame) -> list[Effect]:
    """The effects of a study, those on validation first; empty where no table compares anything.

    For each factor, from the table nearest to the baseline, at the last round.

    Args:
        tables: the study's.
        comparisons: the comparisons.csv of the protocol whose verdicts count.
    """
    tested = comparisons[comparisons["refused"].isna() & comparisons["low"].notna()]
    metrics = [name for name in read_by(tested) if name]
    found = [
        (tables[row["table"]], row)
        for metric in metrics
        for row in _nearest(tables, tested[tested["metric"] == metric])
    ]
    return [_effect(table, row, len(found)) for table, row in found]


def _nearest(tables: Mapping[str, Table], rows: pd.DataFrame) -> Iterator[dict]:
    """Each factor's rows of the table that shows it best."""
    compared = {*rows["table"]}
    shown: dict[str, str] = {}  # factor -> table
    order = sorted(
        (name for name in of_one_factor(tables) if name in compared),
        key=lambda name: (len(tables[name].changes), -tables[name].round),
    )
    for name in order:
        shown.setdefault(tables[name].factor, name)
    for name in tables:  # in the study's order
        if name in shown.values():
            yield from rows_of(rows[rows["table"] == name])


def _effect(table: Table, row: Mapping, family: int) -> Effect:
    """An effect with its interval over a family of this many."""
    freedom = row["n"] - 1
    wider = stdtrit(freedom, 1 - ALPHA / 2 / family) / stdtrit(freedom, 1 - ALPHA / 2)
    one_sample = row["one_sample"]
    return Effect(
        table=row["table"],
        factor=row["factor"],
        level=row["level"],
        against=row["against"],
        changes=table.changes,
        round=int(row["round"]),
        metric=row["metric"],
        n=int(row["n"]),
        difference=row["difference"],
        low=row["difference"] - wider * (row["difference"] - row["low"]),
        high=row["difference"] + wider * (row["high"] - row["difference"]),
        one_sample=0.0 if pd.isna(one_sample) else one_sample,
        is_skewed=not pd.isna(row["p_bootstrap_t"]),
    )
