"""Snakemake's process ends when its work has ended, not a second or two later."""

import gc
import threading

from study.snake.internals import is_own_command


def end_at_once(workflow) -> None:
    """Spare the process what it would wait for and tidy up after its last job.

    Snakemake leaves timers behind, each of which was to look for jobs that may start
    (`--max-jobs-per-timespan`), and Python waits for them. Then Python goes through all objects for
    what nothing refers to, though the memory is given back at once.
    """
    if not is_own_command(workflow):
        return
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()
    gc.freeze()
