"""Where the noise of each comparison of a table comes from, and its Bayesian reading."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from study.analysis.comparisons import compared_levels, find_pair
from study.analysis.measured import Measured
from study.analysis.noise import NOISE_COLUMNS, Observed, noise_rows
from study.analysis.posterior import ROPE_COLUMNS, margin_probabilities
from study.analysis.tuned_sides import TUNED
from study.design.cell import Cell
from study.design.tables import Table

# What noise is described for: with a test split its numbers, else validation's alone.
METRICS = ("val_accuracy", "final_val_roc_auc", "final_test_accuracy", "final_test_roc_auc")


class TunedNoise(NamedTuple):
    """Where what tuning adds to noise is known from."""

    comparisons: pd.DataFrame  # of the tuned protocol, as study.analysis.comparisons has them
    seeds: int  # tuning seeds

    def by_comparison(self) -> dict[tuple[str, ...], tuple[float, int]]:
        """Table, level, `against` and metric -> what is added, and of how many tuning seeds."""
        tuned = self.comparisons[self.comparisons["sides"] == TUNED]
        keys = zip(*(tuned[name] for name in ("table", "level", "against", "metric")))
        return {key: (sd, self.seeds) for key, sd in zip(keys, tuned["added_sd"])}


def describe_noise(
    tables: Mapping[str, Table],
    cells: Mapping[str, Cell],
    measured: Measured,
    over_splits: Measured | None,
    of_tuned: TunedNoise | None = None,
) -> pd.DataFrame:
    """`NOISE_COLUMNS`, of every comparison of the tables and each of `METRICS` that there is.

    Args:
        tables, cells: the study's own.
        measured: by the fixed protocol, with the scores of the cells.
        over_splits: the same cells over splits that are drawn anew; or None.
        of_tuned: the comparisons of the sides as tuned; or None.
    """
    rows, added = [], of_tuned.by_comparison() if of_tuned else {}
    for about, table, sides in compared_levels(tables, cells):
        for metric in METRICS:
            pair = find_pair(table, sides, metric, measured)
            if pair is None or pair.n < 2:
                continue
            of_splits = over_splits and find_pair(table, sides, metric, over_splits)
            splits = of_splits.differences.to_numpy() if of_splits else np.empty(0)
            seeds = pair.differences.to_numpy()
            tuning = added.get((*about.values(), metric))
            observed = Observed(*sides, metric, measured, seeds, splits, tuning)
            rows += [about | {"metric": metric} | row for row in noise_rows(observed)]
    return pd.DataFrame(rows, columns=list(NOISE_COLUMNS))


def describe_posterior(
    tables: Mapping[str, Table],
    cells: Mapping[str, Cell],
    margins: Mapping[str, float],
    by_unit: Mapping[str, Measured],
) -> pd.DataFrame:
    """`ROPE_COLUMNS`, of every comparison of the tables and every metric that has a margin.

    Args:
        tables, cells: the study's own.
        margins: metric -> the difference below which two cells are practically equivalent.
        by_unit: `seeds` or `splits` -> what the cells came to over them.
    """
    rows = []
    for about, table, sides in compared_levels(tables, cells):
        for metric, margin in margins.items():
            for over, measured in by_unit.items():
                pair = find_pair(table, sides, metric, measured)
                if pair is None or pair.n < 2 or pair.noise.untested:
                    continue
                found = margin_probabilities(pair.differences, margin, pair.noise)
                rows.append(
                    about | {"metric": metric, "margin": margin, "over": over} | found._asdict()
                )
    return pd.DataFrame(rows, columns=list(ROPE_COLUMNS))
