"""The files of runs: where they are, which are there, and which are of older data or code."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from os.path import exists
from pathlib import Path

from study.design.runs import Run
from study.design.study import Study
from study.snake.digests import tuning_digest
from study.store.errors import UserError
from study.store.paths import (
    CHOSEN,
    ENVIRONMENT,
    METRICS,
    RECORD,
    RUN,
    RUNS,
    SCORES,
    TRIALS,
    TUNING,
    place_number,
)
from study.store.records import is_trained, read_record

RESULTS = (METRICS, SCORES, RECORD)  # what results are made from


def run_place(run: Run) -> str:
    """A run's place below the runs of its data set, and below their logs and benchmarks."""
    return RUN.format_map(vars(run))


def run_folder(study: Study, run: Run) -> str:
    """A run's folder."""
    return f"{study.folders['results']}/{RUNS}/{run_place(run)}"


def run_files(study: Study, runs: Iterable[Run], name: str) -> list[str]:
    """One file of each of some runs, such as metrics.csv."""
    return [f"{run_folder(study, run)}/{name}" for run in runs]


def run_log(study: Study, run: Run) -> Path:
    """The log of the job that trains a run."""
    return Path(study.folders["logs"], "train", f"{run_place(run)}.log")


def run_benchmark(study: Study, run: Run) -> Path:
    """Where Snakemake notes how long the job of a run took."""
    return Path(study.folders["benchmarks"], "train", f"{run_place(run)}.tsv")


def is_present(study: Study, run: Run) -> bool:
    """Whether a run has been trained, and all that results are made from is there."""
    folder = Path(run_folder(study, run))
    return all((folder / name).exists() for name in RESULTS)


def is_empty(study: Study, run: Run) -> bool:
    """Whether a run that is present is in a place of a tuned side for which there is no trial."""
    if not run.is_tuned or place_number(run.place) == 0:
        return False
    record = recorded(study, run)
    return record is not None and not is_trained(record)


def present_runs(study: Study, runs: Iterable[Run]) -> list[Run]:
    """The runs, of those given, that have been trained with just these data and this code."""
    return [run for run in runs if run.digest and is_present(study, run)]


def older_run(study: Study, run: Run) -> Run | None:
    """The newest run that was trained in a run's place with other data, code or settings."""
    found = []
    for digest in _digests(study.folders["results"], *run.coordinates):
        other = replace(run, digest=digest)
        if digest != run.digest and is_present(study, other):
            found.append((Path(run_folder(study, other), RECORD).stat().st_mtime, digest, other))
    return max(found, key=lambda item: item[:2])[2] if found else None


@cache
def _digests(results: str, cell: str, place: str, split: int) -> list[str]:
    """The digests that there are folders of. Read once: no job that asks adds one."""
    folder = Path(results, RUNS, cell, place, f"split{split}")
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []


def usable_runs(study: Study, runs: Iterable[Run]) -> tuple[list[Run], list[Run]]:
    """The runs that results can be made from without training: current ones, else the newest older.

    Returns:
        All of them, in the order of those given; and of them the older ones.
    """
    usable, older = [], []
    for run in runs:
        if run.digest and is_present(study, run):
            usable.append(run)
        elif (other := older_run(study, run)) is not None:
            usable.append(other)
            older.append(other)
    return usable, older


def left_over(study: Study, runs: Sequence[Run]) -> list[Path]:
    """The folders of runs in the places of this study's that it does not use.

    They were trained with other data, other code or other settings, perhaps for another study, or
    by a version that kept runs in other places.
    """
    runs_folder = Path(study.folders["results"], RUNS)
    found = []
    for cell in sorted({run.cell for run in runs}):
        # as earlier versions had it, also of tuned cells and of other splits
        for pattern in (cell, f"{cell}_tuned_????????*", f"{cell}_split*"):
            found += sorted({path.parent for path in runs_folder.glob(f"{pattern}/seeds_*")})
    used = {run.coordinates: run.digest for run in runs}
    for (cell, place, split), digest in sorted(used.items()):
        found += [
            path
            for path in (runs_folder / cell / place / f"split{split}").glob("*")
            if path.name != digest
        ]
    return found


def environment_files(study: Study, runs: Iterable[Run]) -> list[str]:
    """The environment.json of those runs that have one, or will have one once they are trained.

    No result depends on it, so that where it alone is missing nothing is trained again.
    """
    folders = [run_folder(study, run) for run in runs]
    return [
        f"{folder}/{ENVIRONMENT}"
        for folder in folders
        # as `Path`, the paths of thousands of runs would take half a second at every start
        if exists(f"{folder}/{ENVIRONMENT}") or not exists(f"{folder}/{RECORD}")  # noqa: PTH110
    ]


def recorded(study: Study, run: Run) -> dict | None:
    """What a run recorded of itself when it was trained, nothing if that cannot be read."""
    try:
        return read_record(Path(run_folder(study, run), RECORD))
    except UserError:
        return None


def tuning_files(study: Study, data: str, side: str, trains: bool) -> list[str]:
    """Where the trials of a side, and what was chosen among them, are: trials.csv and chosen.json.

    Args:
        study: the study.
        data: the digest of its prepared data.
        side: the side's name.
        trains: whether what is missing is trained; else it is the newest that is there.
    """
    results, digest = Path(study.folders["results"]), tuning_digest(study, data, side)
    folder = results / TUNING.format(cell=side, digest=digest)
    if not trains and not _is_whole(folder):
        older = results.glob(TUNING.format(cell=side, digest="*"))
        whole = sorted(filter(_is_whole, older), key=lambda path: path.stat().st_mtime)
        folder = whole[-1] if whole else folder
    return [str(folder / name) for name in (TRIALS, CHOSEN)]


def _is_whole(folder: Path) -> bool:
    return all((folder / name).exists() for name in (TRIALS, CHOSEN))
