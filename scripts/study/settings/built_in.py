"""The built-in trainer: what its cells are called, which code trains them, what its jobs ask for.

Light to import: it is used while the Snakefile is read.
"""

import json
import re
from functools import cache, partial
from hashlib import sha256

from study.settings.choices import DEVICE_KINDS, OWN_NETWORK, REGISTRIES
from study.settings.parameters import (
    DEFAULTS,
    PARAMETERS,
    SCHEMA,
    Parameters,
    condition,
    differences,
    listed,
)
from study.settings.trainer import Trainer
from study.store.code import code_digest
from study.store.own_code import own_digest
from study.store.paths import DESCRIPTION, INPUTS, LABELS
from study.training.cost import training_cost
from study.training.spelling import is_own, read_spelling

LONGEST = 150  # characters of a folder's name before its digest: file systems allow 255
EPOCHS_DEFAULT = SCHEMA["properties"]["epochs_per_round"]["default"]


def built_in(device: str) -> Trainer:
    """The built-in trainer, on a device: `cpu` or `cuda`."""
    return Trainer(
        name="",
        specs=PARAMETERS,
        script="train",
        how={"device": device},
        resumed=("checkpoint.pt",),
        progress="progress.pt",
        reads=(DESCRIPTION, INPUTS, LABELS),
        threads=1,
        gpus=1 if device == "cuda" else 0,
        conditions={name: found for name in PARAMETERS if (found := condition(name))},
        is_known=True,
        measures_all=True,
        cell_name=partial(cell_name, device=device),
        code=partial(training_code, device),
        cost=partial(training_cost, device),
    )


def cell_name(parameters: Parameters, epochs: int, device: str = "cpu") -> str:
    """A cell's folder name, readable first and unique second: `bce_b32_relu_1f0c9a2e`.

    Loss, batch size and activation are always spelled out, other settings where they are not at
    their schema default. The digest is the first 8 hex digits of the SHA-256 of the settings that
    are not at their default, as JSON with sorted keys: a parameter that is added later leaves the
    names of cells that do not use it as they are.
    """
    settings = cell_settings(parameters, epochs, device)
    digest = sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:8]
    readable = [parameters["loss"], f"b{parameters['batch_size']}", parameters["activation"]]
    spelled_out = ("loss", "batch_size", "activation")
    readable += [f"{key}{value}" for key, value in settings.items() if key not in spelled_out]
    # of a class in a user's file the class, not its file
    parts = [re.sub(r"[\w./ -]*\.py:", "", str(part)) for part in readable]
    stem = re.sub(r"[^A-Za-z0-9._]+", "-", "_".join(part.rstrip(")") for part in parts))
    return f"{stem[:LONGEST]}_{digest}"


def cell_settings(parameters: Parameters, epochs: int, device: str = "cpu") -> Parameters:
    """Everything that decides a cell's result and is not at its schema default."""
    settings = differences(parameters, DEFAULTS)
    if epochs != EPOCHS_DEFAULT:
        settings["epochs_per_round"] = epochs
    if device != "cpu":  # another device rounds differently
        settings["device"] = device
    return settings


def training_code(device: str, parameters: Parameters) -> dict[str, str]:
    """Digests of the code that trains a cell on a device, as 12 hex digits.

    `trainer` covers what all cells share; each parameter that is chosen by name has a digest of the
    same with the cell's choice, such as its loss. A parameter that the cell does not list has none.
    """
    chosen = [name for name in listed(parameters) if name in REGISTRIES]
    return {"trainer": _training_digest(device)} | {
        name: _training_digest(device, name, parameters[name])
        for name in dict.fromkeys([*chosen, "network"])
    }


@cache
def _training_digest(device: str, parameter: str | None = None, choice: str = "") -> str:
    uses = dict.fromkeys([*REGISTRIES.values(), OWN_NETWORK], "") | {DEVICE_KINDS: device}
    starts, own = ["train"], ""
    if parameter:
        name = read_spelling(choice).name
        own = own_digest(name) if is_own(name) else ""
        registry = OWN_NETWORK if own and parameter == "network" else REGISTRIES[parameter]
        starts.append(registry)
        uses[registry] = "file" if own else name
    ours = code_digest(*starts, uses=uses)
    return sha256(f"{ours} {own}".encode()).hexdigest()[:12] if own else ours[:12]
