"""What a run recorded of itself in run.json: its settings, and digests of what it was made from.

`parameters`, `epochs`, `device`, `first`, `last` and `round` say what was trained; where a program
trained, `command` is in place of `device`, and `scores` says what these are, if it declares it.
Where nothing was to be trained `trained` is false.
`data` is a digest of the prepared data, and `code` has one of the code that trains, and one of each
choice, such as the loss. `files` has the SHA-256 of each file that was written beside it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from study.store.errors import UserError
from study.store.paths import place_number

# What says how a run was trained -> the files that were then written.
TRAINED = {
    "device": {"metrics.csv", "scores.npz", "checkpoint.pt"},
    "command": {"metrics.csv", "scores.npz"},
}
RECORDED = {
    "parameters": dict,
    "epochs": int,
    "first": int,
    "last": int,
    "round": int,
    "data": str,
    "code": dict,
    "files": dict,
}


def is_current(record: dict, data: str, code: dict[str, str]) -> bool:
    """Whether a run was trained on these data, with this code; any data will do where there are
    none to compare with."""
    return record["data"] == (data or record["data"]) and record["code"] == code


@dataclass(frozen=True)
class Trial:
    """A trial that tuning chose, or might have chosen with other tuning seeds."""

    number: int  # among the trials, from 0
    values: dict[str, Any]  # of the tuned parameters
    weight: float  # the share of samples of the tuning seeds that choose it


@dataclass(frozen=True)
class Chosen:
    """What tuning chose for a side, as chosen.json has it."""

    side: str
    metric: str  # that it was chosen by
    mean: float  # of that metric over the tuning seeds
    # parameter -> lowest or highest, where the number is the end of what was tried, so that a
    # better one may lie beyond
    edges: dict[str, str]
    # the one that was chosen, and then all others that might have been, those of the most weight
    # first
    trials: list[Trial]

    @property
    def values(self) -> dict[str, Any]:
        """The values of the trial that was chosen."""
        return self.trials[0].values


def read_chosen(path: Path | str) -> Chosen:
    """What tuning chose for a side.

    Raises:
        UserError: the file is damaged.
    """
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
        chosen = Chosen(**found | {"trials": [Trial(**trial) for trial in found["trials"]]})
        if not isinstance(chosen.values, dict):
            raise ValueError("values is not a mapping")
        return chosen
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise UserError(f"{path}: damaged ({error}); delete it and run again") from error


def chosen_values(files: Sequence[str], place: str) -> dict[str, Any] | None:
    """What a run is trained with in place of its cell's values: of a tuned side what was chosen.

    Args:
        files: the chosen.json of the side; none where it is not tuned.
        place: the run's.

    Returns:
        None in a place that there is no trial for, where nothing is to be trained.
    """
    for path in files:
        trials, number = read_chosen(path).trials, place_number(place)
        return trials[number].values if number < len(trials) else None
    return {}


def is_trained(record: dict) -> bool:
    """Whether a run has trained anything: not in a place of a tuned side that stayed empty."""
    return record.get("trained", True)


def read_record(path: Path) -> dict:
    """The record of a run.

    Raises:
        UserError: it is damaged.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        if not text.endswith("\n"):
            raise ValueError("its end is cut off")
        record = json.loads(text)
        kinds = {key: type(value) for key, value in record.items()}
        how = [key for key in TRAINED if kinds.get(key) is str]
        if len(how) != 1 or any(kinds.get(key) is not kind for key, kind in RECORDED.items()):
            raise ValueError("not the record of a run of this version")
        if record["files"].keys() != TRAINED[how[0]]:
            raise ValueError("not the digests of a run's files")
        return record
    except (OSError, ValueError, AttributeError) as error:
        raise UserError(f"{path}: damaged ({error}); delete it and run again") from error
