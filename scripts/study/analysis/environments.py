"""What runs ran on and how long they took, from the environment.json of each to one table."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from study.design.runs import Run
from study.store.errors import UserError

RUN_KEYS = ("cell", "place", "split", "first", "last", "round")
PACKAGES = ("torch", "numpy", "snakemake")
# What a run says of itself, beside its `threads` and its `seconds` from start to end.
DESCRIBED = ("commit", "python", *PACKAGES, "system", "processor", "gpu")
# What text environments.csv has; other columns are numbers.
ENVIRONMENT_COLUMNS = dict.fromkeys(["cell", "place", *DESCRIBED], str) | dict.fromkeys(
    ["split", "first", "last", "round", "threads", "seconds"], float
)


def collect_environments(runs: Sequence[Run], folders: Sequence[Path | str]) -> pd.DataFrame:
    """One row per run: `RUN_KEYS`, `DESCRIBED`, `threads` and `seconds`.

    `commit` is of the code and empty outside git, `gpu` is empty without one, and all are empty for
    a run without environment.json.

    Args:
        runs: those to read.
        folders: the folder of each, where its environment.json may be.

    Raises:
        UserError: a file is damaged.
    """
    rows = [
        {key: getattr(run, key) for key in RUN_KEYS}
        | _read_environment(Path(folder) / "environment.json")
        for run, folder in zip(runs, folders, strict=True)
    ]
    return pd.DataFrame(rows, columns=[*RUN_KEYS, *DESCRIBED, "threads", "seconds"])


def _read_environment(path: Path) -> dict[str, Any]:
    """What a run says of itself; nothing where there is no file."""
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        versions = {name: found["packages"].get(name) for name in PACKAGES}
        described = {name: (found | versions).get(name) for name in DESCRIBED}
        return described | {name: found[name] for name in ("threads", "seconds")}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError(f"{path}: damaged ({error}); delete it and run again") from error


def distinct_environments(environments: pd.DataFrame) -> pd.DataFrame:
    """A row for each combination of versions and hardware: how many `runs`, and their `seconds`.

    Runs that recorded nothing are left out.

    Args:
        environments: as `collect_environments` returns them.
    """
    keys = [*DESCRIBED, "threads"]
    recorded = environments[environments["seconds"].notna()]
    described = recorded[keys].astype(object).where(recorded[keys].notna(), "").astype(str)
    described["threads"] = recorded["threads"].astype(int).astype(str)
    described["seconds"] = recorded["seconds"].astype(float)
    by_kind = described.groupby(keys, sort=True)["seconds"]
    return by_kind.agg(runs="size", seconds="sum").reset_index().round({"seconds": 1})
