"""Run a study's own program for one cell and round, with each seed of a block in turn: see
study.program.run."""

import json
import time
from pathlib import Path

from study.program.run import run_program
from study.store.files import write_text
from study.store.interrupts import watch_for_stop
from study.store.logs import log_to
from study.store.paths import ARRAYS
from study.store.records import chosen_values
from study.training.environment import describe_job
from study.training.untrained import write_untrained

STARTED = time.perf_counter()

if __name__ == "__main__":
    stopping = watch_for_stop()  # before all else: once there is a log, a job can be asked to stop
    log_to(snakemake.log[0])
    params, wildcards, files = snakemake.params, snakemake.wildcards, snakemake.input
    run = params.run | {key: int(wildcards[key]) for key in ("first", "last", "round")}
    data, folder = Path(files.data[0]).parent, Path(snakemake.output.metrics).parent
    chosen = chosen_values(files.chosen, wildcards.place)
    if chosen is None:
        write_untrained(run, folder, [])
    else:
        run_program(
            run | {"parameters": run["parameters"] | chosen},
            data,
            next(map(Path, files.previous), None),
            folder,
            Path(snakemake.log[0]).with_suffix(""),
            {"threads": snakemake.threads, "npz": data.resolve() / ARRAYS},
            stopping,
        )
    seconds = time.perf_counter() - STARTED
    environment = describe_job(("numpy", "snakemake"), None, snakemake.threads, seconds)
    write_text(snakemake.output.environment, json.dumps(environment, indent=2) + "\n")
