"""The arguments that give Snakemake a study's configuration, for commands to copy."""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path


def config_arguments(files: Sequence[Path], values: Sequence[str]) -> str:
    """` --configfile more.yaml --config dataset=…`, empty where there are none.

    Args:
        files: configuration files, absolute. Below the working folder they are named from there.
        values: what `--config` was given.
    """
    here = Path.cwd()
    names = [
        os.path.relpath(path, here) if Path(path).is_relative_to(here) else str(path)
        for path in files
    ]
    words = ["--configfile", *names] if names else []
    words += ["--config", *values] if values else []
    return "".join(f" {shlex.quote(word)}" for word in words)


def arguments_on(arguments: str, dataset: str) -> str:
    """The arguments that run a study on one of its data sets alone.

    Args:
        arguments: those that run it on several, as `config_arguments` returns them.
        dataset: which one.
    """
    words = [word for word in shlex.split(arguments) if not word.startswith("dataset=")]
    words += ["--config"] * ("--config" not in words) + [f"dataset={dataset}"]
    return "".join(f" {shlex.quote(word)}" for word in words)
