"""The same command once more when Snakemake is through with it, in the same process.

Only after Snakemake has given back its lock and closed its logs, so that there is never a moment in
which a signal could leave a lock behind.
"""

import atexit
import logging
import os
import sys
from pathlib import Path

from study.snake.internals import is_own_command, makes_again
from study.snake.surroundings import PYTHON


def start_again(workflow) -> bool:
    """Have the command that was typed run again at its end; whether it will.

    Not for a workflow of which the study is a step, nor where Snakemake was not started from a
    command line, nor for a command that makes again what is there: it would do so each time.
    """
    if makes_again(workflow) or not is_own_command(workflow) or not _is_command(sys.argv[0]):
        return False
    atexit.register(_replace_process)
    return True


def _is_command(program: str) -> bool:
    """Whether it is `snakemake`, or what `python -m snakemake` runs."""
    path = Path(program)
    return path.stem == "snakemake" or path.parts[-2:] == ("snakemake", "__main__.py")


def _replace_process() -> None:
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(PYTHON, [PYTHON, *sys.orig_argv[1:]])
