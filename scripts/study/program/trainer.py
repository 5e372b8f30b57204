"""A program as the trainer of a study, and which of the two trainers a study has.

Light to import: it is used while the Snakefile is read.
"""

import json
import re
import shlex
from functools import cache, partial
from hashlib import sha256
from pathlib import Path

from study.program.command import Program, program_name, spelled, uses
from study.program.modules import found_modules, package_root
from study.settings.built_in import built_in
from study.settings.parameters import Parameters, declared
from study.settings.trainer import Trainer
from study.store.code import code_digest
from study.store.errors import UserError
from study.store.files import file_digest
from study.store.paths import ARRAYS, PREPARED_FILES
from study.training.cost import STARTUP_MINUTES, Cost

LONGEST = 120  # characters of a cell's name before its digest


def trainer_of(program: Program | None, device: str) -> Trainer:
    """What trains a study: its program, or without one the built-in trainer on the device."""
    return program_trainer(program) if program else built_in(device)


def program_trainer(program: Program) -> Trainer:
    """A program as a trainer. It decides itself where it trains."""
    return Trainer(
        name=program_name(program),
        specs=declared(program.parameters),
        script="run_program",
        how={"command": program.command} | ({"scores": program.scores} if program.scores else {}),
        resumed=(),  # except the seeds' folders, beside run.json
        progress="progress.json",
        reads=(*PREPARED_FILES, ARRAYS) if uses(program, "npz") else PREPARED_FILES,
        threads=program.threads,
        gpus=program.gpu,
        conditions={},
        is_known=False,
        measures_all=False,
        cell_name=partial(program_cell_name, program),
        code=partial(program_code, program),
        cost=partial(program_cost, program),
    )


def program_cell_name(program: Program, parameters: Parameters, epochs: int) -> str:
    """A cell's folder name: `train_trees_learning_rate0.1_max_depth3_1f0c9a2e`.

    The digest is the first 8 hex digits of the SHA-256 of the command, all parameters and the
    epochs of a round, as JSON with sorted keys.
    """
    settings = {
        "command": shlex.split(program.command),
        "parameters": parameters,
        "epochs_per_round": epochs,
    }
    digest = sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:8]
    words = [
        program_name(program),
        *(f"{name}{spelled(value)}" for name, value in parameters.items()),
    ]
    readable = re.sub(r"[^A-Za-z0-9._-]", "-", "_".join(words))[:LONGEST]
    return f"{readable}_{digest}"


def program_code(program: Program, parameters: Parameters) -> dict[str, str]:
    """The digest of the code that trains a cell, the same for all of them."""
    return {"trainer": program_digest(program)}


def program_cost(
    program: Program, parameters: Parameters, epochs: int, seeds: int, description: Path
) -> Cost:
    """What a job asks for, by the configuration: its seeds are run one after the other."""
    return Cost(program.mem_mb, STARTUP_MINUTES + program.minutes * seeds)


def program_digest(program: Program) -> str:
    """A digest of what decides a program's results, and of what runs it, as 12 hex digits.

    For a .py file and the modules beside it that it imports, the code counts, without comments and
    docstrings; for one in a package, also what it imports from that; for any other file, its
    content. For a module that the command starts by name, `python -m src.train`, the code counts
    with what it imports from the folder that its name begins in, and so does what other files below
    there import. `program_starts` has what is followed; `study.store.unfollowed` reports the rest.

    Raises:
        UserError: a .py file is not valid Python.
    """
    return _files_digest(tuple(program.files), program.command)


def program_starts(files: tuple[str, ...], command: str) -> list[tuple[Path, Path]]:
    """The Python files that a program's digest begins with, and the folders of their modules."""
    code = [Path(name).resolve() for name in files if name.endswith(".py")]
    modules = found_modules(command, files)
    starts = [(path, path.parent) for path in code]
    starts += [(path, above) for path in code if (above := package_root(path))]
    starts += modules
    starts += [(path, root) for _, root in modules for path in code if path.is_relative_to(root)]
    return list(dict.fromkeys(starts))


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
            if path in code and (above := package_root(path)):
                digests.append(code_digest(path, root=above))
        for root in dict.fromkeys(root for _, root in modules):
            starts = [path for path, of in modules if of == root]
            starts += [path for path in code if path.is_relative_to(root)]
            digests.append(code_digest(*starts, root=root))
    except SyntaxError as error:
        place = f"{error.filename}, line {error.lineno}"
        raise UserError(f"program.files: {place}: not valid Python ({error.msg})") from error
    except (LookupError, OSError) as error:
        raise UserError(f"program.files: {error}") from error
    return sha256(" ".join(digests).encode()).hexdigest()[:12]
