"""The study on a real SLURM, which this starts on this machine, through profiles/slurm."""

import contextlib
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import psutil
import pytest
import yaml
from run_snakemake import contents, snakemake
from session import REPOSITORY, made_once, shared_place, skip
from slurm_cluster import PROGRAMS, find_programs, shared_slurm, wait_for
from small_study import SMALL_STUDY, tiny_arrays, write_study

pytestmark = pytest.mark.slow

# Two jobs that train for some seconds, which is time enough to catch them.
LONG_STUDY = SMALL_STUDY | {"epochs_per_round": 1000, "warmup_epochs": 100}
SUMMARY = "results/tiny/fixed/values.csv"


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    """The environment of a running cluster. Where SLURM is missing, the tests are skipped."""
    missing = sorted(set(PROGRAMS) - set(find_programs()))
    for plugin in ("slurm", "cluster_generic"):
        if find_spec(f"snakemake_executor_plugin_{plugin}") is None:
            missing.append(f"snakemake_executor_plugin_{plugin} (requirements-cluster.txt)")
    if missing:
        skip(f"SLURM is not here: no {', '.join(missing)}")
    with shared_slurm(shared_place(tmp_path_factory)) as configuration:
        yield os.environ | {"SLURM_CONF": configuration}


@pytest.fixture(scope="module")
def long_results(tmp_path_factory) -> dict[str, bytes]:
    """The results of the long study, run locally and undisturbed."""
    return contents(made_once(tmp_path_factory, "long", finish_long_study) / "results", "*")


def finish_long_study(folder: Path) -> None:
    np.savez(folder / "tiny.npz", **tiny_arrays())
    write_study(folder, LONG_STUDY)
    done = snakemake(folder, SUMMARY)
    assert done.returncode == 0, done.stdout


@pytest.fixture
def long(tmp_path) -> Path:
    """The long study before it has been run, with the profile."""
    np.savez(tmp_path / "tiny.npz", **tiny_arrays())
    write_study(tmp_path, LONG_STUDY)
    write_profile(tmp_path)
    return tmp_path


def write_profile(folder: Path, gpu: bool = False) -> None:
    """A profile as the user of this cluster edits it: its partition, and no accounting."""
    text = (REPOSITORY / "profiles" / "slurm" / "config.yaml").read_text()
    if gpu:
        before, lines, after = re.split(r"((?<=\n)# set-resources:\n(?:#  .*\n)+)", text)
        text = before + lines.replace("# ", "", 1).replace("#   ", "  ") + after
    profile = yaml.safe_load(text)
    profile["default-resources"] = {"slurm_partition": "main"}
    profile |= {"slurm-no-account": True, "slurm-status-command": "squeue"}
    profile |= {"latency-wait": 5, "slurm-init-seconds-before-status-checks": 2}
    (folder / "profile").mkdir(exist_ok=True)
    (folder / "profile" / "config.yaml").write_text(yaml.safe_dump(profile))


@pytest.fixture
def start(slurm):
    """Start Snakemake in a folder, submitting; its output goes to output.txt there."""
    processes = []

    def start_in(folder: Path, *arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "snakemake", "--snakefile", REPOSITORY / "Snakefile"]
        command += [*arguments, "--profile", "profile", "--configfile", "study.yaml"]
        with open(folder / "output.txt", "a") as output:
            process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, env=slurm)
        processes.append(process)
        return process

    yield start_in
    for process in processes:
        process.kill()
        process.wait()


def finish(folder: Path, process: subprocess.Popen) -> str:
    """What Snakemake printed and logged, when it has finished well."""
    code = process.wait(timeout=400)
    text = (folder / "output.txt").read_text()
    assert code == 0, text
    return all_said(folder)


def all_said(folder: Path) -> str:
    """Snakemake's own logs, which say more than what it prints."""
    return "".join(path.read_text() for path in (folder / ".snakemake" / "log").iterdir())


def training(folder: Path, count: int) -> list[psutil.Process]:
    """So many processes that train in a folder, held at what they do as soon as they begin."""
    held = {}

    def all_held() -> bool:
        for process in psutil.process_iter(["cmdline"]):
            script = (process.info["cmdline"] or [""])[-1]
            trains = script.startswith(f"{folder}/.snakemake/scripts/") and "train.py" in script
            if trains and process not in held.values() and has_log(process, folder):
                process.suspend()
                held[process.pid] = process
        return len(held) == count

    wait_for(all_held, "training", folder / "logs")
    return list(held.values())


def has_log(process: psutil.Process, folder: Path) -> bool:
    """Whether a job of a folder has begun its log, from when on it can be asked to stop."""
    logs = f"{folder}/logs/tiny/train/"
    with contextlib.suppress(psutil.Error):  # it may be through
        return any(file.path.startswith(logs) for file in process.open_files())
    return False


def job_of(process: psutil.Process) -> str:
    """The number of the SLURM job that a process belongs to."""
    return process.environ()["SLURM_JOB_ID"]


