"""How much a job costs beside its training, and how the workflow grows with the number of jobs.

    python tests/bench/bench_workflow.py

Start: 20 jobs that each train one seed of a tiny network on wdbc for an epoch; the CPU time of all
processes, less that of the same command with nothing left to do, a job; as forks of one process and
in processes of their own (`STUDY_FORK=0`). Scale: a dry run of 1,000 and of 3,000 training jobs.
Linux only.
"""

import ctypes
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import yaml

REPOSITORY = Path(__file__).parents[2]
SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of Linux's prctl
JOBS = 20
TINY = {
    "dataset": "wdbc",
    "baseline": {"hidden_units": 4},
    "epochs_per_round": 1,
    "warmup_epochs": 0,
    "rounds": 1,
    "seeds": 1,
    "seeds_per_job": 1,
    "tables": {f"table{number}": None for number in range(1, 8)},
    "figures": {"figure1": None, "figure2": None},
}


class Cost(NamedTuple):
    """What a Snakemake and all that it started took."""

    seconds: float
    cpu: float  # seconds
    megabytes: float  # MiB, of the largest process


def cells(count: int) -> dict[str, Any]:
    """A grid of so many cells."""
    rates = [(number + 1) / 100_000 for number in range(count)]
    return {"loss": None, "batch_size": None, "activation": None, "learning_rate": rates}


def run_snakemake(folder: Path, study: dict[str, Any], *arguments: str, **environment: str) -> Cost:
    """Run Snakemake on a study on one core."""
    (folder / "study.yaml").write_text(yaml.safe_dump(study))
    command = [sys.executable, "-m", "snakemake", "--snakefile", REPOSITORY / "Snakefile"]
    command += [*arguments, "--cores", "1", "--configfile", "study.yaml"]
    start, said = time.perf_counter(), folder / "said.txt"
    with said.open("w") as file:
        process = subprocess.Popen(
            command, cwd=folder, stdout=file, stderr=file, env=os.environ | environment
        )
        _, status, usage = os.wait4(process.pid, 0)
    seconds, cpu = time.perf_counter() - start, usage.ru_utime + usage.ru_stime
    if status:
        sys.exit(said.read_text())
    while True:  # what it left behind, such as the process that forks
        try:
            _, _, other = os.wait3(0)
        except ChildProcessError:
            return Cost(seconds, cpu, usage.ru_maxrss / 1024)
        cpu += other.ru_utime + other.ru_stime


def measure_start() -> None:
    """Print the CPU time of a job of a few milliseconds, forked and not."""
    study, found = TINY | {"grid": cells(JOBS)}, {}
    for fork in ("1", "0"):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            run_snakemake(folder, study, "--until", "prepare_data")
            trained = run_snakemake(folder, study, "--until", "train", STUDY_FORK=fork)
            nothing = run_snakemake(folder, study, "--until", "train", STUDY_FORK=fork)
            found[fork] = (trained.cpu - nothing.cpu) / JOBS
    ratio = found["1"] / found["0"]
    print(f"CPU a job, own process   {found['0']:8.2f} s    mean of {JOBS}")
    print(f"CPU a job, forked        {found['1']:8.2f} s    {ratio:.2f} of it (target: 0.4 s)")


def measure_scale() -> None:
    """Print the time and memory of dry runs."""
    found = {}
    with tempfile.TemporaryDirectory() as name:
        run_snakemake(Path(name), TINY | {"grid": cells(1)}, "--until", "prepare_data")
        for count in (1000, 3000):
            more = {"seeds": 10, "rounds": 2, "grid": cells(count // 20)}
            found[count] = run_snakemake(Path(name), TINY | more, "-n", "--quiet", "all")
    ratio = found[3000].cpu / found[1000].cpu / 3
    print(
        f"dry run of 3,000 jobs    {found[3000].cpu:8.1f} s    CPU; {found[3000].megabytes:.0f} MiB"
    )
    print(f"  against 1,000, a job   {ratio:8.2f}      (target: at most 1)")


if __name__ == "__main__":
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)  # so that orphans are waited for here
    measure_start()
    measure_scale()
