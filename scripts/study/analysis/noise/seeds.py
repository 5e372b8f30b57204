"""Seeds: the initial weights, the order of the samples. Over seeds on one split."""

from study.analysis.interval import Added
from study.analysis.measured import Measured
from study.analysis.noise import Estimate, Observed, sample_deviation
from study.design.claims import Side

TITLE = "Seed"
UNITS = ("seed", "seeds")
MEANING = "another seed, on the same split. Training more seeds averages it out."


def added(first: Side, second: Side, metric: str, measured: Measured) -> Added:
    """Nothing: it is what the differences themselves vary by."""
    return Added()


def estimate(observed: Observed) -> Estimate | None:
    """The deviation of the differences over seeds."""
    return sample_deviation(observed.seeds) if len(observed.seeds) > 1 else None
