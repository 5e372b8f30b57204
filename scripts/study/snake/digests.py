"""What decides a run: its data, its code and its parameters, and the digest of all of them.

The digest is in the run's path (`study.store.paths.RUN`). So another trainer, other data or another
rate is another folder, and what is in a folder never has to be compared with what is wanted.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from study.data.content_digest import content_digest
from study.design.runs import Run
from study.design.study import Study, run_cell, trial_runs
from study.settings.choices import DEVICE_KINDS
from study.settings.parameters import listed
from study.store.code import code_digest
from study.store.errors import UserError

DIGITS = 12  # hexadecimal, of a digest in a path
TOLD = "STUDY_DATA_DIGESTS"  # the environment variable by which jobs know those of data


def data_digest(study: Study, in_job: bool = False) -> str:
    """What decides the prepared data's content, as 12 hex digits.

    That is the data set's entry, the content of its files and the code of its kind.

    Args:
        study: on the data set.
        in_job: whether this is the process of a job, which looks at no file where it was told the
            digest (see `tell_jobs`).

    Raises:
        UserError: the source is missing or cannot be read.
    """
    if in_job and (told := _told().get(_entry_digest(study))):
        return told
    content = content_digest(study.dataset, study.entry, Path(".snakemake") / "source_digests.json")
    code = code_digest(
        "study.data.prepared:prepare", uses={"study.data:KINDS": study.entry["kind"]}
    )
    return _short(f"{content} {code}")


def current_data(study: Study, in_job: bool = False) -> str:
    """`data_digest`, or nothing where the source cannot be read."""
    try:
        return data_digest(study, in_job)
    except UserError:
        return ""


def tell_jobs(study: Study, data: str) -> None:
    """Tell the processes of jobs the digest of a data set, by their environment.

    Each reads the Snakefile again, on a cluster on another machine at the same time as hundreds of
    others. One that does not have this environment looks at the files itself.
    """
    if data:
        os.environ[TOLD] = json.dumps(_told() | {_entry_digest(study): data})


def _told() -> dict[str, str]:
    return json.loads(os.environ.get(TOLD, "{}"))


def _entry_digest(study: Study) -> str:
    return _short(json.dumps([study.dataset, study.entry], sort_keys=True))


def split_digest(data: str, split: int) -> str:
    """The digest of a prepared data set with a split that is drawn anew; split 0 is its own."""
    if not split:
        return data
    redraw = code_digest("study.data.redrawn:redraw")
    return f"{_short(f'{data} {redraw}')}_split{split}"


def place_runs(study: Study, data: str, runs: Iterable[Run]) -> list[Run]:
    """Runs with the digests of what they are to be trained with, which complete their paths.

    Args:
        study: theirs.
        data: the digest of its prepared data.
        runs: without digests.
    """
    known: dict[tuple[str, str, int], str] = {}
    placed = []
    for run in runs:
        if run.coordinates not in known:
            told = json.dumps(run_settings(study, data, run), sort_keys=True)
            known[run.coordinates] = _short(told)
        placed.append(replace(run, digest=known[run.coordinates]))
    return placed


def run_settings(study: Study, data: str, run: Run) -> dict[str, Any]:
    """All that decides a run's result, beside its seeds and its round.

    Returns:
        `parameters` that the cell lists; `epochs` of a round; `device`, or a program's `command`;
        `data`, the digest of the prepared data; `code`, digests of the code; and for a tuned side
        `tuning`, the digest of what its values are chosen by.
    """
    cell, trainer = run_cell(study, run), study.design.trainer
    found = {
        "parameters": listed(cell.parameters, study.design.specs),
        **trainer.how,
        "epochs": cell.epochs,
        "data": split_digest(data, run.split),
        "code": trainer.code(cell.parameters),
    }
    if run.is_tuned:
        found["tuning"] = tuning_digest(study, data, run.cell)
    return found


@cache
def tuning_digest(study: Study, data: str, side: str) -> str:
    """What decides the values that are chosen for a side: its trials' runs, and the choice."""
    tuning = study.tuning
    assert tuning is not None
    trials = place_runs(
        study, data, (run for run in trial_runs(study) if run.cell in tuning.sides[side])
    )
    # of the registry of final metrics only the one that decides, so that others may be added
    scored = tuning.metric.removeprefix("final_val_") if "final_" in tuning.metric else ""
    cut = {"study.analysis.metrics:SCORED": scored, DEVICE_KINDS: ""}
    decides = {
        "trials": [(cell, tuning.trial_cells[cell].warmup) for cell in tuning.sides[side]],
        "runs": sorted({(run.cell, run.digest) for run in trials}),
        "chosen by": [tuning.metric, tuning.round, tuning.seeds],
        "code": code_digest("choose_trial", uses=cut),
    }
    return _short(json.dumps(decides, sort_keys=True))


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:DIGITS]
