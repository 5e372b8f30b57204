"""What jobs ask of a scheduler: memory in MiB and time in minutes.

Every further attempt of a job asks for as much again, so that one that was killed for its memory or
its time is not killed for the same.
"""

import itertools
import json
import math
import zipfile
from pathlib import Path

from study.cells import cell_parameters
from study.choices import LOSSES, OPTIMIZERS
from study.errors import UserError
from study.locations import locate

# A process that has imported torch takes 250 MiB, the Snakemake that starts it on a node 200 more,
# and a CUDA context takes some of our memory too.
TORCH_MB = {"cpu": 800, "cuda": 3000}
# A slow core: steps a second beside the arithmetic, of a network without hidden layers, of which
# ten take as long again; and floating-point operations a second.
STEPS_PER_SECOND = 500
FLOPS = 5e9
STARTUP_MINUTES = 5  # for a busy shared disk and the interpreter
READ_MB_PER_SECOND = 1  # a slow core that decodes images, from a slow disk
DOWNLOAD_MB = 500  # the largest two-class MedMNIST set, 3D at 64 pixels, as arrays
DOWNLOAD_MINUTES = 30
THUMBNAIL = 32  # height and width, at most, of what `study.audit` compares
AUDIT_COPIES = 5  # of all thumbnails, that it holds at a time


def growing(amount: int):
    """A resource that asks for `amount`, and for as much again at each further attempt."""

    def resource(wildcards, attempt):
        return amount * attempt

    return resource


def source_megabytes(study: dict) -> tuple[float, float]:
    """How large the data set's files are, and its arrays, in MiB."""
    entry = study["datasets"][study["dataset"]]
    if entry["kind"] == "sklearn":
        return 1, 1
    if entry["kind"] == "medmnist" and "path" not in entry:
        return DOWNLOAD_MB, DOWNLOAD_MB
    try:
        files = locate(study["dataset"], entry).values()
        unpacked = sum(_unpacked(path) for path in files) / 2**20
    except (UserError, OSError):  # the job itself says what is wrong
        return 1, 1
    if entry["kind"] != "folder":
        return unpacked, unpacked
    height, width = entry["size"] if isinstance(entry["size"], list) else [entry["size"]] * 2
    return unpacked, len(files) * height * width / 2**20


def preparation_memory(study: dict, wildcards, attempt) -> int:
    """The memory of preparing the data, in MiB.

    All splits, as they are read and as written; where the audit comes first, thumbnails of four
    bytes a value, which take most where they are no smaller than the images.
    """
    audited = study["audit"]["fail_on"] != "never"
    copies = 4 * AUDIT_COPIES if audited else 3
    return math.ceil(600 + copies * source_megabytes(study)[1]) * attempt


def preparation_minutes(study: dict, wildcards, attempt) -> int:
    """The time of preparing the data, in minutes."""
    minutes = source_megabytes(study)[0] / READ_MB_PER_SECOND / 60
    if study["datasets"][study["dataset"]]["kind"] == "medmnist":
        minutes += DOWNLOAD_MINUTES
    return math.ceil(STARTUP_MINUTES + minutes) * attempt


def audit_memory(study: dict, wildcards, input, attempt) -> int:
    """The memory of the audit, in MiB: the data as stored, and thumbnails.

    Raises:
        FileNotFoundError: the data are not prepared yet.
    """
    shape, counts = _data_size(input)
    samples = sum(counts.values())
    stored = Path(input.data[1]).stat().st_size
    thumbnails = 4 * samples * _thumbnail_values(shape)
    return math.ceil(600 + 1.5 * (stored + AUDIT_COPIES * thumbnails) / 2**20) * attempt


def audit_minutes(study: dict, wildcards, input, attempt) -> int:
    """The time of the audit, in minutes: every pair of thumbnails, and reading all samples.

    Raises:
        FileNotFoundError: the data are not prepared yet.
    """
    shape, counts = _data_size(input)
    samples = sum(counts.values())
    seconds = Path(input.data[1]).stat().st_size / 2**20 / READ_MB_PER_SECOND
    seconds += samples**2 * _thumbnail_values(shape) / FLOPS
    return math.ceil(STARTUP_MINUTES + seconds / 60) * attempt


def training_memory(study: dict, wildcards, input, attempt) -> int:
    """The memory of a training job, in MiB.

    The data as float32 and the shuffled copy of the training split, the weights with their
    gradients, the optimizer's tensors and the states that are kept for each seed, and a batch's
    activations; half as much again to be safe.

    Raises:
        FileNotFoundError: the data are not prepared yet.
    """
    parameters = cell_parameters(study, wildcards.cell)
    shape, counts = _data_size(input)
    features = math.prod(shape)
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
    shape, counts = _data_size(input)
    seeds = int(wildcards.last) - int(wildcards.first) + 1
    steps = math.ceil(counts["train"] / parameters["batch_size"])
    steps *= 1 + parameters["hidden_layers"] / 10
    # 2 operations a weight forwards and 4 backwards (Kaplan et al. 2020, §2.1)
    operations = 6 * _weights(parameters, math.prod(shape)) * sum(counts.values())
    seconds = study["epochs_per_round"] * seeds * (steps / STEPS_PER_SECOND + operations / FLOPS)
    return math.ceil(STARTUP_MINUTES + seconds / 60) * attempt


def _unpacked(path: Path) -> int:
    """A file's size in bytes, of an .npz that of its arrays."""
    if path.suffix == ".npz" and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return sum(member.file_size for member in archive.infolist())
    return path.stat().st_size


def _data_size(input) -> tuple[list[int], dict[str, int]]:
    """The shape of a sample, and the samples of each split."""
    path = Path(input.data[0])
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        message = f"{path}: damaged ({error}); delete its folder and run again"
        raise UserError(message) from error
    counts = {name: split["count"] for name, split in description["splits"].items()}
    return description["shape"], counts


def _thumbnail_values(shape: list[int]) -> int:
    """How many values of a sample the audit compares, at most; of a vector, all."""
    reduced = [min(side, THUMBNAIL) for side in shape[:2]] if len(shape) > 1 else shape[:1]
    return math.prod([*reduced, *shape[2:]])


def _weights(parameters: dict, features: int) -> int:
    """How many weights and biases the network has."""
    outputs = LOSSES[parameters["loss"]].outputs
    widths = [features, *[parameters["hidden_units"]] * parameters["hidden_layers"], outputs]
    return sum((inputs + 1) * units for inputs, units in itertools.pairwise(widths))
