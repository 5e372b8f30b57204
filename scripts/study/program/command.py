"""A program as the configuration declares it: its command, its parameters, its files.

Light to import: it is used while the Snakefile is read.
"""

import json
import re
import shlex
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from study.analysis.metrics import METRICS
from study.code import code_digest
from study.errors import UserError
from study.files import file_digest
from study.program.modules import found_modules, module_problems

# What a command may ask for beside its parameters.
PLACEHOLDERS = {
    "seed": "the seed",
    "data": "the folder of the prepared data",
    "npz": "the prepared data in one .npz file",
    "output": "the folder to write to",
    "round": "the round",
    "epochs": "the epochs of a round",
    "threads": "the processor cores to use",
    "previous": "the seed's output folder of the round before",
}
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
FIELD = re.compile(r"\{([^{}]*)\}")
LONGEST = 120  # characters of a cell's name before its digest


def program_config(config: dict) -> dict:
    """A study's configuration whose baseline is its program's parameters; as it is without one."""
    if "program" not in config:
        return config
    return DEFAULTS | config | {"baseline": dict(config["program"]["parameters"])}


def program_problems(config: Mapping) -> list[str]:
    """What the schema cannot say of a program: names, placeholders, files. A line each."""
    program = config["program"]
    problems = [
        f"{key}: means nothing with a program: {instead}"
        for key, instead in NOT_FOR_PROGRAMS.items()
        if key in config
    ]
    for name in program["parameters"]:
        if not NAME.fullmatch(name):
            problems.append(
                f"program.parameters: {name!r} is no name; use letters, digits and _, and begin"
                " with a letter"
            )
        elif name in {*TAKEN, *PLACEHOLDERS, *METRICS} or name.startswith("code_"):
            problems.append(f"program.parameters: {name} means something else here; rename it")
    return problems or [
        *_command_problems(program, config.get("rounds", DEFAULTS["rounds"])),
        *_file_problems(program["files"]),
    ]


def _command_problems(program: Mapping, rounds: int) -> list[str]:
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
        f"{where}: does not use {{{name}}}; a parameter that is not handed on changes nothing"
        for name in program["parameters"]
        if name not in used
    ]
    problems += [
        f"{where}: does not use {{{name}}}, {PLACEHOLDERS[name]}"
        for name in ("seed", "output")
        if name not in used
    ]
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
                f"program.files: there is no file {name}, seen from the folder that Snakemake"
                f" runs in ({Path.cwd()})"
            )
    return problems


def uses(program: Mapping, placeholder: str) -> bool:
    """Whether a program's command asks for something."""
    return f"{{{placeholder}}}" in program["command"]


def fill(command: str, values: Mapping[str, object]) -> list[str]:
    """The words of a command, each placeholder replaced by its value.

    The command is split as a shell would before anything is filled in, so a value with spaces or
    quotes stays one word. Text in braces that is no placeholder stays as it is.
    """
    return [
        FIELD.sub(lambda found: _text(values.get(found[1], found[0])), word)
        for word in shlex.split(command)
    ]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def program_name(program: Mapping) -> str:
    """What a program is called: its first file, without the ending."""
    return Path(program["files"][0]).stem


def program_cell_name(program: Mapping, parameters: dict, epochs_per_round: int) -> str:
    """A cell's folder name: `train_trees_learning_rate0.1_max_depth3_1f0c9a2e`.

    The digest is the first 8 hex digits of the SHA-256 of the command, all parameters and the
    epochs of a round, as JSON with sorted keys.
    """
    settings = {
        "command": shlex.split(program["command"]),
        "parameters": parameters,
        "epochs_per_round": epochs_per_round,
    }
    digest = sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:8]
    words = [
        program_name(program),
        *(f"{name}{_text(value)}" for name, value in parameters.items()),
    ]
    readable = re.sub(r"[^A-Za-z0-9._-]", "-", "_".join(words))[:LONGEST]
    return f"{readable}_{digest}"


def program_digest(program: Mapping) -> str:
    """A digest of what decides a program's results, and of what runs it, as 12 hex digits.

    Of a .py file, and the modules beside it that it imports, the code without comments and
    docstrings counts; of another file its content. Of a module that the command starts by name,
    `python -m src.train`, the code counts with what it imports from the folder that its name begins
    in, and so does what the other files below there import.

    Raises:
        UserError: a .py file is no Python.
    """
    return _files_digest(tuple(program["files"]), program["command"])


@cache
def _files_digest(files: tuple[str, ...], command: str) -> str:
    digests = [code_digest("run_program")]
    code = [Path(name).resolve() for name in files if name.endswith(".py")]
    modules = found_modules(command, files)
    try:
        for name in files:
            path = Path(name).resolve()
            digests.append(
                code_digest(path, root=path.parent) if path in code else file_digest(path)
            )
        for root in dict.fromkeys(root for _, root in modules):
            starts = [path for path, of in modules if of == root]
            starts += [path for path in code if path.is_relative_to(root)]
            digests.append(code_digest(*starts, root=root))
    except SyntaxError as error:
        place = f"{error.filename}, line {error.lineno}"
        raise UserError(f"program.files: {place}: no Python ({error.msg})") from error
    except (LookupError, OSError) as error:
        raise UserError(f"program.files: {error}") from error
    return sha256(" ".join(digests).encode()).hexdigest()[:12]
