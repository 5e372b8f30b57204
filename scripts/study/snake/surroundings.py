"""What is around a study where it runs: its folder, the shell, the machine.

Snakemake's jobs inherit what is set here.
"""

import getpass
import os
import shlex
import sys
from pathlib import Path

from study.store.errors import UserError

PYTHON = sys.executable  # as it is, not as `settle` writes it


def refuse_no_cores(cores: int | None, nodes: int | None) -> None:
    """Stop where no job could ever start; Snakemake would wait for ever.

    Args:
        cores, nodes: what `--cores` and `--jobs` were given, if they were.

    Raises:
        UserError: with what to write.
    """
    for option, count in (("--cores", cores), ("--jobs", nodes)):
        if count is not None and count < 1:
            raise UserError(f"{option} {count}: no job can start; write {option} 1 or more")


def settle(repository: Path) -> None:
    """Make what is around fit: the path of Python, of its modules, the user's name, and git."""
    if os.name == "posix":  # where Snakemake writes it into shell commands without quotes
        sys.executable = shlex.quote(PYTHON)
    # ours before another `study` of PYTHONPATH or of an installed package
    _put_first("PYTHONPATH", str(repository / "scripts"))
    # a container's user need not have a name, which Snakemake asks for
    try:
        getpass.getuser()
    except (KeyError, OSError):
        os.environ["LOGNAME"] = str(os.getuid())
    # a release that was unpacked inside another repository is not of that one's commit
    if not (repository / ".git").exists():
        _put_first("GIT_CEILING_DIRECTORIES", str(repository.parent))


def _put_first(variable: str, folder: str) -> None:
    others = [path for path in os.environ.get(variable, "").split(os.pathsep) if path]
    if others[:1] != [folder]:
        os.environ[variable] = os.pathsep.join([folder, *others])
