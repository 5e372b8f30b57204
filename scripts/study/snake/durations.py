"""How long runs take, from the benchmarks of those that have finished."""

import csv
import math
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from study.design.runs import Run
from study.design.study import Study, run_cell
from study.snake.run_files import is_empty, run_benchmark
from study.snake.stacks import why_run_alone
from study.training.cost import STACK_STEPS, DataSize
from study.training.devices import DEVICES
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


class Size(NamedTuple):
    """What decides how long a run takes."""

    epochs: int  # of one seed after the other; those of a stack count as `STACK_STEPS` of these
    kind: tuple  # whether its seeds train together, and parameters of its cell


def run_size(study: Study, run: Run, data: DataSize | None) -> Size:
    """How large a run is. Of a program's parameters nothing is known.

    Args:
        data: the prepared data's size; None while it is not known.
    """
    cell, trainer = run_cell(study, run), study.design.trainer
    names = (*TIMED, *size_parameters(cell.parameters["network"])) if trainer.is_known else ()
    together = why_run_alone(study, run, data) == ""
    seeds = len(run.seeds)
    if together:
        seeds = STACK_STEPS * math.ceil(seeds / DEVICES[trainer.how["device"]].width)
    return Size(seeds * cell.epochs, (together, *(cell.parameters[name] for name in names)))


def estimate_seconds(
    study: Study,
    runs: Sequence[Run],
    durations: Sequence[Duration],
    data: DataSize | None = None,
) -> tuple[float, int] | None:
    """How long runs will take one after the other, and how many are unlike any finished run.

    A run takes as long as the median of those of its size; where there is none, as the median of
    those of its kind, or else of all, by the number of epochs. None if nothing has been timed.
    """
    if not durations:
        return None
    same: dict[Size, list[float]] = {}
    like: dict[tuple, list[float]] = {}
    for run, seconds in durations:
        size = run_size(study, run, data)
        same.setdefault(size, []).append(seconds)
        like.setdefault(size.kind, []).append(seconds / size.epochs)
    per_epoch = [each for found in like.values() for each in found]
    total, unlike = 0.0, 0
    for size in (run_size(study, run, data) for run in runs):
        if size in same:
            total += median(same[size])
        else:
            total += median(like.get(size.kind, per_epoch)) * size.epochs
            unlike += size.kind not in like
    return total, unlike
