"""What the jobs of tuning are told: an arm's trials, and where the chosen values are."""

from collections.abc import Callable

from study.paths import CHOSEN, run_files


def trial_runs(study: dict, tuned: str) -> list[dict]:
    """The runs of an arm's trials, each once, by the name of its tuned cell."""
    cells = study["tuning"]["arms"][tuned]["trials"]
    return [run for run in study["tuning"]["runs"] if run["cell"] in cells]


def trial_files(study: dict, tuned: str, name: str) -> list[str]:
    """One file of each run of an arm's trials: metrics.csv, scores.npz or run.json."""
    return run_files(study, trial_runs(study, tuned), name)


def tuned_name(study: dict, cell: str) -> str:
    """The tuned cell that a cell is, or is on another split."""
    origin = study["resampling"]["origin"] if study["resampling"] else {}
    return origin.get(cell, (cell, 0))[0]


def tuned_values(study: dict) -> Callable:
    """The file of what was chosen for a tuned cell, by a job's wildcards."""
    return lambda wildcards: chosen_files(study, [tuned_name(study, wildcards.cell)])[0]


def chosen_files(study: dict, tuned: list[str]) -> list[str]:
    """Where what was chosen for tuned cells is."""
    return [f"{study['results']}/{CHOSEN.format(cell=cell)}" for cell in tuned]
