"""Whether a training job is asked to stop."""

import os
import signal
from collections.abc import Callable

STOPPED = 128 + signal.SIGTERM  # the exit status of a job that was asked to stop, as of a shell


def watch_for_stop() -> Callable[[], bool]:
    """Whether the job is to stop: a signal asked for it, or what started the job has died.

    The signals are those that people and schedulers send: SIGINT (Ctrl-C), SIGTERM, SIGHUP (a
    terminal that is closed), SIGUSR1 and SIGUSR2 (a batch system's warning). The job notes them
    instead of dying, except those that were ignored when it started, as by `nohup`.
    Where Snakemake was killed, its jobs get another parent.
    """
    received, parent = [], os.getppid()
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"):
        stop = getattr(signal, name, None)  # Windows has only the first two
        if stop and signal.getsignal(stop) is not signal.SIG_IGN:
            signal.signal(stop, lambda number, frame: received.append(number))
    return lambda: bool(received) or os.getppid() != parent
