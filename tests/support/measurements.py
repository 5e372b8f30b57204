"""What runs came to, made up: values and records of two cells, and claims about them."""

from typing import Any

import numpy as np
import pandas as pd

from study.analysis.claims import judge
from study.analysis.guard import Recorded
from study.analysis.measured import Measured, by_seed
from study.analysis.planned_looks import ONE_LOOK, Plan
from study.design.claims import Claim, Side
from study.design.protocols import FIXED, PROTOCOLS
from study.design.tables import Table
from study.settings.choices import REGISTRIES
from study.settings.parameters import DEFAULTS, Level

PARAMETERS = {"bce": DEFAULTS, "ce": DEFAULTS | {"loss": "ce"}}
BCE, CE = (
    Side(name, [1], title=f"{name}, round 1", parameters=parameters)
    for name, parameters in PARAMETERS.items()
)
STEPS = np.arange(10)
LOW = list(0.9 + 0.001 * STEPS)
HIGH = list(0.95 + 0.001 * STEPS[::-1])  # higher by 0.041 to 0.059
NEAR = list(0.9 + 0.001 * STEPS + np.where(STEPS % 2, 0.001, -0.001))
SPLITS = PROTOCOLS["splits"]
# A description of prepared data, with ten training samples for each that is validated on.
TENTH = {
    "shape": [5],
    "classes": ["well", "ill"],
    "splits": {
        "train": {"count": 100, "negative": 50, "positive": 50},
        "val": {"count": 10, "negative": 5, "positive": 5},
    },
}


def make_runs(cells=PARAMETERS, rounds=(1, 2, 3), splits=(0,), **changes) -> pd.DataFrame:
    """runs.csv of some cells; `changes` are of the cell ce."""
    rows = []
    for name, parameters in cells.items():
        for split in splits:
            for number in rounds:
                row = {
                    "cell": name,
                    "place": "fixed",
                    "split": split,
                    "first": 0,
                    "last": 9,
                    "round": number,
                }
                row |= {"epochs": 30} | parameters
                row |= {"device": "cpu", "data": f"d{split or ''}", "code_trainer": "t"}
                row |= {f"code_{choice}": f"code of {parameters[choice]}" for choice in REGISTRIES}
                row |= changes if name == "ce" else {}
                rows.append(row)
    return pd.DataFrame(rows)


def make_values(**cells) -> pd.DataFrame:
    """A metric's values, a list over seeds for each cell, in round 1; or a dict of rounds."""
    rows = [
        (cell, "fixed", number, seed, value)
        for cell, rounds in cells.items()
        for number, values in (rounds if isinstance(rounds, dict) else {1: rounds}).items()
        for seed, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=["cell", "place", "round", "seed", "val_accuracy"])


def measured(
    values: pd.DataFrame, runs: pd.DataFrame | Recorded | None = None, **about: Any
) -> Measured:
    """What a protocol's runs came to, the fixed one's unless another is said."""
    recorded = (
        runs if isinstance(runs, Recorded) else Recorded(make_runs() if runs is None else runs)
    )
    return Measured(values=by_seed(values), recorded=recorded, **{"protocol": FIXED} | about)


def claim(expect: str, *pairs: tuple[Side, Side], **keys: Any) -> Claim:
    """A claim on the validation accuracy of two losses."""
    about = {"sentence": "It is so.", "metric": "val_accuracy", "factor": "loss"}
    return Claim(expect=expect, compare=list(pairs), **about | keys)


def verdict(
    claims: dict[str, Claim],
    values: pd.DataFrame,
    runs: pd.DataFrame | Recorded | None = None,
    plan: Plan = ONE_LOOK,
) -> pd.DataFrame:
    """The claims' rows, by their names."""
    return judge(claims, measured(values, runs), plan)[0].set_index("claim")


def make_table(factor: str, levels: list[Level], cells: list[str], number: int = 1) -> Table:
    """A table of one factor whose levels are these cells."""
    return Table(
        vary=[factor],
        levels={factor: levels},
        changes={},
        round=number,
        metrics=[],
        caption="",
        rows=[{factor: level} for level in levels],
        cells=cells,
        along={factor: {}},
    )
