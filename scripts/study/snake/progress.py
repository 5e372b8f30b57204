"""How far training jobs are, read from their logs: the lines that `study.training.run` prints."""

import itertools
import math
import re
from pathlib import Path
from typing import NamedTuple

EPOCH = re.compile(
    r"^seed (\d+): epoch (\d+) of (\d+), (?:.*\bval_accuracy (\S+)|.*)$", re.MULTILINE
)
STOPPED = "stopped: "  # how the last line of a job that saved its progress begins
TAIL = 6000  # bytes, in which there is a line of each seed of a stack
WHOLE = 2**24  # bytes of a log that may be long


class Epoch(NamedTuple):
    """One line of a log."""

    seed: int
    epoch: int
    epochs: int  # of a round
    val_accuracy: float  # NaN where that is not measured
    together: int = 1  # how many seeds, this the last of them, told of this epoch one by one


def told_epochs(text: str) -> list[Epoch]:
    """The epochs that a log, or a part of it, tells of."""
    return [
        Epoch(int(seed), int(epoch), int(epochs), float(accuracy or "nan"))
        for seed, epoch, epochs, accuracy in EPOCH.findall(text)
    ]


def read_tail(path: Path | str, size: int = TAIL) -> str:
    """The end of a log, or nothing where it cannot be read."""
    try:
        with open(path, "rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - size))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def last_line(path: Path | str) -> str:
    """The last line of a log, or nothing where there is none."""
    return next(iter(read_tail(path).splitlines()[-1:]), "")


def latest_epoch(path: Path | str) -> Epoch | None:
    """What a job has trained last, None if it has not told of any epoch."""
    told = told_epochs(read_tail(path))
    if not told:
        return None
    last = told[-1]
    same = itertools.takewhile(lambda each: each.epoch == last.epoch, reversed(told))
    return last._replace(together=len({each.seed for each in same}))


def final_accuracy(path: Path | str) -> float | None:
    """The mean over a finished job's seeds of the validation accuracy after their last epoch.

    None where that is not measured.
    """
    last = {told.seed: told.val_accuracy for told in told_epochs(read_tail(path, WHOLE))}
    if not last or all(map(math.isnan, last.values())):
        return None
    return sum(last.values()) / len(last)


def last_epoch_only(text: str) -> str:
    """A log without its lines of epochs, but for the last."""
    lines = text.splitlines()
    told = [number for number, line in enumerate(lines) if EPOCH.match(line)]
    left_out = set(told[:-1])
    return "\n".join(line for number, line in enumerate(lines) if number not in left_out)


def accuracy_words(told: Epoch) -> str:
    """`val_accuracy 0.947`; nothing where it is not measured."""
    return "" if math.isnan(told.val_accuracy) else f"val_accuracy {told.val_accuracy:.3f}"


def seed_words(told: Epoch) -> str:
    """`seed 3`, or of seeds that train together `12 seeds`."""
    return f"seed {told.seed}" if told.together == 1 else f"{told.together} seeds"


def trained_share(told: Epoch, first: int, last: int) -> float:
    """How much of a job with these seeds is trained, from 0 to 1.

    Seeds train one after the other, or some of them together, epoch by epoch.
    """
    before = told.seed - first + 1 - told.together
    return (before + told.together * told.epoch / told.epochs) / (last - first + 1)


def time_text(seconds: float) -> str:
    """`40 s`, `12 min` or `3.4 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
