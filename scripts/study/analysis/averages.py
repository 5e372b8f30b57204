"""From the metrics of each epoch to one mean a seed, and from those to a mean over seeds."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from study.training import EPOCH_METRICS

HALVES = ("early", "late")
DECIMALS = 12  # averages over the same counts that are taken in another order agree to about 15


def half_name(metric: str, half: str) -> str:
    """The column that has a metric's mean over half of the epochs: `val_loss_early`."""
    return f"{metric}_{half}"


HALF_METRICS = [half_name(metric, half) for half in HALVES for metric in EPOCH_METRICS]


def average_epochs(metrics: pd.DataFrame, warmup_epochs: int) -> pd.DataFrame:
    """The means over the epochs after the warm-up, one row per seed, empty where it diverged.

    Beside the means over all of them are those over their first half and over their last, which say
    how a curve runs within a round; where the number of epochs is odd, the one in the middle is in
    neither.
    """
    after = metrics[(metrics["epoch"] > warmup_epochs) & ~metrics["diverged"]]
    last = after.groupby("seed")["epoch"].transform("max")  # of each: a round may end early
    half = (last - warmup_epochs) // 2
    parts = {
        "": after,
        "early": after[after["epoch"] <= warmup_epochs + half],
        "late": after[after["epoch"] > last - half],
    }
    means = []
    for half_of, part in parts.items():
        names = {name: half_name(name, half_of) if half_of else name for name in EPOCH_METRICS}
        means.append(part.groupby("seed")[list(EPOCH_METRICS)].mean().rename(columns=names))
    by_seed = pd.concat(means, axis=1).reindex(sorted(metrics["seed"].unique()))
    return by_seed.rename_axis("seed").reset_index()


def diverged_rows(values: pd.DataFrame) -> pd.Series:
    """Whether each row is of a seed that diverged: it has no averages."""
    averages = [metric for metric in EPOCH_METRICS if metric in values]
    return values[averages].isna().all(axis=1)


def over_seeds(values: pd.DataFrame, metrics: Sequence[str] = EPOCH_METRICS) -> dict[str, Any]:
    """Counts, means and sample standard deviations over seeds.

    Args:
        values: one row per seed, its averages empty where it diverged.
        metrics: those to average.

    Returns:
        `n` (seeds that the means are over), `diverged`, and for each metric its mean and, under
        `<metric>_sd`, its standard deviation (n - 1 in the denominator; NaN below two seeds).
    """
    whole = values[~diverged_rows(values)]
    row: dict[str, Any] = {"n": len(whole), "diverged": len(values) - len(whole)}
    for metric in metrics:
        column = whole[metric] if metric in whole else pd.Series(dtype=float)
        row[metric] = column.mean()
        row[f"{metric}_sd"] = column.std(ddof=1)
    return row
