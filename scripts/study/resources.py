"""What jobs ask of a scheduler: memory in MiB and time in minutes.

Every further attempt of a job asks for as much again, so that one that was killed for its memory or
its time is not killed for the same.
"""

import itertools
import json
import math
from pathlib import Path

from study.cells import cell_parameters
from study.choices import LOSSES, OPTIMIZERS

# A process that has imported torch takes 250 MiB, the Snakemake that starts it on a node 200 more,
# and a CUDA context takes some of our memory too.
TORCH_MB = {"cpu": 800, "cuda": 3000}
# A slow core: steps a second beside the arithmetic, and floating-point operations a second.
STEPS_PER_SECOND = 500
FLOPS = 5e9
STARTUP_MINUTES = 5  # for a busy shared disk and the interpreter


def growing(amount: int):
    """A resource that asks for `amount`, and for as much again at each further attempt."""

    def resource(wildcards, attempt):
        return amount * attempt

    return resource


def training_memory(study: dict, wildcards, input, attempt) -> int:
    """The memory of a training job, in MiB.

    The data as float32 and the shuffled copy of the training split, the weights with their
    gradients, the optimizer's tensors and the states that are kept for each seed, and a batch's
    activations; half as much again to be safe.

    Raises:
        FileNotFoundError: the data are not prepared yet.
    """
    parameters = cell_parameters(study, wildcards.cell)
    features, counts = _data_size(input)
    seeds = int(wildcards.last) - int(wildcards.first) + 1
    copies = 2 + len(OPTIMIZERS[parameters["optimizer"]].moments)
    numbers = features * (2 * counts["train"] + sum(counts.values()))
    numbers += _weights(parameters, features) * copies * (2 + 2 * seeds)
    largest = max(parameters["batch_size"], *counts.values())
    numbers += largest * parameters["hidden_units"] * (parameters["hidden_layers"] + 1)
    return math.ceil(TORCH_MB[study["device"]] + 1.5 * 4 * numbers / 2**20) * attempt


def training_minutes(study: dict, wildcards, input, attempt) -> int:
    """The time of a training job on a slow core, in minutes.

    Raises:
        FileNotFoundError: the data are not prepared yet.
    """
    parameters = cell_parameters(study, wildcards.cell)
    features, counts = _data_size(input)
    seeds = int(wildcards.last) - int(wildcards.first) + 1
    steps = math.ceil(counts["train"] / parameters["batch_size"])
    # 2 operations a weight forwards and 4 backwards (Kaplan et al. 2020, §2.1)
    operations = 6 * _weights(parameters, features) * sum(counts.values())
    seconds = study["epochs_per_round"] * seeds * (steps / STEPS_PER_SECOND + operations / FLOPS)
    return math.ceil(STARTUP_MINUTES + seconds / 60) * attempt


def _data_size(input) -> tuple[int, dict[str, int]]:
    """Features of a sample, and samples of each split."""
    description = json.loads(Path(input.data[0]).read_text(encoding="utf-8"))
    counts = {name: split["count"] for name, split in description["splits"].items()}
    return math.prod(description["shape"]), counts


def _weights(parameters: dict, features: int) -> int:
    """How many weights and biases the network has."""
    outputs = LOSSES[parameters["loss"]].outputs
    widths = [features, *[parameters["hidden_units"]] * parameters["hidden_layers"], outputs]
    return sum((inputs + 1) * units for inputs, units in itertools.pairwise(widths))
