"""How long runs take, from the benchmarks of those that have finished."""

import csv
from collections.abc import Sequence
from statistics import median

from study.design.runs import Run
from study.design.study import Study, run_cell
from study.snake.run_files import is_empty, run_benchmark
from study.training.size import size_parameters

# what a run's time depends on, beside the data and the size of the network
TIMED = ("network", "batch_size", "train_share", "image_size", "optimizer")

Duration = tuple[Run, float]  # in seconds


def read_durations(study: Study, runs: Sequence[Run]) -> list[Duration]:
    """The seconds that finished runs took, where Snakemake noted them and there was something to
    train."""
    found = []
    for run in runs:
        path = run_benchmark(study, run)
        if path.exists() and not is_empty(study, run):
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file, delimiter="\t"))
            if rows:
                found.append((run, float(rows[-1]["s"])))
    return found


def run_size(study: Study, run: Run) -> tuple:
    """What decides how long a run takes: its epochs of all seeds, then parameters of its cell.

    Of a program's parameters nothing is known.
    """
    cell = run_cell(study, run)
    is_known = study.design.trainer.is_known
    names = (*TIMED, *size_parameters(cell.parameters["network"])) if is_known else ()
    return (len(run.seeds) * cell.epochs, *(cell.parameters[name] for name in names))


def estimate_seconds(
    study: Study, runs: Sequence[Run], durations: Sequence[Duration]
) -> tuple[float, int] | None:
    """How long runs will take one after the other, and for how many no run of like size is done.

    A run takes as long as the median of those of its size; where there is none, as the median of
    all, by the number of epochs. None if nothing has been timed.
    """
    if not durations:
        return None
    like: dict[tuple, list[float]] = {}
    per_epoch = []
    for run, seconds in durations:
        size = run_size(study, run)
        like.setdefault(size, []).append(seconds)
        per_epoch.append(seconds / size[0])
    total, unlike = 0.0, 0
    for size in (run_size(study, run) for run in runs):
        if size in like:
            total += median(like[size])
        else:
            total += median(per_epoch) * size[0]
            unlike += 1
    return total, unlike
