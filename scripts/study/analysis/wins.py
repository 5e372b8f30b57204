"""In how many seeds one side is the better one: P(A > B), paired, of Bouthillier et al. (2021).

The share of pairs in which A is better than B, ties half, with the interval of the percentile
bootstrap over pairs. A difference is significant where the interval's lower end is above 0.5, and
meaningful besides where its upper end is above a threshold (Bouthillier et al. 2021, "Accounting
for variance in machine learning benchmarks", MLSys 3, who recommend 0.75).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.polynomial.polynomial import polypow
from numpy.typing import ArrayLike

from study.analysis.interval import OF_SEEDS, Noise
from study.analysis.significance import ALPHA, MIN_SEEDS

THRESHOLD = 0.75  # the authors' γ: with an upper end no higher, a difference is too small
# What a file has, column by column.
WINS_COLUMNS = {
    "wins": float,  # the share of pairs in which the first side is the better one, ties half
    "wins_low": float,  # its 95% interval
    "wins_high": float,
}


def share_won(
    differences: ArrayLike, better: Literal["higher", "lower"] | None, noise: Noise = OF_SEEDS
) -> dict[str, float]:
    """`WINS_COLUMNS` of first - second; NaN for a metric with no better value.

    Args:
        differences: (n,), of pairs by seed or by split.
        better: which value of the metric.
        noise: of their mean, beside their own. Where there is any, pairs are not independent, or
            not all that varies, and there is no interval. Nor is there of fewer than two.
    """
    signs = np.sign(np.asarray(differences, float)) * (-1 if better == "lower" else 1)
    if not signs.size or better is None:
        return dict.fromkeys(WINS_COLUMNS, np.nan)
    lost, tied, won = (int((signs == sign).sum()) for sign in (-1, 0, 1))
    low = high = np.nan
    if signs.size > 1 and noise.is_of_seeds_alone:
        low, high = bootstrap_ends(lost, tied, won)
    return {"wins": (won + tied / 2) / signs.size, "wins_low": low, "wins_high": high}


@cache
def bootstrap_ends(lost: int, tied: int, won: int, alpha: float = ALPHA) -> tuple[float, float]:
    """Between which shares those of resampled pairs lie, but for alpha / 2 on each side.

    Nothing is drawn: points of n resampled pairs, none, a half or one each, have a distribution
    that is known, the n-th power of the polynomial of one pair's. Of pairs that are all won the
    ends are both 1, as in any bootstrap.
    """
    pairs = lost + tied + won
    at_most = np.cumsum(polypow(np.array([lost, tied, won]) / pairs, pairs)) + 1e-12
    low, high = (int(np.argmax(at_most >= level)) for level in (alpha / 2, 1 - alpha / 2))
    return low / (2 * pairs), high / (2 * pairs)


def reading(row: Mapping[str, Any]) -> str:
    """What the authors would call a row's difference, whichever side is better.

    Nothing where it has no interval, or for fewer seeds than a verdict needs: five wins of five
    have the interval from 1 to 1.
    """
    if row["n"] < MIN_SEEDS:
        return ""
    low, high = sorted((row["wins_low"], row["wins_high"]))
    if np.isnan(low) or np.isnan(high):
        return ""
    if high < 0.5:
        low, high = 1 - high, 1 - low
    if low <= 0.5:
        return "not significant"
    return "significant and meaningful" if high > THRESHOLD else "significant, not meaningful"
