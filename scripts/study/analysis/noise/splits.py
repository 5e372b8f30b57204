"""Splits that are drawn anew, beside the seed: which samples are trained on, and validated on.

Of a validation metric the same draw decides both. Redrawn splits share most of their samples, so
that other samples altogether would make a larger difference than this.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from study.analysis.interval import Added
from study.analysis.measured import Description, Measured
from study.analysis.metrics import is_of_test
from study.analysis.noise import Estimate, Observed, deviations
from study.analysis.significance import ALPHA
from study.design.claims import Side
from study.store.errors import UserError

TITLE = "Split"
UNITS = ("split", "splits")
MEANING = (
    "other samples to train on, and other samples to validate on, beside what the seed does. Seeds"
    " on one split do not average it out; more splits do."
)
DRAWS = 100_000  # of a generalized pivotal quantity
OF_TEST = (
    "other splits leave the test split as it is; of its metrics no test over splits keeps its level"
)


def added(first: Side, second: Side, metric: str, measured: Measured) -> Added:
    """Over splits, what they have in common; nothing over seeds on one split.

    Raises:
        UserError: the sizes of the splits are not known.
    """
    if not measured.protocol.splits:
        return Added()
    untested = OF_TEST if is_of_test(metric) else ""
    return Added(share=split_share(measured.data), untested=untested)


def split_share(data: Mapping[str, Description]) -> float:
    """Validation samples for each training sample: n_val / n_train of Nadeau and Bengio (2003).

    Args:
        data: digest of prepared data -> their description, of those that are here.

    Raises:
        UserError: none is.
    """
    if not data:
        raise UserError(
            "Comparisons over splits that are drawn anew need the sizes of the splits, and the"
            " prepared data are not here; run the study, which prepares them"
        )
    sizes = next(iter(data.values()))["splits"]
    return sizes["val"]["count"] / sizes["train"]["count"]


def estimate(observed: Observed) -> Estimate | None:
    """What differences over splits vary by, less what seeds do."""
    if min(len(observed.seeds), len(observed.splits)) < 2:
        return None
    return split_noise(observed.splits, observed.seeds)


def split_noise(splits: ArrayLike, seeds: ArrayLike, alpha: float = ALPHA) -> Estimate:
    """The split's standard deviation, with its generalized confidence interval.

    Differences over splits that each have another seed vary by the seed's variance and the split's;
    the seed's is that over seeds on one split, which is taken to be the same on every split. The
    difference of the two estimates, or 0 where it is negative. The interval is of quantiles of the
    generalized pivotal quantity (Weerahandi 1993, JASA 88; Burdick, Borror and Montgomery 2005,
    Design and Analysis of Gauge R&R Studies), in 100,000 draws from a fixed seed.

    Args:
        splits: (k,) differences over redrawn splits.
        seeds: (n,) differences over seeds on one split.
        alpha: one minus the level.
    """
    splits, seeds = np.asarray(splits, float), np.asarray(seeds, float)
    generator = np.random.default_rng(0)
    variance, drawn = 0.0, np.zeros(DRAWS)
    for values, sign in ((splits, 1), (seeds, -1)):
        of_values, df = np.var(values, ddof=1), len(values) - 1
        variance += sign * of_values
        drawn += sign * df * of_values / generator.chisquare(df, DRAWS)
    low, high = np.quantile(drawn, [alpha / 2, 1 - alpha / 2])
    return deviations(variance, low, high, len(splits))
