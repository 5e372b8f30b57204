"""The live display of a running study on a terminal."""

import time
from pathlib import Path

from study.snake.progress import accuracy_words, latest_epoch, seed_words, time_text, trained_share


def draw(display):
    """Jobs done of all, the time left, and a line a running job.

    Args:
        display: a `study.snake.display.Display`.
    """
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    jobs = sorted(display.jobs.values(), key=lambda job: job.since)
    now = [(job, latest_epoch(job.logs[0]) if has_begun(job) else None) for job in jobs]
    head = Table.grid(padding=(0, 1))
    bar = ProgressBar(total=display.total, completed=display.done, width=30)
    left = time_left(display, now)
    if display.stopped_by:
        left = f"{display.stopped_by}: each training job finishes its epoch and saves its progress"
    head.add_row(f"{display.done} of {display.total} jobs", bar, left)
    rows = Table.grid(padding=(0, 2))
    room = max(1, display.console.height - 4)
    for job, told in now[:room]:
        rows.add_row(Text(f"  {job.label}", no_wrap=True, overflow="ellipsis"), *state(job, told))
    more = [f"  and {len(now) - room} more"] if len(now) > room else []
    return Group(head, rows, *more)


def has_begun(job) -> bool:
    """Whether a training job, which may wait in a queue, has written to its log."""
    try:
        return job.seeds is not None and Path(job.logs[0]).stat().st_mtime >= job.since
    except OSError:
        return False


def state(job, told) -> tuple[str, str]:
    """What a job has come to: its epoch, and its latest validation accuracy."""
    if told is None:
        return ("", "") if job.seeds is None else ("waiting to start", "")
    return f"{seed_words(told)}: epoch {told.epoch} of {told.epochs}", accuracy_words(told)


def time_left(display, now: list) -> str:
    """An estimate from what was trained since the first training job began, if one is through."""
    if not display.trained:
        return ""
    running = sum(trained_share(told, *job.seeds) for job, told in now if told)
    seconds = time.time() - display.first_training
    missing = display.to_train - display.trained - running
    if missing <= 0:
        return "everything is trained"
    return f"about {time_text(seconds * missing / (display.trained + running))} left"
