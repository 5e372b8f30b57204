"""Where the noise of each comparison of a table comes from, and its Bayesian reading."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from study.analysis.comparisons import compared_levels, find_pair
from study.analysis.measured import Measured
from study.analysis.noise import NOISE_COLUMNS, Observed, noise_rows
from study.analysis.posterior import ROPE_COLUMNS, margin_probabilities
from study.design.cell import Cell
from study.design.tables import Table

# What the noise is told of: where there is a test split its numbers, else validation's alone.
METRICS = ("val_accuracy", "final_val_roc_auc", "final_test_accuracy", "final_test_roc_auc")


def describe_noise(
    tables: Mapping[str, Table],
    cells: Mapping[str, Cell],
    measured: Measured,
    over_splits: Measured | None,
) -> pd.DataFrame:
    """`NOISE_COLUMNS`, of every comparison of the tables and each of `METRICS` that there is.

    Args:
        tables, cells: the study's own.
        measured: by the fixed protocol, with the scores of the cells, and tuning's trials if sides
            are tuned.
        over_splits: the same cells over splits that are drawn anew; or None.
    """
    rows = []
    for about, table, sides in compared_levels(tables, cells):
        for metric in METRICS:
            pair = find_pair(table, sides, metric, measured)
            if pair is None or pair.n < 2:
                continue
            of_splits = over_splits and find_pair(table, sides, metric, over_splits)
            splits = of_splits.differences.to_numpy() if of_splits else np.empty(0)
            seeds = pair.differences.to_numpy()
            observed = Observed(*sides, metric, measured, seeds, splits)
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
