"""Harm that is done to a study at random moments: jobs killed, files cut, the disk filled."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
from base64 import urlsafe_b64decode
from pathlib import Path

import psutil
from session import REPOSITORY

PATIENCE = 300  # seconds after which a run counts as hung


class Failure(Exception):
    """The study did not survive."""


# ---- Running a study -----------------------------------------------------------------------------


def start(folder: Path, *arguments: str) -> subprocess.Popen:
    """Snakemake at work in a folder, in a process group of its own."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", REPOSITORY / "Snakefile"]
    command += [*arguments, "--cores", "2", "--configfile", "study.yaml"]
    with open(output_of(folder), "w") as output:
        return subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=output, start_new_session=True
        )


def output_of(folder: Path) -> Path:
    """Where the output of runs in a folder goes: not on the disk that is filled."""
    return folder.parents[1] / "output.txt"


def finish(folder: Path, process: subprocess.Popen) -> tuple[int, str]:
    """A run's exit status and what it printed."""
    try:
        code = process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise Failure("a run hangs") from None
    return code, output_of(folder).read_text(errors="replace")


def run_for(folder: Path, seconds: float) -> subprocess.Popen:
    """Snakemake after so many seconds; it may be through by then."""
    process = start(folder)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    return process


def stop(process: subprocess.Popen) -> None:
    """Stop a run as ctrl-c does, and all that it started."""
    process.send_signal(signal.SIGINT)
    process.wait(PATIENCE)


def jobs(folder: Path) -> list[psutil.Process]:
    """The scripts at work in a folder."""
    scripts = f"{folder}/.snakemake/scripts/"
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(word.startswith(scripts) for word in process.info["cmdline"] or [])
    ]


def finished_runs(folder: Path) -> dict[Path, int]:
    """The metrics of runs that Snakemake knows to be finished, with the time of each."""
    unfinished = set()
    marks = folder / ".snakemake" / "incomplete"
    for mark in (path for path in marks.rglob("*") if path.is_file()):
        name = "".join(part.removeprefix("@") for part in mark.relative_to(marks).parts)
        unfinished.add(folder / decode(name))
    found = folder.glob("results/*/runs/*/*/*/*/*/*/metrics.csv")
    return {path: path.stat().st_mtime_ns for path in found if path not in unfinished}


def decode(name: str) -> str:
    """The path that a file of Snakemake's records is about."""
    return urlsafe_b64decode(name).decode()


# ---- Faults --------------------------------------------------------------------------------------


# Each runs the study for a while, notes the runs that are finished, does harm and takes its cause
# away; it gives what it did, to which file if it was to one, and those runs.

Harm = tuple[str, Path | None, dict[Path, int]]


def kill_a_job(folder: Path, chance: random.Random, seconds: float) -> Harm:
    process = run_for(folder, chance.uniform(0, seconds))
    while not (at_work := jobs(folder)):
        if process.poll() is not None:
            return "no job at work: nothing killed", None, {}
    before = finished_runs(folder)
    number = chance.choice([signal.SIGKILL, signal.SIGTERM])
    victim = chance.choice(at_work)
    try:
        victim.send_signal(number)
    except psutil.NoSuchProcess:
        return "the job was through: nothing killed", None, before
    code, _ = finish(folder, process)
    return f"a job killed, {number.name}" if code else "through: nothing killed", None, before


def kill_snakemake(folder: Path, chance: random.Random, seconds: float) -> Harm:
    """Jobs that it started go on for a while, beside those of the next Snakemake."""
    process = run_for(folder, chance.uniform(0, seconds))
    if process.poll() is not None:
        return "the study was through: nothing killed", None, {}
    before = finished_runs(folder)
    number = chance.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
    process.send_signal(number)
    code, _ = finish(folder, process)
    return f"Snakemake killed, {number.name}" if code else "through: nothing killed", None, before


def kill_everything(folder: Path, chance: random.Random, seconds: float) -> Harm:
    process = run_for(folder, chance.uniform(0, seconds))
    if process.poll() is not None:
        return "the study was through: nothing killed", None, {}
    before = finished_runs(folder)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return "Snakemake and all jobs killed, SIGKILL", None, before


