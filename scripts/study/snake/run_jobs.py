"""What the jobs that train are told, and those that choose among the trials of tuning."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

from study.design.protocols import PROTOCOLS, protocol_tables
from study.design.runs import Run, plain_runs
from study.design.study import Study, trial_runs
from study.design.tuning import side_changes
from study.settings.devices import has_gpu
from study.snake.data_files import Prepared, side_files, split_files
from study.snake.digests import run_settings
from study.snake.jobs import plain_value, told_specs
from study.snake.run_files import is_present, run_files, run_folder
from study.store.errors import UserError
from study.store.paths import METRICS, RECORD


def run_of(wildcards: Any) -> Run:
    """The run that a training job trains."""
    numbers = {key: int(getattr(wildcards, key)) for key in ("first", "last", "round", "split")}
    return Run(cell=wildcards.cell, place=wildcards.place, digest=wildcards.digest, **numbers)


def told_to_train(data: Prepared, wildcards: Any) -> dict[str, Any]:
    """All that decides a run's result, as run.json records it.

    Raises:
        UserError: the study has no such run, or its data are not there.
    """
    run = run_of(wildcards)
    if run not in _planned(data):
        if data.problem:
            raise data.problem
        raise UserError(f"{run_folder(data.study, run)}: not a run of this study; see cells.csv")
    return run_settings(data.study, data.digest, run)


@cache
def _planned(data: Prepared) -> Collection[Run]:
    return frozenset(data.runs)


def data_of_run(data: Prepared, wildcards: Any) -> list[str]:
    """The prepared files that a training job reads, description.json first: those of its split."""
    return split_files(data, int(wildcards.split), data.study.design.trainer.reads)


def round_before(data: Prepared, wildcards: Any, here: bool) -> list[str]:
    """The files of the round before that a run resumes from, its record first; none in round 1.

    Args:
        data: of the run's data set.
        wildcards: of its job.
        here: whether it is trained on this machine, which then needs the device.

    Raises:
        UserError: the device is a GPU, and there is none.
    """
    trainer = data.study.design.trainer
    if here and trainer.how.get("device") == "cuda" and not has_gpu():
        raise UserError(
            "device: cuda, but this machine has no GPU; cpu needs none, and"
            " profiles/slurm sends jobs to machines that have one"
        )
    run = run_of(wildcards)
    if run.round == 1:
        return []
    before = replace(run, round=run.round - 1)
    return [run_files(data.study, [before], name)[0] for name in (RECORD, *trainer.resumed)]


def chosen_file(data: Prepared, wildcards: Any) -> list[str]:
    """The file of what was chosen for a tuned side; none for a run with its cell's own values."""
    return side_files(data, [wildcards.cell], "chosen.json") if run_of(wildcards).is_tuned else []


def side_trials(data: Prepared, wildcards: Any) -> list[Run]:
    """The runs of a side's trials, each once."""
    tuning = data.study.tuning
    cells = set(tuning.sides[wildcards.cell]) if tuning else set()
    return [run for run in _placed_trials(data) if run.cell in cells]


@cache
def _placed_trials(data: Prepared) -> list[Run]:
    return places_of(data, trial_runs(data.study))


def places_of(data: Prepared, runs: Iterable[Run]) -> list[Run]:
    """Of some runs without digests those that results are made from, in their places."""
    placed = _by_place(data)
    return [placed[run] for run in runs if run in placed]


@cache
def _by_place(data: Prepared) -> dict[Run, Run]:
    return {replace(run, digest=""): run for run in data.runs}


def trial_files(data: Prepared, wildcards: Any, name: str) -> list[str]:
    """One file of each run of a side's trials."""
    return run_files(data.study, side_trials(data, wildcards), name)


def told_to_choose(data: Prepared, wildcards: Any) -> dict[str, Any]:
    """What a side's trial is chosen by."""
    tuning, side = data.study.tuning, wildcards.cell
    if tuning is None or side not in tuning.sides:
        raise UserError(f"{side}: not a side that this study tunes")
    cells = {cell: asdict(tuning.trial_cells[cell]) for cell in dict.fromkeys(tuning.sides[side])}
    return {
        "runs": plain_runs(side_trials(data, wildcards)),
        "specs": told_specs(data.study),
        "side": side,
        "trial_cells": tuning.sides[side],
        "cells": cells,
        "trials": tuning.trials,
        "metric": tuning.metric,
        "round": tuning.round,
    }


def tuned_sides(study: Study) -> list[str]:
    """The names of all sides that are tuned."""
    return [*study.tuning.sides] if study.tuning else []


def tables_of_trials(data: Prepared) -> list[str]:
    """What each side's trials came to, in the order of `tuned_sides`."""
    return side_files(data, tuned_sides(data.study), "trials.csv")


def chosen_of_sides(data: Prepared) -> list[str]:
    """What was chosen for each side, in the order of `tuned_sides`."""
    return side_files(data, tuned_sides(data.study), "chosen.json")


def told_of_tuning(study: Study) -> dict[str, Any] | None:
    """By what sides are tuned; None where nothing is."""
    tuning = study.tuning
    if tuning is None:
        return None
    return {"metric": tuning.metric, "round": tuning.round, "trials": tuning.trials}


def tuning_seeds(study: Study) -> int:
    """How many seeds each trial is trained with; 0 where nothing is tuned."""
    if study.tuning is None:
        return 0
    first, last = study.tuning.seeds
    return last - first + 1


def told_to_draw_tuning(study: Study) -> dict[str, Any]:
    """What pictures of tuning are about."""
    tuning = study.tuning
    if tuning is None:
        raise UserError("nothing is tuned in this study")
    tables = protocol_tables(PROTOCOLS["tuned"], study.tables, tuning)
    return {
        "sides": [*tuning.sides],
        "titles": {side: side_changes(study.design, tuning, side) for side in tuning.sides},
        "cells": tuning.sides,
        "trials": tuning.trials,
        "metric": tuning.metric,
        "round": tuning.round,
        "tables": plain_value(tables),
        "figure_style": study.figure_style,
    }


# ---- What is shown of them ----------------------------------------------------------------------


def resumed(data: Iterable[Prepared], needed: Collection[str], progress: str) -> str:
    """What there is already of the runs, in a line; nothing if there is nothing.

    Args:
        data: of each data set.
        needed: the metrics.csv of the runs that are to be trained now.
        progress: the name of the file that a job saves its progress in.
    """
    runs = [(each.study, run) for each in data for run in each.runs]
    trained = sum(
        is_present(study, run) and run_files(study, [run], METRICS)[0] not in needed
        for study, run in runs
    )
    saved = sum(Path(path).with_name(progress).exists() for path in needed)
    parts = [f"{trained} are already trained"] if trained else []
    parts += [f"{saved} resume from their saved progress"] if saved else []
    return f"Of {len(runs)} runs, {', '.join(parts)}" if parts else ""
