"""Where the validation and the test split disagree, which an average over one does not show.

Two things are tested on both splits: the accuracy of each level, and the difference between two
levels, in accuracy and in ROC AUC. The gap is what validation says less what test says. It varies
with the seeds and, because the images of either split are a sample, with these; the variances of
independent sources add up. Holm's adjustment is over all gaps of a study.
"""

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from study.analysis.alike import are_alike
from study.analysis.comparisons import compared_levels, find_pair, level_sides
from study.analysis.epochs import scored_epoch
from study.analysis.evaluation import split_sizes
from study.analysis.measured import Measured
from study.analysis.metrics import format_value, is_percentage, metric_title
from study.analysis.noise.images import OverImages, of_accuracy, of_difference
from study.analysis.significance import ALPHA, holm, holm_alphas
from study.design.cell import Cell
from study.design.tables import Table, of_one_factor
from study.settings.level_titles import level_title

# What the file has, a row a test; `what` is a key of MEANINGS, and a level alone is `against`
# nothing. `gap` is validation's less test's, with its interval at the level at which Holm tests it;
# `text` is the warning, of the clearest gap of a table, a metric and either kind.
DISAGREEMENT_COLUMNS = {
    "table": str,
    "what": str,
    "metric": str,
    "level": str,
    "against": str,
    "n": int,
    "gap": float,
    "low_adjusted": float,
    "high_adjusted": float,
    "p_value": float,
    "p_holm": float,
    "text": str,
}
MEANINGS = {
    "level": (
        "Where accuracies are that far apart, the splits' images come from different places or are"
        " not equally hard, or settings were chosen by validation. On other data, expect the"
        " test accuracy."
    ),
    "difference": (
        "Where differences are that far apart, what the factor does depends on the images: a"
        " verdict on one split need not hold on the other."
    ),
}
SPLITS = ("val", "test")
QUANTITIES = ("accuracy", "roc_auc")  # whose variance over images is known
Row = dict[str, Any]  # of the file, by its columns


class Gap(NamedTuple):
    """A mean that is Student's t about the true one."""

    mean: float
    error: float  # its standard error
    df: float

    def p_value(self) -> float:
        """Two-sided, of a true gap of zero."""
        return float(2 * stdtr(self.df, -abs(self.mean) / self.error))

    def interval(self, alpha: float) -> tuple[float, float]:
        """Where the true gap lies."""
        half = stdtrit(self.df, 1 - alpha / 2) * self.error
        return self.mean - half, self.mean + half


def gap_of(by_seed: ArrayLike, images: Sequence[tuple[float, int]]) -> Gap | None:
    """The mean of a gap over seeds, with its noise; None where nothing varies.

    Its variance is s²/n plus those of the images, its degrees of freedom those of Welch (1947,
    Biometrika 34) and Satterthwaite (1946, Biometrics Bulletin 2). For one seed, only the images'.

    Args:
        by_seed: (n,), each seed's gap.
        images: for either split, the images' variance of the mean over these seeds, and over how
            many images or groups it is.
    """
    values = np.asarray(by_seed, float)
    parts = [(variance, units - 1) for variance, units in images]
    if len(values) > 1:
        parts.append((values.var(ddof=1) / len(values), len(values) - 1))
    variance = sum(part for part, _ in parts)
    if not variance > 0:
        return None
    df = variance**2 / sum(part**2 / of_part for part, of_part in parts if part > 0)
    return Gap(float(values.mean()), math.sqrt(variance), df)


class Tested(NamedTuple):
    """One test."""

    about: Row  # what its row says of it
    test: Hashable  # the same for tests of the same cells
    gap: Gap
    words: str  # what would be warned


