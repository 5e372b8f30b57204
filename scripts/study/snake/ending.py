"""Snakemake's process ends when its work has ended, not a second later."""

import gc

from study.snake.internals import is_own_command


def end_at_once(workflow) -> None:
    """Spare Python a last look through all objects for what nothing refers to.

    The memory is given back at once anyway.
    """
    if is_own_command(workflow):
        gc.freeze()
