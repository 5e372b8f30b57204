"""Jobs on this machine that skip starting a Python with torch.

They are forks of one that has it imported: see `study.snake.fork_server`.
"""

import os
import secrets
import shlex
import socket
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from study.design.study import Study
from study.snake.fork_server import job_name
from study.snake.internals import (
    benchmark_timer,
    has_environments,
    needed_jobs,
    runs_jobs_here,
    set_benchmark_timer,
)
from study.snake.surroundings import PYTHON

OFF = "STUDY_FORK"  # set to 0, each job starts a Python of its own
FEWEST = 3  # jobs for which it is worth while
# What Snakemake sets for a job of one thread. A job of more starts a Python of its own.
THREADS = ("OMP_NUM", "GOTO_NUM", "OPENBLAS_NUM", "MKL_NUM", "VECLIB_MAXIMUM", "NUMEXPR_NUM")
ONE_THREAD = {f"{name}_THREADS": "1" for name in THREADS}


def can_serve(workflow, studies: Iterable[Study]) -> bool:
    """Whether this machine's jobs are to be forked.

    Not where any trains on a GPU, is compiled or has another environment, nor outside Linux: the
    libraries of macOS do not outlive a fork.
    """
    if sys.platform != "linux" or os.environ.get(OFF) == "0" or not runs_jobs_here(workflow):
        return False
    if benchmark_timer() is None or has_environments(workflow):
        return False
    if any(map(is_for_new_process, studies)):
        return False
    return sum(job.is_script for job in needed_jobs(workflow)) >= FEWEST


def is_for_new_process(study: Study) -> bool:
    """Whether a study trains on a GPU, or compiles its networks."""
    cells = [*study.cells.values(), *(study.tuning.trial_cells.values() if study.tuning else [])]
    return bool(study.design.trainer.gpus) or any(cell.parameters.get("compile") for cell in cells)


def serve_jobs() -> str:
    """Start the process that forks jobs. Returns what to write before the command of a job.

    It ends with this process, however this ends: it has the other end of a pipe.
    """
    import psutil  # which Snakemake needs as well

    address = f"study-{os.getpid()}-{secrets.token_hex(8)}"
    living, _kept_open = os.pipe()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(f"\0{address}")  # an abstract address: no file, and gone with the sockets
        listener.listen(128)
        files = (listener.fileno(), living)
        command = [PYTHON, "-P", "-m", "study.snake.fork_server", *map(str, files)]
        # the signals of Snakemake and its jobs are not for it
        ignoring = f"trap '' INT TERM HUP USR1 USR2; exec {shlex.join(command)}"
        server = psutil.Popen(
            ["/bin/sh", "-c", ignoring], env=os.environ | ONE_THREAD, pass_fds=files
        )
    os.close(living)
    measure_forks(server)
    client = Path(__file__).with_name("run_forked.py")
    return shlex.join([PYTHON, "-I", "-S", str(client), address]) + " "


def measure_forks(server) -> None:
    """Have Snakemake's benchmark of a job measure the fork that does its work.

    It measures the process that it started and its descendants, and the fork is not one of them.

    Args:
        server: the process that forks, as psutil has it.
    """
    import psutil

    class Job(psutil.Process):
        def children(self, recursive: bool = False) -> list[psutil.Process]:
            name, found = job_name(self.pid), super().children(recursive)
            for fork in server.children() if server.is_running() else []:
                if fork.name() == name:
                    found += [fork, *fork.children(recursive=True)]
            return found

    timer: Any = benchmark_timer()

    class Timer(timer):
        def __init__(self, pid: int, *arguments):
            super().__init__(pid, *arguments)
            self.main = Job(pid)

    set_benchmark_timer(Timer)
