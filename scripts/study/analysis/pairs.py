"""Two sides of a comparison, matched by seed or by split: the one place where they are compared.

What they may be compared for is proved, what cannot be said of them is said, and all the noise of
their difference is known, before anything is worked out of it. Comparisons of tables, claims, noise
and probabilities about a margin are all made from such pairs.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from study.analysis import interval
from study.analysis.alike import refuse_alike
from study.analysis.averages import DECIMALS
from study.analysis.caveats import caveat
from study.analysis.guard import NotTrained, check_comparison, check_sides
from study.analysis.interval import Interval, Noise
from study.analysis.measured import Description, Measured
from study.analysis.metrics import METRICS
from study.analysis.noise import noise_of
from study.analysis.significance import ALPHA, sign_flip_p
from study.analysis.skewness import are_skewed, bootstrap_t, skewness
from study.analysis.tuned_sides import AT_CHOSEN, FIXED
from study.analysis.wins import share_won
from study.design.budget import training_samples
from study.design.claims import Side
from study.design.factors import Along

SMALL = "smaller than one sample"  # what `is_below_one_sample` is called
# The metrics to which one sample adds 1 / the split's size.
ACCURACIES = [
    name
    for name in METRICS
    if name.removesuffix("_chosen").endswith("_accuracy")
    and "balanced" not in name
    and METRICS[name].split
]
# What a file has of a paired difference, column by column: see `compare_values`.
DIFFERENCE_COLUMNS = {
    "sides": str,  # what it is a difference of: see study.analysis.tuned_sides
    "n": int,
    "difference": float,
    "sd": float,
    "low": float,
    "high": float,
    "added_sd": float,  # what other noise than that of seeds or splits adds to the mean's
    "one_sample": float,  # what one sample of its split adds to an accuracy; else nothing
    "differences": str,  # each seed's or split's, `seed:difference`
}


@dataclass(frozen=True, eq=False)
class Pair:
    """Two sides on one metric, that differ in one factor and in nothing else."""

    first: Side
    second: Side
    metric: str
    values: tuple[
        pd.Series, pd.Series
    ]  # of each side by seed or split, without those that diverged
    guard: str  # the proof, in words
    caveat: str  # what the difference may come from besides; sentences, or nothing
    noise: Noise  # of the mean difference, beside that of its seeds or splits
    one_sample: float = np.nan  # see DIFFERENCE_COLUMNS
    edge: str = ""  # which values that tuning chose are an end of what was tried, so not tuned
    sides: str = FIXED  # see DIFFERENCE_COLUMNS

    @cached_property
    def matched(self) -> pd.DataFrame:
        """Both sides' values, (n, 2), by the seeds or splits that both have."""
        return pd.concat(self.values, axis=1, join="inner", keys=["first", "second"])

    @property
    def n(self) -> int:
        """How many seeds or splits both sides have."""
        return len(self.matched)

    @cached_property
    def differences(self) -> pd.Series:
        """First - second, by seed or split."""
        found = paired_differences(self.matched["first"], self.matched["second"])
        return pd.Series(found, self.matched.index)

    def interval(self, alpha: float = ALPHA) -> Interval:
        """The mean difference with its interval at a level, with all of its noise."""
        return interval.interval(self.differences, self.noise, alpha)

    def p_value(self, mean: float = 0.0) -> float:
        """That the true mean difference is this, with all of its noise; NaN of fewer than two."""
        if self.n < 2:
            return np.nan
        return interval.p_value(self.differences, self.noise, mean)

    @cached_property
    def statistics(self) -> dict[str, Any]:
        """What `compare_values` returns, the interval and the p-value with all of the noise, the
        rest of `DIFFERENCE_COLUMNS`, and `WINS_COLUMNS`; where there is no other noise than the
        seeds', how skewed the differences are."""
        row: dict[str, Any] = compare_values(self.matched["first"], self.matched["second"])
        if self.noise.is_of_seeds_alone:
            row |= {"skewness": skewness(self.differences)}
        else:
            found = self.interval()
            row |= {"low": found.low, "high": found.high, "p_value": self.p_value()}
        each = (f"{seed}:{value!r}" for seed, value in self.differences.items())
        return row | {
            **share_won(self.differences, METRICS[self.metric].better, self.noise),
            "sides": self.sides,
            "added_sd": math.hypot(*self.noise.sds),
            "one_sample": self.one_sample,
            "differences": " ".join(each),
        }

    @cached_property
    def is_skewed(self) -> bool:
        """Whether there is a bootstrap-t beside the t-test."""
        return self.noise.is_of_seeds_alone and are_skewed(self.differences)

    def bootstrap_t(self, alpha: float = ALPHA) -> dict[str, float]:
        """What files have of the bootstrap-t at a level; nothing where the pair is not skewed."""
        if not self.is_skewed:
            return {}
        found = bootstrap_t(self.differences, alpha)
        return {f"{name}_bootstrap_t": value for name, value in zip(("low", "high", "p"), found)}

    @cached_property
    def sign_flip_p(self) -> float:
        """That of the sign-flip test; NaN where there is other noise than the seeds'."""
        return sign_flip_p(self.differences) if self.noise.is_of_seeds_alone else np.nan


