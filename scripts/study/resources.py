"""What training and preparing the data ask of a scheduler: memory in MiB and time in minutes.

Estimates on the safe side; every further attempt asks for as much again: see `study.jobs.growing`.
"""

import errno
import json
import math
from collections.abc import Callable
from functools import cache
from pathlib import Path

from study.data import kind_module
from study.data.location import locate
from study.errors import UserError
from study.jobs import growing
from study.network_size import network_size
from study.spelling import choose
from study.training.networks import EVALUATED
from study.training.optimizers import OPTIMIZERS

# A process that has imported torch takes 250 MiB, the Snakemake that starts it on a node 200 more,
# and a CUDA context takes some of our memory too.
TORCH_MB = {"cpu": 800, "cuda": 3000}
# A slow core: steps a second beside the arithmetic, and floating-point operations a second.
STEPS_PER_SECOND = 400
FLOPS = 5e9
STARTUP_MINUTES = 5  # for a busy shared disk and the interpreter
AUDIT_MINUTES = 15
READ_MB_PER_SECOND = 1  # a slow core that decodes images, from a slow disk
DOWNLOAD_MINUTES = 30


def preparation_memory(study: dict) -> Callable:
    """The memory of preparing the data: all samples, as they are read, written and audited.

    The audit of small images took 17.5 times the samples; of large ones, which it shrinks, less.
    """
    return lambda wildcards, attempt: math.ceil(1000 + 20 * source_size(study)[1]) * attempt


def preparation_minutes(study: dict) -> Callable:
    """The time of preparing the data: perhaps downloading, reading and auditing them."""
    download = DOWNLOAD_MINUTES if study["datasets"][study["dataset"]]["kind"] == "medmnist" else 0

    def minutes(wildcards, attempt) -> int:
        reading = source_size(study)[0] / READ_MB_PER_SECOND / 60
        return math.ceil(STARTUP_MINUTES + AUDIT_MINUTES + download + reading) * attempt

    return minutes


def source_size(study: dict) -> tuple[float, float]:
    """How large the data set's files are, and its arrays, in MiB; nothing where they are missing,
    of which preparing them says more."""
    name = study["dataset"]
    entry = study["datasets"][name]
    try:
        sizes = kind_module(entry["kind"]).size(name, entry, locate(name, entry))
    except (UserError, OSError):
        return 0, 0
    return tuple(size / 2**20 for size in sizes)


def job_resources(study: dict) -> dict:
    """What a training job asks for, that of a program what the configuration says."""
    if program := study["program"]:
        memory, minutes = growing(program["mem_mb"]), program_minutes(study)
        return {"mem_mb": memory, "runtime": minutes, "gpu": program["gpu"]}
    return {
        "mem_mb": training_memory(study),
        "runtime": training_minutes(study),
        "gpu": 1 if study["device"] == "cuda" else 0,
    }


def program_minutes(study: dict) -> Callable:
    """The time of a job of a program: what its seeds take one after the other."""

    def minutes(wildcards, attempt) -> int:
        seeds = int(wildcards.last) - int(wildcards.first) + 1
        return (STARTUP_MINUTES + study["program"]["minutes"] * seeds) * attempt

    return minutes


def training_memory(study: dict) -> Callable:
    """The memory of a training job.

    The data as float32 and the shuffled copy of the training split, the weights with their
    gradients, the optimizer's copies and the states that are kept for each seed, and the
    activations of the largest split or batch; half as much again to be safe.
    """

    def megabytes(wildcards, input, attempt) -> int:
        cell = study["every_cell"][wildcards.cell]
        shape, counts, classes = _data_size(input.data[0])
        weights, values, _ = network_size(cell, shape, classes)
        seeds = int(wildcards.last) - int(wildcards.first) + 1
        copies = 2 + choose(OPTIMIZERS, cell["optimizer"])[0].copies
        numbers = math.prod(shape) * (2 * counts["train"] + sum(counts.values()))
        numbers += weights * copies * (2 + 2 * seeds)
        evaluated = min(max(counts.values()), EVALUATED / values)
        numbers += max(cell["batch_size"], evaluated) * values
        return math.ceil(TORCH_MB[study["device"]] + 1.5 * 4 * numbers / 2**20) * attempt

    return megabytes


def training_minutes(study: dict) -> Callable:
    """The time of a training job on a slow core."""

    def minutes(wildcards, input, attempt) -> int:
        cell = study["every_cell"][wildcards.cell]
        shape, counts, classes = _data_size(input.data[0])
        _, _, products = network_size(cell, shape, classes)
        seeds = int(wildcards.last) - int(wildcards.first) + 1
        steps = math.ceil(counts["train"] / cell["batch_size"])
        # 2 operations a product forwards and 4 backwards (Kaplan et al. 2020, §2.1)
        epoch = steps / STEPS_PER_SECOND + 6 * products * sum(counts.values()) / FLOPS
        seconds = cell["epochs"] * seeds * epoch
        return math.ceil(STARTUP_MINUTES + seconds / 60) * attempt

    return minutes


@cache
def _data_size(description: str) -> tuple[tuple[int, ...], dict[str, int], int]:
    """The shape of a sample, the samples of each split, and the classes.

    Raises:
        FileNotFoundError: the data are not prepared yet; Snakemake asks again.
    """
    try:
        found = json.loads(Path(description).read_text(encoding="utf-8"))
    except ValueError as error:  # as good as missing: the job that reads it says so
        raise FileNotFoundError(errno.ENOENT, str(error), description) from error
    counts = {name: part["count"] for name, part in found["splits"].items()}
    return tuple(found["shape"]), counts, len(found["classes"])
