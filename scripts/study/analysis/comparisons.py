"""The statistics of tables: each level's mean over seeds, and each level against the first."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from study.analysis.alike import Alike, are_alike
from study.analysis.evaluation import correct_predictions
from study.analysis.guard import Confounded, NotTrained
from study.analysis.interval import interval
from study.analysis.measured import Measured
from study.analysis.metrics import SCORED_SPLITS
from study.analysis.noise import tuning
from study.analysis.noise.images import image_interval
from study.analysis.pairs import DIFFERENCE_COLUMNS, Pair, pair_sides
from study.analysis.significance import holm, holm_alphas
from study.analysis.skewness import SKEWNESS_COLUMNS
from study.analysis.tuned_sides import AT_CHOSEN
from study.analysis.values import present_metrics
from study.analysis.wins import WINS_COLUMNS
from study.design.cell import Cell
from study.design.claims import Side
from study.design.tables import Table, of_one_factor
from study.store.records import Chosen

# What the files have, column by column.
LEVEL_COLUMNS = {
    "table": str,
    "factor": str,
    "level": str,
    "cell": str,
    "round": int,
    "metric": str,
    "sides": str,  # what it is the level of: see study.analysis.tuned_sides
    "n": int,
    "mean": float,
    "sd": float,
    "low": float,
    "high": float,
    "values": str,
}
COMPARISON_COLUMNS = {
    "table": str,
    "factor": str,
    "level": str,
    "against": str,
    "round": int,
    "metric": str,
    **DIFFERENCE_COLUMNS,
    "p_value": float,
    "p_holm": float,
    "low_adjusted": float,
    "high_adjusted": float,
    "d_z": float,
    "probability_higher": float,
    **WINS_COLUMNS,
    "correlation": float,
    **SKEWNESS_COLUMNS,
    "images_low": float,
    "images_high": float,
    "guard": str,
    "caveat": str,
    "edge": str,
    "refused": str,
}

Row = dict[str, Any]  # of a file, by its columns


def describe_levels(tables: Mapping[str, Table], measured: Measured) -> pd.DataFrame:
    """`LEVEL_COLUMNS`: mean, deviation, interval and each seed's value of every table's levels.

    One row per table, level and metric; those of two factors are left out. Seeds that are alike are
    one.
    """
    rows = []
    for name, table in of_one_factor(tables).items():
        for level, cell in zip(table.row_levels, table.cells):
            side = Side(cell, [table.round])
            sides = measured.what_is_compared(side, side)
            about = measured.at_chosen if sides == AT_CHOSEN else measured
            trained = about.of_cell(cell, table.round)
            for metric in present_metrics(measured.values):
                seeds = trained[metric].dropna()
                noise = tuning.of_level(side, metric, about)
                found = interval(seeds[:1] if are_alike(trained) else seeds, noise)
                rows.append(
                    {
                        "table": name,
                        "factor": table.factor,
                        "level": str(level),
                        "cell": cell,
                        "round": table.round,
                        "metric": metric,
                        "sides": sides,
                        **found._asdict(),
                        "values": " ".join(f"{seed}:{value!r}" for seed, value in seeds.items()),
                    }
                )
    return pd.DataFrame(rows, columns=list(LEVEL_COLUMNS))


def level_sides(
    table: Table, cells: Mapping[str, Cell], chosen: Mapping[str, Chosen] | None = None
) -> list[Side]:
    """The side of each level of a table of one factor.

    Args:
        table: the table.
        cells: name -> cell, of those that it shows.
        chosen: cell -> what tuning chose for it, where sides are tuned.
    """
    values = {name: of_cell.values for name, of_cell in (chosen or {}).items()}
    return [
        Side(
            cell=name,
            rounds=[table.round],
            title=f"{table.factor} {level}, round {table.round}",
            parameters=cells[name].parameters | values.get(name, {}),
            epochs=cells[name].epochs,
            tuned=values.get(name, {}),
        )
        for level, name in zip(table.row_levels, table.cells)
    ]


def compared_levels(
    tables: Mapping[str, Table],
    cells: Mapping[str, Cell],
    chosen: Mapping[str, Chosen] | None = None,
) -> Iterator[tuple[Row, Table, tuple[Side, Side]]]:
    """Each level against its table's first, in the order of files.

    Yields:
        The `table`, the `level` and what it is set `against`, as files have them; the table; and
        both sides.
    """
    for name, table in of_one_factor(tables).items():
        first_side, *others = level_sides(table, cells, chosen)
        first, *levels = table.row_levels
        for level, side in zip(levels, others):
            about = {"table": name, "level": str(level), "against": str(first)}
            yield about, table, (side, first_side)


def find_pair(
    table: Table, sides: tuple[Side, Side], metric: str, measured: Measured
) -> Pair | None:
    """Two sides of a table on a metric; None where they are not there, or not to be compared."""
    try:
        return pair_sides(*sides, metric, table.factor, table.along[table.factor], measured)
    except (NotTrained, Confounded, Alike):
        return None


def largest_spread(
    table: Table, metric: str, measured: Measured, cells: Mapping[str, Cell]
) -> float:
    """The largest standard deviation of the differences from a table's first level, or NaN."""
    pairs = [
        find_pair(table, sides, metric, measured)
        for _, _, sides in compared_levels({"": table}, cells)
    ]
    found = [pair.interval().sd for pair in pairs if pair is not None and pair.n > 1]
    return max(found, default=math.nan)


