"""Take a free GPU of this machine, then run the script that trains: see study.snake.cards."""

import os
import runpy
import sys
import time
from collections.abc import Callable
from pathlib import Path

from study.snake.cards import VISIBLE, lock_folder, take_cards
from study.store.interrupts import STOPPED, watch_for_stop


def wait(stopping: Callable[[], bool]) -> None:
    """Let a second pass, and end if the job is asked to stop."""
    time.sleep(1)
    if stopping():
        sys.exit(STOPPED)


if __name__ == "__main__":
    stopping = watch_for_stop()
    places, script = snakemake.params.cards
    count = snakemake.resources.gpu
    # the locks are held until this process ends
    cards, _locks = take_cards(places, count, lock_folder(), lambda: wait(stopping))
    os.environ[VISIBLE] = ",".join(cards)  # before CUDA starts, which reads it once
    trainer = Path(__file__).with_name(f"{script}.py")
    runpy.run_path(str(trainer), {"snakemake": snakemake}, "__main__")
