"""What a training job of the built-in trainer asks of a scheduler, estimated on the safe side.

Light to import: it is used while the Snakefile is read.
"""

import errno
import json
import math
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from study.training.devices import DEVICES
from study.training.networks import EVALUATED
from study.training.optimizers import OPTIMIZERS
from study.training.size import network_size
from study.training.spelling import choose
from study.training.stacking import is_stacked

# A process that has imported torch takes 250 MiB, the Snakemake that starts it on a node 200 more,
# and a CUDA context takes some of our memory too.
TORCH_MB = {"cpu": 800, "cuda": 3000}
# A slow core: steps a second besides the arithmetic, and floating-point operations a second.
STEPS_PER_SECOND = 400
FLOPS = 5e9
# Steps of one network in the time of a stack's: measured 3.5 with 12 of 12 seeds, 2.7 with one.
STACK_STEPS = 4
STARTUP_MINUTES = 5  # for a busy shared disk and the interpreter


class Cost(NamedTuple):
    """What one job takes."""

    megabytes: int  # of memory, MiB
    minutes: int


class DataSize(NamedTuple):
    """How large a prepared data set is."""

    shape: tuple[int, ...]  # of a sample
    counts: dict[str, int]  # split -> its samples
    classes: int
    redrawn: bool  # whether its split is another than the data set's own


def training_cost(
    device: str, parameters: dict[str, Any], epochs: int, seeds: int, description: Path
) -> Cost:
    """The memory and the time of a job.

    Args:
        device: cpu or cuda.
        parameters: the cell's.
        epochs: of a round of the cell.
        seeds: of the job's block.
        description: the description.json of the prepared data.

    Raises:
        FileNotFoundError: the data are not prepared yet.
    """
    data = data_size(description)
    stacked = is_stacked(parameters, device, data.shape, data.classes, data.redrawn)
    return Cost(
        _megabytes(device, parameters, seeds, data, stacked),
        _minutes(device, parameters, epochs, seeds, data, stacked),
    )


def _megabytes(
    device: str, parameters: dict[str, Any], seeds: int, data: DataSize, stacked: bool
) -> int:
    """The memory of a job.

    The data as float32 and the shuffled copy of the training split, the weights with their
    gradients, the optimizer's copies and the states that are kept for each seed, and the
    activations of the largest split or batch; half as much again to be safe. For a stack, weights
    and activations of all its members, their batches, and the order of their samples; for one on a
    GPU, whose memory no job asks for, only the order.
    """
    width = DEVICES[device].width
    members = width if stacked and device == "cpu" else 1
    weights, values, _ = network_size(parameters, data.shape, data.classes)
    counts = data.counts
    copies = 2 + choose(OPTIMIZERS, parameters["optimizer"])[0].copies
    numbers = math.prod(data.shape) * (2 * counts["train"] + sum(counts.values()))
    numbers += weights * copies * 2 * (members + seeds)
    evaluated = min(max(counts.values()), EVALUATED / (members * values))
    numbers += members * max(parameters["batch_size"], evaluated) * values
    if members > 1:
        numbers += members * parameters["batch_size"] * math.prod(data.shape)
    if stacked:  # an order is of numbers twice as long
        numbers += width * 4 * counts["train"]
    return math.ceil(TORCH_MB[device] + 1.5 * 4 * numbers / 2**20)


def _minutes(
    device: str, parameters: dict[str, Any], epochs: int, seeds: int, data: DataSize, stacked: bool
) -> int:
    """The time of a job on a slow core."""
    _, _, products = network_size(parameters, data.shape, data.classes)
    width = DEVICES[device].width
    stacks = math.ceil(seeds / width)
    trained, waits = (stacks * width, stacks * STACK_STEPS) if stacked else (seeds, seeds)
    steps = math.ceil(data.counts["train"] / parameters["batch_size"])
    # 2 operations a product forwards and 4 backwards (Kaplan et al. 2020, §2.1)
    seconds = waits * steps / STEPS_PER_SECOND
    seconds += trained * 6 * products * sum(data.counts.values()) / FLOPS
    return math.ceil(STARTUP_MINUTES + epochs * seconds / 60)


@cache
def data_size(description: Path) -> DataSize:
    """How large a prepared data set is.

    Raises:
        FileNotFoundError: it is not prepared yet.
    """
    try:
        found = json.loads(description.read_text(encoding="utf-8"))
    except ValueError as error:  # as good as missing: the job that reads it says so
        raise FileNotFoundError(errno.ENOENT, str(error), str(description)) from error
    counts = {name: part["count"] for name, part in found["splits"].items()}
    return DataSize(tuple(found["shape"]), counts, len(found["classes"]), "split" in found)
