"""The GPUs of one machine, from which each training job takes free ones.

Snakemake counts GPUs and does not say which one a job has: left to themselves, all jobs would use
the first. Here a job holds a lock file for each card that it has, for as long as its process lives,
however that ends. The files are the user's, not the study's, so that several studies share
the cards of a machine.

A card is named as in CUDA_VISIBLE_DEVICES, by its number or its UUID.
"""

import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from study.snake.internals import gpus_at_a_time

VISIBLE = "CUDA_VISIBLE_DEVICES"

Place = tuple[str, int]  # a card, and which of the jobs on it, from 0


def visible_cards() -> list[str]:
    """The NVIDIA cards that may be used here: those that a scheduler or the user lists, or all.

    None where there is no NVIDIA driver to ask: jobs then use what PyTorch takes by itself.
    """
    listed = os.environ.get(VISIBLE)
    if listed is not None:
        return [card for name in listed.split(",") if (card := name.strip())]
    try:
        done = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    found = [line for line in done.stdout.splitlines() if line.startswith("GPU ")]
    return [str(number) for number in range(len(found))]


def card_places(cards: Sequence[str], jobs: int) -> list[Place]:
    """The places of this many jobs at a time, in the order in which they are taken.

    Every card gets a job before any gets a second one, and as many places as any other.
    """
    return [(card, number) for number in range(-(-jobs // len(cards))) for card in cards]


def share_cards(workflow) -> list[Place]:
    """The places of this run's jobs on the machine's cards; none where there is nothing to choose.

    As many jobs run at a time as `--resources gpu=` says, or as there are cards.

    Args:
        workflow: Snakemake's.
    """
    cards = visible_cards()
    if not cards:
        return []
    jobs = gpus_at_a_time(workflow, len(cards))
    return card_places(cards, jobs) if jobs else []


def lock_folder() -> Path:
    """Where the lock files of this user's jobs are."""
    return Path(tempfile.gettempdir(), f"study-gpus-{os.getuid()}")


def take_cards(
    places: Sequence[Place], count: int, folder: Path, wait: Callable[[], None]
) -> tuple[list[str], list[int]]:
    """Take places on this many cards, once they are free.

    Args:
        places: those there are, the first to be taken first.
        count: of cards.
        folder: of the lock files.
        wait: called as long as too few are free; it sleeps, or raises.

    Returns:
        The cards, and file descriptors that hold them until they are closed or the process ends.
    """
    import fcntl  # here, because Windows has none

    folder.mkdir(mode=0o700, exist_ok=True)
    while True:
        taken: dict[str, int] = {}
        for card, number in places:
            if card not in taken and len(taken) < count:
                name = card.replace("/", "_")  # of a part of a card
                lock = os.open(folder / f"{name}.{number}", os.O_RDWR | os.O_CREAT, 0o600)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    taken[card] = lock
                except BlockingIOError:
                    os.close(lock)
        if len(taken) == count:
            return list(taken), list(taken.values())
        for lock in taken.values():  # or two jobs that want two each might wait for each other
            os.close(lock)
        wait()
