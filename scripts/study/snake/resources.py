"""What training and preparing the data ask of a scheduler: memory in MiB and time in minutes.

Estimates on the safe side; every further attempt asks for as much again: see
`study.snake.jobs.growing`.
"""

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from study.data import kind_module
from study.data.location import locate
from study.design.study import Study, run_cell
from study.snake.data_files import Prepared
from study.snake.run_jobs import run_of
from study.store.errors import UserError
from study.training.cost import STARTUP_MINUTES, Cost

AUDIT_MINUTES = 15
READ_MB_PER_SECOND = 1  # a slow core that decodes images, from a slow disk
DOWNLOAD_MINUTES = 30


def preparation_memory(study: Study) -> int:
    """The memory of preparing the data: all samples, as they are read, written and audited.

    The audit of small images took 17.5 times the samples; of large ones, which it shrinks, less.
    """
    return math.ceil(1000 + 20 * source_size(study)[1])


def preparation_minutes(study: Study) -> int:
    """The time of preparing the data: perhaps downloading, reading and auditing them."""
    download = DOWNLOAD_MINUTES if study.entry["kind"] == "medmnist" else 0
    reading = source_size(study)[0] / READ_MB_PER_SECOND / 60
    return math.ceil(STARTUP_MINUTES + AUDIT_MINUTES + download + reading)


def source_size(study: Study) -> tuple[float, float]:
    """How large the data set's files are, and its arrays, in MiB; nothing where they are missing,
    which preparing them reports."""
    name, entry = study.dataset, study.entry
    try:
        files, arrays = kind_module(entry["kind"]).size(name, entry, locate(name, entry))
    except (UserError, OSError):
        return 0, 0
    return files / 2**20, arrays / 2**20


def result_memory(data: Prepared) -> int:
    """The memory of what is made of all runs."""
    return 1500 + len(data.runs)


def result_minutes(data: Prepared) -> int:
    """The time of what is made of all runs."""
    return 10 + len(data.runs) // 10


def training_memory(data: Mapping[str, Prepared]) -> Callable:
    """The memory of a training job, MiB."""
    return lambda wildcards, input, attempt: (
        _cost(data[wildcards.dataset].study, wildcards, input).megabytes * attempt
    )


def training_minutes(data: Mapping[str, Prepared]) -> Callable:
    """The time of a training job on a slow core."""
    return lambda wildcards, input, attempt: (
        _cost(data[wildcards.dataset].study, wildcards, input).minutes * attempt
    )


def _cost(study: Study, wildcards: Any, input: Any) -> Cost:
    run = run_of(wildcards)
    cell, seeds = run_cell(study, run), run.last - run.first + 1
    cost = study.design.trainer.cost
    return cost(cell.parameters, cell.epochs, seeds, Path(input.data[0]))
