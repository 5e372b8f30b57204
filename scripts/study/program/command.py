"""A program as the configuration declares it: its command, its parameters, its files."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from study.settings.parameters import Parameters

# What a command may ask for beside its parameters.
PLACEHOLDERS = {
    "seed": "the seed",
    "data": "the folder of the prepared data",
    "npz": "the prepared data in one .npz file",
    "output": "the folder to write to",
    "round": "the round",
    "epochs": "the epochs of a round",
    "threads": "the processor cores to use",
    "previous": "the seed's output folder of the previous round",
}
FIELD = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Program:
    """A training program of the user's own, in place of the built-in trainer."""

    command: str  # what trains one cell with one seed for one round, with {placeholders}
    files: list[str]  # that decide its results, the program first
    parameters: Parameters  # with their values in the baseline
    threads: int  # cores that a job of it takes
    mem_mb: int  # MiB
    minutes: int  # that one seed takes
    gpu: int  # how many a job asks for
    scores: str | None = None  # what it declares them to be, `probability` or `logit`


def uses(program: Program, placeholder: str) -> bool:
    """Whether a program's command asks for something."""
    return f"{{{placeholder}}}" in program.command


def fill(command: str, values: Mapping[str, object]) -> list[str]:
    """The words of a command, each placeholder replaced by its value.

    The command is split as a shell would before anything is filled in, so a value with spaces or
    quotes stays one word. Text in braces that is not a placeholder stays as it is.
    """
    return [
        FIELD.sub(lambda found: spelled(values.get(found[1], found[0])), word)
        for word in shlex.split(command)
    ]


def spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def program_name(program: Program) -> str:
    """What a program is called: its first file, without the extension."""
    return Path(program.files[0]).stem