def find_disagreements(
    tables: Mapping[str, Table], cells: Mapping[str, Cell], measured: Measured
) -> pd.DataFrame:
    """`DISAGREEMENT_COLUMNS`, of every level and comparison that has both splits.

    Args:
        tables, cells: the study's own.
        measured: by the fixed protocol, with the scores of the tables' cells.
    """
    sizes = split_sizes(measured.scores)
    tested: list[Tested] = []
    for name, table in of_one_factor(tables).items() if {*SPLITS} <= sizes.keys() else ():
        tested += _levels(name, table, cells, measured, sizes)
        tested += _differences(name, table, cells, measured)
    once = {each.test: each.gap.p_value() for each in tested}  # cells may be in several tables
    p_values = [*once.values()]
    adjusted = dict(zip(once, zip(holm(p_values), holm_alphas(p_values))))
    rows = []
    for each in tested:
        p_holm, alpha = adjusted[each.test]
        low, high = each.gap.interval(alpha)
        row = each.about | {"gap": each.gap.mean, "low_adjusted": low, "high_adjusted": high}
        rows.append(row | {"p_value": once[each.test], "p_holm": p_holm})
    frame = pd.DataFrame(rows, columns=list(DISAGREEMENT_COLUMNS))
    apart = frame[frame["p_holm"] <= ALPHA]
    clearest = apart.groupby(["table", "what", "metric"])["p_value"].idxmin()
    texts = {place: tested[place].words + _gap_words(rows[place]) for place in clearest}
    return frame.assign(text=pd.Series(texts, frame.index, object))


def warned_of(disagreements: pd.DataFrame) -> pd.DataFrame:
    """The rows that are warnings."""
    return disagreements[disagreements["text"].notna()]


def _levels(
    name: str,
    table: Table,
    cells: Mapping[str, Cell],
    measured: Measured,
    sizes: Mapping[str, int],
) -> Iterator[Tested]:
    """The accuracies of each level of a table on both splits."""
    for level, side in zip(table.row_levels, level_sides(table, cells)):
        trained = measured.of_cell(side.cell, table.round)
        both = trained[[f"final_{split}_accuracy" for split in SPLITS]].dropna()
        both = both[:1] if are_alike(trained) else both
        if both.empty:
            continue
        gap = _gap(both, [of_accuracy(side, split, measured) for split in SPLITS])
        if gap is None:
            continue
        val, test = (format_value("final_val_accuracy", mean) for mean in both.mean())
        epoch = scored_epoch([cells[side.cell].parameters.get("epoch_choice", "last")])
        about = {"what": "level", "metric": "final_test_accuracy", "level": str(level)}
        yield Tested(
            about | {"table": name, "n": len(both)},
            (side.cell, table.round),
            gap,
            f"Level {level_title(table.factor, level)}: after the {epoch} epoch, accuracy is"
            f" {val}% on the validation split and {test}% on the test split, farther apart than"
            f" {sizes['val']} and {sizes['test']} images can explain",
        )


def _differences(
    name: str, table: Table, cells: Mapping[str, Cell], measured: Measured
) -> Iterator[Tested]:
    """The differences of a table's levels from its first on both splits."""
    for quantity, (about, _, sides) in product(QUANTITIES, compared_levels({name: table}, cells)):
        metrics = [f"final_{split}_{quantity}" for split in SPLITS]
        pairs = [find_pair(table, sides, metric, measured) for metric in metrics]
        found = [pair.differences for pair in pairs if pair]
        if len(found) < len(SPLITS):
            continue
        both = pd.concat(found, axis=1, join="inner")
        if len(both) < 2:
            continue
        images = [of_difference(*sides, metric, measured) for metric in metrics]
        gap = _gap(both, images)
        if gap is None:
            continue
        val, test = (format_value(metrics[0], mean, sign=True) for mean in both.mean())
        title = metric_title(metrics[0]).removeprefix("Final validation ").removesuffix(" (%)")
        unit = " percentage points" if is_percentage(metrics[0]) else ""
        versus = " − ".join(level_title(table.factor, about[side]) for side in ("level", "against"))
        yield Tested(
            about | {"what": "difference", "metric": metrics[1], "n": len(both)},
            (*(side.cell for side in sides), table.round, quantity),
            gap,
            f"{versus}: {title} differs by {val} on the validation split and by {test}{unit} on"
            " the test split",
        )


def _gap(both: pd.DataFrame, images: Sequence[OverImages | None]) -> Gap | None:
    """The gap of what each seed has on either split, (n, 2); None if the images' is not known."""
    known = [(of.variance, len(of.influence)) for of in images if of]
    if len(known) < len(SPLITS) or min(units for _, units in known) < 2:
        return None
    return gap_of(both.iloc[:, 0] - both.iloc[:, 1], known)


def _gap_words(row: Row) -> str:
    """`, a gap of −0.0078 [−0.0101, −0.0055]`, of a difference."""
    if row["what"] == "level":
        return ""
    gap, low, high = (
        format_value(row["metric"], row[key], sign=True)
        for key in ("gap", "low_adjusted", "high_adjusted")
    )
    return f", a gap of {gap} [{low}, {high}]"
