"""Train one cell for one round, with each seed of a block: see study.training.run."""

import gc
import time

gc.disable()  # until torch is imported: see below
STARTED = time.perf_counter()

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from study.settings.parameters import DEFAULTS
from study.store.files import write_text
from study.store.interrupts import watch_for_stop
from study.store.logs import log_to
from study.store.records import chosen_values
from study.training.environment import describe_environment, describe_job
from study.training.untrained import write_untrained


def train(run: dict[str, Any], folder: Path, stopping: Callable[[], bool]) -> dict[str, Any]:
    """Train a run, whose files go to a folder.

    Returns:
        What it ran on.
    """
    import torch  # here, because it takes a second, and a run that trains nothing needs none of it

    from study.training.memory import keep_memory
    from study.training.run import check_device, train_run

    # Importing torch makes a great many objects that live as long as the process. Looking for
    # garbage among them, while they are made and at the end, takes 0.5 s: as long as a short run.
    gc.freeze()
    gc.enable()
    torch.set_num_threads(snakemake.threads)
    # Where gradients vanish, Adam's moments shrink to subnormal numbers and stay there. A CPU takes
    # many times as long for these: up to twice as long for a whole epoch of a perceptron.
    torch.set_flush_denormal(True)
    keep_memory()
    check_device(run["device"])
    train_run(
        run,
        DEFAULTS | run["parameters"],
        Path(snakemake.input.data[0]).parent,
        next(map(Path, snakemake.input.previous), None),
        folder,
        snakemake.params.checkpoint_every,
        stopping,
    )
    return describe_environment(run["device"], time.perf_counter() - STARTED)


if __name__ == "__main__":
    stopping = watch_for_stop()  # before all else: once there is a log, a job can be asked to stop
    log_to(snakemake.log[0])
    told, wildcards = snakemake.params.run, snakemake.wildcards
    run = told | {key: int(wildcards[key]) for key in ("first", "last", "round")}
    folder = Path(snakemake.output.metrics).parent
    chosen = chosen_values(snakemake.input.chosen, wildcards.place)
    if chosen is None:
        write_untrained(run, folder, [Path(path).name for path in snakemake.output.state])
        seconds = time.perf_counter() - STARTED
        environment = describe_job(("numpy", "snakemake"), None, snakemake.threads, seconds)
    else:
        run["parameters"] = told["parameters"] | chosen
        environment = train(run, folder, stopping)
    write_text(snakemake.output.environment, json.dumps(environment, indent=2) + "\n")
