"""Train one cell for one round, with each seed of a block in turn: see study.training.run."""

import gc
import time

gc.disable()  # until torch is imported: see below
STARTED = time.perf_counter()

import json
from pathlib import Path

import torch

from study.files import write_text
from study.interrupts import watch_for_stop
from study.logs import log_to
from study.training.environment import describe_environment
from study.training.run import check_device, train_run

# Importing torch makes a great many objects that live as long as the process. Looking for garbage
# among them, while they are made and at the end, takes 0.5 s, as long as a short run trains.
gc.freeze()
gc.enable()

if __name__ == "__main__":
    stopping = watch_for_stop()  # before all else: once there is a log, a job can be asked to stop
    log_to(snakemake.log[0])
    torch.set_num_threads(snakemake.threads)
    params, wildcards = snakemake.params, snakemake.wildcards
    check_device(params.device)
    run = {
        "parameters": params.cell["parameters"],
        "device": params.device,
        "epochs": params.epochs,
        "first": int(wildcards.first),
        "last": int(wildcards.last),
        "round": int(wildcards.round),
        "data": params.data,
        "code": params.cell["code"],
    }
    train_run(
        run,
        Path(snakemake.input.data[0]).parent,
        next(map(Path, snakemake.input.previous), None),
        Path(snakemake.output.metrics).parent,
        params.checkpoint_every,
        stopping,
    )
    environment = describe_environment(params.device, time.perf_counter() - STARTED)
    write_text(snakemake.output.environment, json.dumps(environment, indent=2) + "\n")
