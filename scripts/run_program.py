"""Run a study's own program for one cell and round, with each seed of a block in turn: see
study.program.run."""

import json
import time
from pathlib import Path

from study.files import write_text
from study.interrupts import watch_for_stop
from study.logs import log_to
from study.program.run import run_program
from study.training.environment import describe_job

STARTED = time.perf_counter()

if __name__ == "__main__":
    stopping = watch_for_stop()  # before all else: once there is a log, a job can be asked to stop
    log_to(snakemake.log[0])
    params, wildcards, files = snakemake.params, snakemake.wildcards, snakemake.input
    run = {
        "parameters": params.cell["parameters"],
        "command": params.cell["command"],
        "epochs": params.epochs,
        "first": int(wildcards.first),
        "last": int(wildcards.last),
        "round": int(wildcards.round),
        "data": params.data,
        "code": params.cell["code"],
    }
    run_program(
        run,
        Path(files.data[0]).parent,
        next(map(Path, files.previous), None),
        Path(snakemake.output.metrics).parent,
        Path(snakemake.log[0]).with_suffix(""),
        {"threads": snakemake.threads, "npz": Path(*files.npz).resolve()},
        stopping,
    )
    seconds = time.perf_counter() - STARTED
    environment = describe_job(("numpy", "snakemake"), None, snakemake.threads, seconds)
    write_text(snakemake.output.environment, json.dumps(environment, indent=2) + "\n")
