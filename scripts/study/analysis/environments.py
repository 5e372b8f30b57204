"""What a study's runs were trained on, and for how long."""

import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

PACKAGES = ("torch", "numpy", "snakemake")
DESCRIBED = ("commit", "python", *PACKAGES, "system", "processor", "gpu", "threads")
# What environments.csv has, column by column.
ENVIRONMENT_COLUMNS = dict.fromkeys(DESCRIBED, str) | {"runs": int, "seconds": float}


def collect_environments(paths: Iterable[Path]) -> pd.DataFrame:
    """A row for each combination of versions and hardware, with its runs and their seconds.

    Args:
        paths: the environment.json of each run; those that are missing, or cannot be read, are left
            out, because nothing else depends on them.
    """
    rows = []
    for path in paths:
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            packages = {name: found["packages"].get(name) for name in PACKAGES}
            described = {name: (found | packages).get(name) for name in DESCRIBED}
            rows.append(described | {"runs": 1, "seconds": float(found["seconds"])})
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            continue
    frame = pd.DataFrame(rows, columns=list(ENVIRONMENT_COLUMNS))
    frame[list(DESCRIBED)] = (
        frame[list(DESCRIBED)].astype(object).where(frame.notna(), "").astype(str)
    )
    found = frame.groupby(list(DESCRIBED), sort=True, as_index=False)[["runs", "seconds"]].sum()
    return found.round({"seconds": 1})
