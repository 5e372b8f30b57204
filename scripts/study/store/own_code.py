"""Classes in files of the user's own: where they are, which code they use, and loading them.

Loading runs the file's code, with the rights of whoever runs the study.
"""

import importlib.util
import sys
from pathlib import Path

from study.store.code import code_digest
from study.store.errors import UserError
from study.store.paths import WORKFLOW


def find_code(file: str) -> Path | None:
    """A file, relative to the folder that Snakemake runs in or else to the repository."""
    found = (path for path in (Path(file), WORKFLOW.parent / file) if path.is_file())
    return next(found, None)


def own_digest(name: str) -> str:
    """A digest of a user's file and what it imports of the files beside it, as 12 hex digits.

    Args:
        name: `file.py:Class`.

    Raises:
        UserError: the file is not there, or is not valid Python.
    """
    file, _, _ = name.partition(":")
    path = find_code(file)
    if path is None:
        raise UserError(f"{file}: there is no such file, relative to {Path.cwd()}")
    try:
        return code_digest(path.absolute(), root=path.parent.absolute())[:12]
    except (SyntaxError, ValueError) as error:
        raise UserError(f"{path}: cannot be read as Python: {error}") from error


def load_class(name: str, parameter: str) -> type:
    """A class from its file; what the file imports is looked for beside it first.

    Args:
        name: `file.py:Class`.
        parameter: what it is a level of, for messages.

    Raises:
        UserError: the file cannot be run, or has no such class.
    """
    file, _, attribute = name.partition(":")
    path = find_code(file)
    if path is None:
        raise UserError(f"{parameter}: there is no file {file}, relative to {Path.cwd()}")
    folder = str(path.parent.absolute())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        # by its path: a file may have the name of a module that is installed
        spec = importlib.util.spec_from_file_location(f"own_{path.stem}", path)
        if spec is None or spec.loader is None:
            raise ImportError("not a Python file")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return getattr(module, attribute)
    except Exception as error:  # whatever the user's code raises
        raise UserError(f"{parameter}: {path}: {type(error).__name__}: {error}") from error