def truncate_while_unfinished(folder: Path, chance: random.Random, seconds: float) -> Harm:
    """Of a study that was stopped: a file of a run, of the data or of Snakemake's own.

    Of those that are still to be read: what is never read again may stay as it is.
    """
    stop(run_for(folder, chance.uniform(seconds / 4, seconds)))
    runs = [path.parent for path in finished_runs(folder)]
    files = [path / name for path in runs for name in ("metrics.csv", "run.json", "scores.npz")]
    following = [(path, path.with_name("round2") / "metrics.csv") for path in runs]
    files += [path / "checkpoint.pt" for path, next_run in following if not next_run.exists()]
    files += folder.glob("results/*/runs/*/*/*/*/*/*/progress.pt")
    files += folder.glob(".snakemake/metadata/*")
    if len(runs) < 4:
        names = ("description.json", "inputs.npy", "labels.npy")
        files += [path for name in names for path in folder.glob(f"results/*/data/*/{name}")]
    if not list(folder.glob("results/*/data/*/audit.json")):
        files += folder.glob("results/*/data/*/samples.csv")
    if not (folder / "results" / "tiny" / "report.html").exists():
        files += folder.glob("results/*/data/*/audit.json")
    return truncate(folder, files, chance)


def truncate_when_finished(folder: Path, chance: random.Random, seconds: float) -> Harm:
    """Any file that SHA256SUMS lists."""
    finish(folder, start(folder))
    (sums,) = folder.glob("results/*/SHA256SUMS")
    files = [sums.parent / line.split("  ")[1] for line in sums.read_text().splitlines()]
    return truncate(folder, files, chance)


def truncate(folder: Path, files: list[Path], chance: random.Random) -> Harm:
    files = sorted(path for path in files if path.is_file() and path.stat().st_size)
    if not files:
        return "no file there: nothing truncated", None, {}
    before = finished_runs(folder)
    name = chance.choice(sorted({file_kind(path) for path in files}))
    path = chance.choice([path for path in files if file_kind(path) == name])
    size = path.stat().st_size
    os.truncate(path, chance.choice([0, chance.randrange(size), size - 1]))
    spoilt = folder / decode(path.name) if name == "metadata" else path
    return f"truncated, {name}", spoilt, before


def file_kind(path: Path) -> str:
    return "metadata" if path.parent.name == "metadata" else path.name


def damage_the_source(folder: Path, chance: random.Random, seconds: float) -> Harm:
    """The user's own data, before or in the middle of the study; then they are put back."""
    if chance.random() < 0.5:
        stop(run_for(folder, chance.uniform(0, seconds)))
    before = finished_runs(folder)
    source = folder / "tiny.npz"
    whole = source.read_bytes()
    os.truncate(source, chance.randrange(len(whole)))
    code, said = finish(folder, start(folder))
    if code == 0 or "tiny.npz" not in said:
        raise Failure(f"damaged data are not named:\n{said}")
    source.write_bytes(whole)
    return "the source truncated", None, before


def fill_the_disk(folder: Path, chance: random.Random, seconds: float) -> Harm:
    if chance.random() < 0.5:
        stop(run_for(folder, chance.uniform(0, seconds)))
    before = finished_runs(folder)
    ballast = folder.parent / "ballast"
    free = shutil.disk_usage(folder).free
    with open(ballast, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(4096, free - chance.randrange(500_000)))
    stopped = check_named(folder, "No space left on device")
    ballast.unlink()
    return "the disk full" if stopped else "room enough: nothing failed", None, before


def write_protect(folder: Path, chance: random.Random, seconds: float) -> Harm:
    stop(run_for(folder, chance.uniform(0, seconds)))
    names = ["", "results", "results/tiny", "results/tiny/runs", "logs", ".snakemake"]
    names += [".snakemake/metadata", "results/tiny/statistics", "results/tiny/tables"]
    protected = chance.choice([name for name in names if (folder / name).is_dir()])
    before = finished_runs(folder)
    path = str(folder / protected)
    subprocess.run(["mount", "--bind", path, path], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", path], check=True)
    try:
        stopped = check_named(folder, "Read-only file system", "Write-protected output files")
    finally:
        subprocess.run(["umount", path], check=True)
    what = f"read-only, {protected or 'the whole folder'}"
    return what if stopped else f"{what}: nothing failed", None, before


def check_named(folder: Path, *causes: str) -> bool:
    """Whether a run stopped; if it did, it named the cause."""
    code, said = finish(folder, start(folder))
    if code and not any(cause in said for cause in causes):
        raise Failure(f"the cause is not named:\n{said}")
    return code != 0


FAULTS = [
    kill_a_job,
    kill_snakemake,
    truncate_while_unfinished,
    fill_the_disk,
    kill_everything,
    write_protect,
    truncate_when_finished,
    damage_the_source,
]