def compare_levels(
    tables: Mapping[str, Table],
    measured: Measured,
    cells: Mapping[str, Cell],
    chosen: Mapping[str, Chosen] | None = None,
) -> pd.DataFrame:
    """`COMPARISON_COLUMNS`: every level against its table's first, one row per metric.

    Holm's adjustment is over a table's comparisons on one metric; from `low_adjusted` to
    `high_adjusted` is the interval at the level at which it tests this one. `images_low` and
    `images_high` are in the rows of the final accuracies, where there are scores: how far the
    difference may depend on which images they are over. `refused` says why there is none of this,
    for a comparison as a whole, whose row then has no metric. Sides that are not trained have no
    row.

    Args:
        tables: about the protocol's own cells.
        measured: the protocol's values and runs.
        cells, chosen: as for `level_sides`.
    """
    rows: list[Row] = []
    pairs: dict[int, Pair] = {}  # by the place of their rows
    for about, table, sides in compared_levels(tables, cells, chosen):
        about |= {"factor": table.factor, "round": table.round}
        for row, pair in _compare(about, table, sides, measured):
            if pair is not None:
                pairs[len(rows)] = pair
            rows.append(row)
    frame = pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))
    frame["p_holm"] = np.nan
    compared = frame[frame["refused"].isna()]
    for _, family in compared.groupby(["table", "metric"]):
        frame.loc[family.index, "p_holm"] = holm(family["p_value"])
        for place, alpha in zip(family.index, holm_alphas(family["p_value"])):
            found = pairs[place].interval(alpha)
            frame.loc[place, ["low_adjusted", "high_adjusted"]] = [found.low, found.high]
            if beside := pairs[place].bootstrap_t(alpha):
                frame.loc[place, list(beside)] = list(beside.values())
    return frame


def _compare(
    about: Row, table: Table, sides: tuple[Side, Side], measured: Measured
) -> list[tuple[Row, Pair | None]]:
    """The row of each metric of one comparison, with its pair, where it is not refused."""
    found: list[tuple[Row, Pair | None]] = []
    for metric in present_metrics(measured.values):
        row = about | {"metric": metric}
        try:
            pair = pair_sides(*sides, metric, table.factor, table.along[table.factor], measured)
        except NotTrained:  # the table says which seeds are missing
            return []
        except (Confounded, Alike) as error:
            return [(about | {"refused": str(error)}, None)]
        row |= {"guard": pair.guard, "caveat": pair.caveat, "edge": pair.edge, **pair.statistics}
        found.append((row | _images(pair, measured), pair))
    return found


def _images(pair: Pair, measured: Measured) -> Row:
    """The interval of a final accuracy from its images, over the seeds that both sides have."""
    accuracies = {f"final_{split}_accuracy": split for split in SCORED_SPLITS}
    split, number = accuracies.get(pair.metric), pair.first.rounds[-1]
    scores = [measured.scores.get((side.cell, number)) for side in (pair.first, pair.second)]
    if split is None or not all(scores):
        return {}
    first, second = (
        pd.DataFrame(correct_predictions(arrays, split), index=arrays["seeds"]).dropna()
        for arrays in scores
        if arrays
    )
    seeds = first.index.intersection(second.index)
    if seeds.empty:
        return {}
    groups = (measured.groups or {}).get(split)
    low, high = image_interval(first.loc[seeds].to_numpy(), second.loc[seeds].to_numpy(), groups)
    return {"images_low": low, "images_high": high}
