"""What is wrong with a study's own program as the configuration declares it."""

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from study.analysis.metrics import METRICS
from study.program.command import FIELD, PLACEHOLDERS
from study.program.modules import module_problems
from study.program.shell_syntax import shell_problems

# What columns of results, or keys of cells, are called.
TAKEN = {
    "cell",
    "rounds",
    "seeds",
    "epoch",
    "first",
    "last",
    "command",
    "device",
    "n",
    "trainer",
    "diverged",
}
# What a study has without saying so, where it has a program.
DEFAULTS = {"rounds": 1, "warmup_epochs": 0}
# Keys that only the built-in trainer has a use for, and what to do in place of them.
NOT_FOR_PROGRAMS = {
    "baseline": "the baseline's values are those of program.parameters",
    "device": "the program decides it; `program: {gpu: 1}` asks a scheduler for a GPU",
    "checkpoint_every": "finished seeds are kept, and the program may keep more in its folder",
}
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


def program_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of a study with a program, whose parameters are its baseline."""
    return {**DEFAULTS, **config} | {"baseline": dict(config["program"]["parameters"])}


def program_problems(config: Mapping[str, Any]) -> list[str]:
    """What the schema cannot say of a program: names, placeholders, files. A line each."""
    program = config["program"]
    problems = [
        f"{key}: has no meaning with a program: {instead}"
        for key, instead in NOT_FOR_PROGRAMS.items()
        if key in config
    ]
    for name in program["parameters"]:
        if not NAME.fullmatch(name):
            problems.append(
                f"program.parameters: {name!r} is not a valid name; use letters, digits and _,"
                " and begin with a letter"
            )
        elif name in {*TAKEN, *PLACEHOLDERS, *METRICS} or name.startswith("code_"):
            problems.append(f"program.parameters: {name} means something else here; rename it")
    return problems or [
        *_command_problems(program, config.get("rounds", DEFAULTS["rounds"])),
        *_file_problems(program["files"]),
    ]


def _command_problems(program: Mapping[str, Any], rounds: int) -> list[str]:
    where, known = "program.command", [*program["parameters"], *PLACEHOLDERS]
    try:
        words = shlex.split(program["command"])
    except ValueError as error:
        return [f"{where}: cannot be split into words ({error})"]
    if not words:
        return [f"{where}: is empty"]
    used = [name for word in words for name in FIELD.findall(word)]
    problems = [
        f"{where}: unknown placeholder {{{name}}}; known: {', '.join(known)}"
        for name in dict.fromkeys(used)
        if name not in known
    ]
    problems += [
        f"{where}: does not use {{{name}}}; a parameter that is not passed on changes nothing"
        for name in program["parameters"]
        if name not in used
    ]
    problems += [
        f"{where}: does not use {{{name}}}, {PLACEHOLDERS[name]}"
        for name in ("seed", "output")
        if name not in used
    ]
    problems += shell_problems(program["command"])
    problems += module_problems(program["command"], program["files"])
    if rounds != 1 and "previous" not in used:
        problems.append(
            f"rounds: {rounds}, but program.command does not use {{previous}},"
            f" {PLACEHOLDERS['previous']}; without it write `rounds: 1`"
        )
    return problems


def _file_problems(files: list[str]) -> list[str]:
    problems = []
    for name in files:
        if not Path(name).is_file():
            problems.append(
                f"program.files: there is no file {name}, relative to the folder that Snakemake"
                f" runs in ({Path.cwd()})"
            )
    return problems