def pair_sides(
    first: Side, second: Side, metric: str, factor: str, along: Along, measured: Measured
) -> Pair:
    """Compare two sides on a metric by what a protocol's runs came to.

    Args:
        first, second: the sides.
        metric: which one.
        factor: what they differ in: a training parameter, `round` or `epoch`.
        along: what moves along with it.
        measured: the protocol's values and runs. Over splits that are drawn anew sides are matched
            by split, and proved on each of them.

    Returns:
        The pair. It may have few seeds or none, where they diverged.

    Raises:
        Confounded: the sides differ in more than the factor, or not in it.
        NotTrained: a side is not there, or the metric is not.
        Alike: all seeds of a side are one observation.
    """
    check_sides(first, second, factor, along)
    sides = measured.what_is_compared(first, second)
    if sides == AT_CHOSEN:
        measured = measured.at_chosen
    values = measured.of_side(first, metric), measured.of_side(second, metric)
    trained = values[0].index.intersection(values[1].index)
    splits = trained.tolist() if measured.protocol.splits else [0]
    if not splits:
        raise NotTrained(f"no split has both {first.title} and {second.title}")
    recorded = measured.recorded
    guard = check_comparison(recorded, first, second, factor, along, splits)
    for side in (first, second):
        for number in side.rounds:
            rows = measured.of_cell(side.cell, number)
            seeds = rows.index.intersection(trained)
            over = "splits" if measured.protocol.splits else "seeds"
            refuse_alike(rows, seeds.tolist(), side.title, recorded.by_program, over)
    records = [recorded.of_side(side, splits[0]) for side in (first, second)]
    said = (
        ""
        if recorded.by_program
        else caveat(
            factor,
            first,
            second,
            [record["epochs"] for record in records],
            measured.description(records[0]["data"]),
            along,
            measured.trials,
        )
    )
    noise = noise_of(first, second, metric, measured)
    kept = values[0].dropna(), values[1].dropna()
    one_sample = sample_share(metric, (first, second), measured.description(records[0]["data"]))
    edge = edge_words((first, second), measured.edges)
    return Pair(first, second, metric, kept, guard, said, noise, one_sample, edge, sides)


def edge_words(sides: Iterable[Side], edges: Mapping[str, Mapping[str, str]]) -> str:
    """`learning_rate is the highest tried for loss CE, round 3`; nothing where none is an end.

    Args:
        sides: those that are compared.
        edges: as `Measured` has them.
    """
    titles: dict[str, str] = {}
    for side in sides:
        titles.setdefault(side.cell, side.title)
    return "; ".join(
        f"{name} is the {end} tried for {title}"
        for cell, title in titles.items()
        for name, end in edges.get(cell, {}).items()
    )


def sample_share(metric: str, sides: Iterable[Side], data: Description | None) -> float:
    """What one sample adds to an accuracy: 1 / its split's, or the smaller training share's.

    NaN for other metrics, and where the data are not described.
    """
    split = METRICS[metric].split
    if data is None or split not in data["splits"] or metric not in ACCURACIES:
        return np.nan
    counts = [data["splits"][split]["count"]]
    if split == "train":
        known = (side.parameters for side in sides if "train_share" in side.parameters)
        counts += [training_samples(parameters, data) for parameters in known]
    return float(np.round(1 / min(counts), DECIMALS))


def is_below_one_sample(row: Mapping[str, Any]) -> bool:
    """Whether a difference of accuracies is smaller than one sample of their split.

    Args:
        row: of a file with `DIFFERENCE_COLUMNS`; False where there is no such column.
    """
    return bool(0 < abs(row["difference"]) < row.get("one_sample", np.nan))


def paired_differences(first: ArrayLike, second: ArrayLike) -> np.ndarray:
    """first - second, without the last bits in which equal averages may differ."""
    return np.round(np.asarray(first, float) - np.asarray(second, float), DECIMALS)


def compare_values(first: ArrayLike, second: ArrayLike) -> dict[str, float]:
    """What the pairs (first[i], second[i]) say about the difference first - second.

    Returns `n`, `difference` (its mean), `sd`, the 95% t-interval from `low` to `high`, `p_value`
    (paired t; NaN of fewer than two), `d_z` (mean / sd of the differences, Cohen 1988),
    `probability_higher` (that a run of the first is higher than a run of the second, whatever their
    seeds, ties counted half: the Mann-Whitney statistic over n², which does not look at pairs), and
    `correlation` (Pearson's, from three pairs on).
    """
    one, other = (np.round(np.asarray(side, float), DECIMALS) for side in (first, second))
    differences = paired_differences(one, other)
    n, mean, sd, low, high = interval.interval(differences)
    difference = np.round(mean, DECIMALS) + 0.0  # no minus zero
    higher = (one[:, None] > other) + 0.5 * (one[:, None] == other)
    varies = n > 2 and np.ptp(one) > 0 and np.ptp(other) > 0
    return {
        "n": n,
        "difference": difference,
        "sd": sd,
        "low": low,
        "high": high,
        "p_value": interval.p_value(differences) if n > 1 else np.nan,
        "d_z": difference / sd if sd > 0 else np.nan,
        "probability_higher": higher.mean() if n else np.nan,
        "correlation": np.corrcoef(one, other)[0, 1] if varies else np.nan,
    }