def running_jobs(slurm: dict) -> set[str]:
    command = ["squeue", "--noheader", "--states=RUNNING", "--format=%i"]
    done = subprocess.run(command, env=slurm, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def slurm_said(folder: Path) -> str:
    """What SLURM printed of training jobs."""
    return "".join(path.read_text() for path in folder.glob("logs/slurm/rule_train/**/*.log"))


def test_a_whole_study_is_the_same_to_the_byte(start, finished_once, fresh):
    """Every rule: those that are sent, and those that run where Snakemake does.

    Training is given too little memory at first, and then more.
    """
    write_profile(fresh)
    text = finish(fresh, start(fresh, "--set-resources", "train:mem_mb=300*attempt"))
    assert text.count("Trying to restart job") >= 2
    assert "exceeded memory limit" in slurm_said(fresh)
    sent = re.findall(r"has been submitted with SLURM jobid \d+ .*rule_(\w+)", text)
    expected = {"prepare_data", "audit_data", "train", "measure", "judge", "compare_splits"}
    assert set(sent) == expected | {"estimate_effects", "draw_pictures"}
    assert contents(fresh / "results", "*") == contents(finished_once / "results", "*")


def test_stopped_jobs_are_sent_again_and_resume(slurm, start, long, long_results):
    """One is cancelled, the other is held until its minute is over: SLURM wakes it and stops it.

    How a job that dies is sent again is seen where one has too little memory.
    """
    snakemake_process = start(long, SUMMARY, "--set-resources", "train:runtime=attempt")
    jobs = training(long, 2)
    subprocess.run(["scancel", job_of(jobs[0])], env=slurm, check=True)
    kept = set()

    def both_were_kept() -> bool:
        kept.update(long.rglob("progress.pt"))
        return len(kept) == 2

    wait_for(both_were_kept, "keeping progress", long)
    text = finish(long, snakemake_process)
    assert text.count("Trying to restart job") == 2
    assert slurm_said(long).count("DUE TO TIME LIMIT") == 2  # of the job and its step
    assert contents(long / "results", "*") == long_results
    assert not list(long.rglob("progress.pt"))


def test_a_killed_snakemake_is_started_again(slurm, start, long, long_results):
    """Jobs that were sent go on alone; as the page says, they are waited for, then it goes on."""
    snakemake_process = start(long, SUMMARY)
    jobs = training(long, 2)
    numbers = {job_of(job) for job in jobs}
    snakemake_process.kill()
    snakemake_process.wait()
    for job in jobs:
        job.resume()
    wait_for(lambda: not numbers & running_jobs(slurm), "finishing what was sent", long)
    trained = {path: path.stat().st_mtime_ns for path in long.rglob("metrics.csv")}
    assert len(trained) == 2
    assert start(long, SUMMARY).wait() != 0
    assert "--unlock" in (long / "output.txt").read_text()
    assert start(long, "--unlock").wait() == 0
    finish(long, start(long, SUMMARY))
    assert {path: path.stat().st_mtime_ns for path in long.rglob("metrics.csv")} == trained
    assert contents(long / "results", "*") == long_results


def test_a_gpu_job_asks_for_a_gpu(slurm, start, long):
    """In the GPU partition, for one; here it finds none that works, and says so."""
    write_study(long, LONG_STUDY, device="cuda")
    write_profile(long, gpu=True)
    snakemake_process = start(long, SUMMARY, "--retries", "0")
    assert snakemake_process.wait(timeout=400) != 0
    text = (long / "output.txt").read_text()
    assert "device: cuda, but PyTorch finds no GPU on this machine" in text
    submitted = r"Job \d+ has been submitted with SLURM jobid (\d+) .*rule_train"
    numbers = re.findall(submitted, all_said(long))
    for number in numbers:
        command = ["scontrol", "show", "job", number]
        job = subprocess.run(command, env=slurm, capture_output=True, text=True, check=True).stdout
        assert "Partition=gpu" in job and re.search(r"TresPerJob=gres[:/]gpu:1\b", job)
    assert len(numbers) == 2


def test_another_scheduler(slurm, start, long, long_results):
    """The PBS lines of profiles/cluster, with qsub, qstat and qdel as SLURM provides them."""
    profile = (REPOSITORY / "profiles" / "cluster" / "config.yaml").read_text()
    before, lines, after = re.split(r"(?<=# PBS, Torque\n)((?:# .*\n)+)", profile)
    lines = lines.replace("# cluster", "cluster")
    text = before + lines + after.replace("latency-wait: 60", "latency-wait: 5")
    (long / "profile" / "config.yaml").write_text(text)
    snakemake_process = start(long, SUMMARY)
    jobs = training(long, 2)
    subprocess.run(["qdel", job_of(jobs[0])], env=slurm, check=True)
    jobs[1].resume()
    text = finish(long, snakemake_process)
    assert text.count("Trying to restart job") == 1
    assert contents(long / "results", "*") == long_results
