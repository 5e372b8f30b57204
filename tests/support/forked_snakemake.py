"""Snakemake's command in a fork of a process that has imported Snakemake.

Importing it takes longer than most dry runs. The command that runs is whole, from its arguments to
its exit status; it only finds Snakemake's imports done. Our modules are not among them. (With
`pytest -n 0` each fork also imports pytest, whose script multiprocessing takes for the program.)
"""

import atexit
import multiprocessing
import os
import sys
import tempfile
from pathlib import Path

# Snakemake, and what it imports only as it runs
PRELOADED = ["snakemake.cli", "snakemake.report", "snakemake.report.html_reporter", "smart_open"]
PRELOADED += ["jsonschema", "yte", "nbformat", "rich.console", "rich.table", "rich.syntax"]
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(PRELOADED)
# Python reads these as it starts.
STARTED_WITH = {name: text for name, text in os.environ.items() if name.startswith("PYTHON")}


def can_fork() -> bool:
    """Whether a Python that starts now would be what the forked process was as it started."""
    now = {name: text for name, text in os.environ.items() if name.startswith("PYTHON")}
    return now == STARTED_WITH and "PYTHONPATH" not in now


def run_forked(arguments: tuple[str, ...], folder: Path) -> tuple[int, str]:
    """`python -m snakemake` with these arguments in a folder: exit status, and all it printed."""
    with tempfile.NamedTemporaryFile() as printed:
        process = SERVER.Process(
            target=_run, args=(arguments, os.fspath(folder), dict(os.environ), printed.name)
        )
        process.start()
        process.join()
        return process.exitcode, printed.read().decode()


def is_installed(path: str) -> bool:
    """Whether a folder of modules is Python's or its environment's."""
    repository = Path(__file__).parents[2]
    ours = any(Path(path).is_relative_to(repository / name) for name in ("scripts", "tests"))
    return not ours and any(Path(path).is_relative_to(top) for top in (sys.prefix, sys.base_prefix))


def _run(
    arguments: tuple[str, ...], folder: str, environment: dict[str, str], printed: str
) -> None:
    import snakemake.cli

    with open(printed, "wb") as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None
    # The test session's path has our modules and those of the tests.
    sys.path[:] = [folder, *filter(is_installed, sys.path)]
    sys.orig_argv[1:] = ["-m", "snakemake", *arguments]
    sys.argv[:] = [str(Path(snakemake.cli.__file__).with_name("__main__.py")), *arguments]
    try:
        snakemake.cli.main()
    finally:
        atexit._run_exitfuncs()
