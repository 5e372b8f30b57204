"""A table of two cells, and the values that it is made of."""

import pandas as pd

from study.design.tables import Table
from study.training import EPOCH_METRICS

METRICS = list(EPOCH_METRICS)
TABLE = Table(
    vary=["loss"],
    levels={"loss": ["bce", "ce"]},
    changes={},
    round=2,
    metrics=METRICS,
    caption="",
    rows=[{"loss": "bce"}, {"loss": "ce"}],
    cells=["a", "b"],
    along={"loss": {}},
)


def make_values() -> pd.DataFrame:
    """Cell a with seeds 0 to 2, of which 2 diverged; cell b with seed 0 alone; round 1 differs."""
    rows = [
        ("a", 2, 0, 0.1, 0.96, 0.3, 0.9),
        ("a", 2, 1, 0.3, 0.98, 0.5, 0.9),
        ("a", 2, 2, None, None, None, None),
        ("b", 2, 0, 0.25, 0.5, 0.75, 1.0),
        ("a", 1, 0, 7.0, 0.0, 7.0, 0.0),
    ]
    return pd.DataFrame(rows, columns=["cell", "round", "seed", *METRICS])
