"""Train one cell for one round, with each seed of a block: see study.training.run."""

import gc
import time

gc.disable()  # until torch is imported: see below
STARTED = time.perf_counter()

import json
from pathlib import Path

import torch

from study.settings.parameters import DEFAULTS
from study.store.files import write_text
from study.store.interrupts import watch_for_stop
from study.store.logs import log_to
from study.store.records import chosen_values
from study.training.environment import describe_environment
from study.training.memory import keep_memory
from study.training.run import check_device, train_run

# Importing torch makes a great many objects that live as long as the process. Looking for garbage
# among them, while they are made and at the end, takes 0.5 s, as long as a short run trains.
gc.freeze()
gc.enable()

if __name__ == "__main__":
    stopping = watch_for_stop()  # before all else: once there is a log, a job can be asked to stop
    log_to(snakemake.log[0])
    torch.set_num_threads(snakemake.threads)
    keep_memory()
    params, wildcards = snakemake.params, snakemake.wildcards
    told = params.run
    check_device(told["device"])
    parameters = told["parameters"] | chosen_values(snakemake.input.chosen)
    seeds = {key: int(wildcards[key]) for key in ("first", "last", "round")}
    train_run(
        told | seeds | {"parameters": parameters},
        DEFAULTS | parameters,
        Path(snakemake.input.data[0]).parent,
        next(map(Path, snakemake.input.previous), None),
        Path(snakemake.output.metrics).parent,
        params.checkpoint_every,
        stopping,
    )
    environment = describe_environment(told["device"], time.perf_counter() - STARTED)
    write_text(snakemake.output.environment, json.dumps(environment, indent=2) + "\n")
