"""Splits that are drawn anew, each with another seed: which samples are trained and validated on.

For a validation metric the same draw decides both. Redrawn splits share most of their samples, so
entirely different samples would make a larger difference than this.
"""

from collections.abc import Mapping

from study.analysis.interval import Added
from study.analysis.measured import Description, Measured
from study.analysis.metrics import is_of_test
from study.analysis.noise import Estimate, Observed, sample_deviation
from study.design.claims import Side
from study.store.errors import UserError

TITLE = "Split and seed"
UNITS = ("split", "splits")
MEANING = (
    "another split of the samples with another seed, both at once. Seeds on one split do not"
    " average it out; more splits do. Redrawn splits share most of their samples, so it is"
    " underestimated."
)
OF_TEST = (
    "other splits leave the test split unchanged, so for metrics on the test split no test over"
    " splits holds its significance level"
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
            "Comparisons over redrawn splits need the sizes of the splits, but the prepared data"
            " are not here; run the study, which prepares them"
        )
    sizes = next(iter(data.values()))["splits"]
    return sizes["val"]["count"] / sizes["train"]["count"]


def estimate(observed: Observed) -> Estimate | None:
    """The deviation of the differences over splits.

    The split's own part cannot be had: each split has one seed, and how much seeds vary on one
    split is not how much they do on another.
    """
    return sample_deviation(observed.splits) if len(observed.splits) > 1 else None
