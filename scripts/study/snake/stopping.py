"""What Snakemake does when it is asked to stop: its training jobs save their progress, and it ends.

On its own Snakemake ends in tracebacks after Ctrl-C, waits for whole jobs after SIGTERM, and dies
of other signals, its lock left behind.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

from snakemake.shell import shell

from study.snake.internals import runs_jobs_here, stops_jobs

# Those that people, terminals and batch systems send.
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")


def on_signals(act: Callable[[str], None]) -> None:
    """Call `act` with a signal's name, but for signals that were ignored before, as by nohup."""
    for name in SIGNALS:
        number = getattr(signal, name, None)  # Windows has only the first two
        if number and signal.getsignal(number) is not signal.SIG_IGN:
            with contextlib.suppress(ValueError):  # not in the main thread, so not ours to handle
                signal.signal(number, _acting(act, name))


def _acting(act: Callable[[str], None], name: str) -> Callable:
    return lambda number, frame: act(name)


def stop_before_start() -> None:
    """Until jobs run: end with a line."""
    on_signals(lambda name: sys.exit(f"Stopped by {name} before any job was started"))


def stop_with_jobs(workflow, display, before_jobs: str = "") -> None:
    """From now on: stop the jobs, which save their progress, and come to an orderly end.

    Where jobs run on this machine, Ctrl-C must not reach them, or each would end in a traceback:
    they are sent a SIGTERM. `exec` makes them children of this process, so that they notice when it
    is killed. Jobs that were sent to a scheduler, Snakemake cancels itself.

    Args:
        before_jobs: what to write before the command of each job on this machine.
    """
    here = runs_jobs_here(workflow)
    if here and os.name == "posix":
        before = before_jobs.replace("{", "{{").replace("}", "}}")  # Snakemake formats it
        shell.prefix(f"trap '' INT; exec {before}")
    asked: list[str] = []

    def stop(name: str) -> None:
        if asked:
            return
        asked.append(name)
        if display:
            display.stopped_by = name
        start_no_more = stops_jobs(workflow) if here else None
        if start_no_more is None:
            raise KeyboardInterrupt
        # in a thread, because what this one was doing may hold the lock that the scheduler takes
        threading.Thread(target=stop_jobs, args=[start_no_more], daemon=True).start()

    on_signals(stop)
    if display:
        display.stop = stop


def stop_jobs(start_no_more: Callable[[], None]) -> None:
    """Start no further jobs, and end those that run, also one that is just being started."""
    import psutil  # which Snakemake needs as well

    start_no_more()
    told = set()
    while True:
        for job in psutil.Process().children():
            if job.pid not in told:
                told.add(job.pid)
                with contextlib.suppress(psutil.NoSuchProcess):
                    job.terminate()
        time.sleep(0.1)
