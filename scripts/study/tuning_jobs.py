"""What the jobs of tuning are told: an arm's trials, and where the chosen values are."""

from collections.abc import Callable
from pathlib import Path

from study.paths import CHOSEN, TRIALS, run_files


def trial_runs(study: dict, tuned: str) -> list[dict]:
    """The runs of an arm's trials, each once, by the name of its tuned cell."""
    cells = study["tuning"]["arms"][tuned]["trials"]
    return [run for run in study["tuning"]["runs"] if run["cell"] in cells]


def trial_files(study: dict, tuned: str, name: str) -> list[str]:
    """One file of each run of an arm's trials: metrics.csv, scores.npz or run.json."""
    return run_files(study, trial_runs(study, tuned), name)


def protocol_files(study: dict, protocols: dict[str, dict], name: str) -> Callable:
    """One file of each run of a protocol, by a job's wildcards."""
    return lambda wildcards: run_files(study, protocols[wildcards.protocol]["runs"], name)


def tuned_name(study: dict, cell: str) -> str:
    """The tuned cell that a cell is, or is on another split."""
    origin = study["resampling"]["origin"] if study["resampling"] else {}
    return origin.get(cell, (cell, 0))[0]


def tuned_values(study: dict) -> Callable:
    """The file of what was chosen for a tuned cell, by a job's wildcards."""
    return lambda wildcards: chosen_files(study, [tuned_name(study, wildcards.cell)])[0]


def tuned_arms(study: dict) -> dict:
    """What tuning is about, for jobs that show it.

    Returns:
        `metric`, `round` and `trials`; `tuned`, the names of the arms' tuned cells, in order; of
        each the `cells` of its trials, and what it `changes` of the baseline; and `of`, cell -> its
        arm's tuned cell. All are empty where nothing is tuned.
    """
    tuning = study["tuning"]
    if not tuning:
        return {"metric": "", "round": 0, "trials": [], "tuned": []} | {
            key: {} for key in ("cells", "changes", "of")
        }
    baseline = study["baseline"]
    return {key: tuning[key] for key in ("metric", "round", "trials")} | {
        "tuned": [*tuning["arms"]],
        "cells": {name: arm["trials"] for name, arm in tuning["arms"].items()},
        "changes": {
            name: {key: cell[key] for key in baseline if cell[key] != baseline[key]}
            for name, cell in tuning["tuned_cells"].items()
        },
        "of": tuning["tuned"],
    }


def trial_tables(study: dict) -> list[str]:
    """What each arm's trials came to, in the order of `tuned_arms`."""
    return [f"{study['results']}/{TRIALS.format(cell=cell)}" for cell in tuned_arms(study)["tuned"]]


def chosen_files(study: dict, tuned: list[str]) -> list[str]:
    """Where what was chosen for tuned cells is."""
    return [f"{study['results']}/{CHOSEN.format(cell=cell)}" for cell in tuned]


def as_far_as_present(study: dict, description: list[str]) -> dict:
    """The `tuning` and the `resampling` that results can be made from where nothing is trained.

    Tuning takes what was chosen for every arm; other splits take their sizes.

    Args:
        study: an expanded study.
        description: that of the prepared data, if it is here.
    """
    files = [*trial_tables(study), *chosen_files(study, tuned_arms(study)["tuned"])]
    tuning = study["tuning"] if all(Path(path).exists() for path in files) else None
    resampling = study["resampling"] if description else None
    if resampling and not tuning:
        own = {name: of for name, of in resampling["origin"].items() if of[0] in study["cells"]}
        cells = {name: resampling["cells"][name] for name in own}
        resampling = resampling | {"origin": own, "cells": cells}
    return {"tuning": tuning, "resampling": resampling}
