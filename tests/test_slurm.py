"""The study on a real SLURM, which this starts on this machine, through profiles/slurm."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
import yaml
from conftest import REPOSITORY, SMALL_STUDY, contents, snakemake, tiny_arrays, write_study
from slurm_cluster import PROGRAMS, find_programs, running_slurm

pytestmark = pytest.mark.xdist_group("slurm")  # one cluster at a time

RESULTS = ("*.csv", "scores.npz", "checkpoint.pt", "run.json", "*.svg", "*.png", "*.html", "*.tex")
# One long round: at about a millisecond an epoch, seconds, in which a job can be disturbed.
LONG_STUDY = SMALL_STUDY | {
    "epochs_per_round": 4000,
    "warmup_epochs": 1000,
    "checkpoint_every": 500,
}


@pytest.fixture(scope="module")
def slurm():
    """SLURM_CONF of a running cluster. Where SLURM is missing, the tests are skipped; in CI not."""
    missing = sorted(set(PROGRAMS) - set(find_programs()))
    if missing:
        reason = f"SLURM is not here: no {', '.join(missing)}"
        pytest.fail(reason) if os.environ.get("REQUIRE_SLURM") else pytest.skip(reason)
    with (
        tempfile.TemporaryDirectory(prefix="slurm") as folder,
        running_slurm(Path(folder) / "s") as configuration,
    ):
        yield configuration


def write_profile(folder: Path, **changes) -> None:
    """profiles/slurm as the user of this cluster edits it: its partition, and no accounting."""
    profile = yaml.safe_load((REPOSITORY / "profiles" / "slurm" / "config.yaml").read_text())
    profile["default-resources"] = {"slurm_partition": "main"}
    profile |= {"slurm-no-account": True, "slurm-status-command": "squeue"}
    profile |= {"latency-wait": 5, "slurm-init-seconds-before-status-checks": 2} | changes
    (folder / "profile").mkdir(exist_ok=True)
    (folder / "profile" / "config.yaml").write_text(yaml.safe_dump(profile))


def command(*arguments: str) -> list:
    start = [sys.executable, "-m", "snakemake", "--snakefile", REPOSITORY / "Snakefile"]
    return [*start, "--workflow-profile", "profile", *arguments]


def start(folder: Path, slurm: str, *arguments: str) -> subprocess.Popen:
    """Snakemake at work in a folder, submitting; its output goes to output.txt there."""
    with open(folder / "output.txt", "a") as output:
        return subprocess.Popen(
            command(*arguments, "--configfile", "study.yaml"),
            cwd=folder,
            stdout=output,
            stderr=output,
            env=os.environ | {"SLURM_CONF": slurm},
        )


def finish(folder: Path, process: subprocess.Popen) -> str:
    code = process.wait(timeout=400)
    text = (folder / "output.txt").read_text()
    assert code == 0, text
    return text


def squeue(slurm: str, state: str) -> list[str]:
    """The ids of jobs in a state."""
    done = subprocess.run(
        ["squeue", "--noheader", "--array", f"--states={state}", "--format=%i %o"],
        env=os.environ | {"SLURM_CONF": slurm},
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.split()[0] for line in done.stdout.splitlines()]


def wait_until(ready, process: subprocess.Popen, folder: Path) -> None:
    """Wait until something is so, as long as Snakemake is at work."""
    while not ready():
        assert process.poll() is None, (folder / "output.txt").read_text()
        time.sleep(0.2)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> dict[str, bytes]:
    """The long study's results, run locally."""
    folder = tmp_path_factory.mktemp("local")
    np.savez(folder / "tiny.npz", **tiny_arrays())
    write_study(folder, LONG_STUDY)
    assert snakemake(folder).returncode == 0
    return contents(folder / "results", *RESULTS)


@pytest.fixture
def long_study(tmp_path) -> Path:
    np.savez(tmp_path / "tiny.npz", **tiny_arrays())
    write_study(tmp_path, LONG_STUDY)
    return tmp_path


def progress(folder: Path) -> list[Path]:
    return list(folder.glob("results/tiny/runs/*/*/round1/progress.pt"))


def test_the_default_study_is_the_same_to_the_byte(slurm, tmp_path):
    local, cluster = tmp_path / "local", tmp_path / "cluster"
    for folder in (local, cluster):
        folder.mkdir()
        (folder / "study.yaml").write_text("{}")
    write_profile(cluster)
    process = start(cluster, slurm)
    text = finish(cluster, process)
    assert snakemake(local).returncode == 0
    assert "array" in text
    first, second = (contents(folder / "results", *RESULTS) for folder in (local, cluster))
    assert len(first) > 56 * 4
    assert first == second


def test_a_cancelled_job_goes_on(slurm, long_study, undisturbed):
    """scancel of a training job that has kept a state: it is sent again, to the same bytes."""
    write_profile(long_study)
    process = start(long_study, slurm)
    wait_until(lambda: progress(long_study), process, long_study)
    cancelled = squeue(slurm, "RUNNING")
    environment = os.environ | {"SLURM_CONF": slurm}
    subprocess.run(["scancel", *cancelled], env=environment, check=True)
    text = finish(long_study, process)
    assert cancelled and "Trying to restart job" in text
    assert contents(long_study / "results", *RESULTS) == undisturbed


def test_a_killed_snakemake_is_started_again(slurm, long_study, undisturbed):
    """Its jobs go on without it, beside those that the next one sends."""
    write_profile(long_study)
    process = start(long_study, slurm)
    wait_until(lambda: progress(long_study), process, long_study)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert snakemake(long_study, "--unlock").returncode == 0
    finish(long_study, start(long_study, slurm))
    assert contents(long_study / "results", *RESULTS) == undisturbed


def test_a_job_over_its_memory_gets_more(slurm, long_study, undisturbed):
    """Killed by SLURM at its first attempt, and whole at a later one, which asks for more."""
    write_profile(long_study, retries=3)
    options = ["--set-resources", "train:mem_mb=150*attempt"]
    text = finish(long_study, start(long_study, slurm, *options))
    assert "Trying to restart job" in text
    assert contents(long_study / "results", *RESULTS) == undisturbed


@pytest.mark.slow
def test_a_job_over_its_time_goes_on(slurm, long_study):
    """Asked to stop at its limit of a minute, it keeps its state; the next has two minutes."""
    write_study(long_study, LONG_STUDY | {"epochs_per_round": 35_000, "seeds": 2})
    write_profile(long_study, retries=3)
    options = ["--set-resources", "train:runtime=attempt"]
    text = finish(long_study, start(long_study, slurm, *options))
    assert "Trying to restart job" in text
    for path in (long_study / "results" / "tiny" / "runs").glob("*/*/round1/metrics.csv"):
        assert len(path.read_text().splitlines()) == 2 * 35_000 + 1
    assert len(list(long_study.glob("results/tiny/runs/*/*/round1/metrics.csv"))) == 2
