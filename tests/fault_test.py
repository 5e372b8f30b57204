"""Break a small study in every way at hand, resume it, and compare it with an undisturbed one.

    python tests/fault_test.py --trials 50 --seed 0

Each trial runs the study in a folder of its own, does one thing to it at a random moment, takes
the cause away and runs it again until it is through. A run that stops must say why. In the end
every file must be the same to the byte, and no run that was finished may have been trained again.
Linux only: the study lies on a small tmpfs in a mount namespace of this program's own.
"""

import argparse
import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from base64 import urlsafe_b64decode
from collections import Counter
from pathlib import Path

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from conftest import REPOSITORY, SMALL_STUDY, contents, tiny_arrays, write_study

STUDY = SMALL_STUDY | {"rounds": 2, "epochs_per_round": 400, "warmup_epochs": 100}
DISK_MB = 64
PATIENCE = 300  # seconds after which a run counts as hung
# What a message names that is to be deleted: files, or what is around one.
DAMAGED = re.compile(r"^((?:\S+, )*\S+)(?: and \d+ more)?: .*delete (it|them|its folder)\b", re.M)


class Failure(Exception):
    """The study did not survive."""


# ---- Running a study ----------------------------------------------------------------------------


def start(folder: Path, *arguments: str) -> subprocess.Popen:
    """Snakemake at work in a folder, in a process group of its own."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", REPOSITORY / "Snakefile"]
    command += ["--cores", "2", "--configfile", "study.yaml", *arguments]
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
    found = folder.glob("results/*/runs/*/*/*/metrics.csv")
    return {path: path.stat().st_mtime_ns for path in found if path not in unfinished}


def decode(name: str) -> str:
    """The path that a file of Snakemake's records is about."""
    return urlsafe_b64decode(name).decode()


def resume(folder: Path) -> int:
    """Run a study until it is through, as its messages say; how many of them it took."""
    messages = 0
    while True:
        code, said = finish(folder, start(folder))
        if code == 0:
            return messages
        messages += 1
        if "Traceback" in said:
            raise Failure(f"a traceback:\n{said}")
        damaged = [match for match in DAMAGED.finditer(said) if (folder / first(match)).exists()]
        if messages > 10:
            raise Failure(f"ten messages did not help:\n{said}")
        if "cannot be locked" in said or "LockException" in said:
            finish(folder, start(folder, "--unlock"))
        elif damaged:
            for names, what in {(match[1], match[2]) for match in damaged}:
                for name in names.split(", "):
                    path = folder / name
                    shutil.rmtree(path.parent) if "folder" in what else path.unlink()
        else:
            raise Failure(f"it does not say what is to be done:\n{said}")


def first(match: re.Match) -> str:
    return match[1].split(", ")[0]


# ---- Faults -------------------------------------------------------------------------------------
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
    files += folder.glob("results/*/runs/*/*/*/progress.pt")
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


# ---- Trials -------------------------------------------------------------------------------------


def prepare(folder: Path, **changes) -> Path:
    folder.mkdir()
    np.savez(folder / "tiny.npz", **tiny_arrays())
    write_study(folder, STUDY, **changes)
    return folder


def count_different(first: dict[str, bytes], second: dict[str, bytes]) -> int:
    """How many bytes differ, of all files; a file that one side lacks differs in one at least."""
    different = 0
    for name in sorted(first.keys() | second.keys()):
        a, b = first.get(name, b""), second.get(name, b"")
        bytes_apart = abs(len(a) - len(b)) + sum(x != y for x, y in zip(a, b))
        if bytes_apart or name not in first or name not in second:
            print(f"differs: {name}, {len(a)} and {len(b)} bytes", flush=True)
            different += max(1, bytes_apart)
    return different


def main(trials: int, seed: int, disk: Path) -> bool:
    """Run all trials, print what came out; whether each did harm and none lost anything."""
    chance = random.Random(seed)
    whole = prepare(disk / "undisturbed")
    begin = time.monotonic()
    code, said = finish(whole, start(whole))
    seconds = time.monotonic() - begin
    if code:
        raise Failure(said)
    expected = contents(whole / "results", "*")
    assert len(finished_runs(whole)) == 4 and "tiny/report.html" in expected
    print(f"4 runs, {len(expected)} files, {seconds:.0f} s undisturbed", flush=True)
    injected, lost, different, messages = Counter(), 0, 0, 0
    for number in range(trials):
        fault = FAULTS[number % len(FAULTS)]
        done = "nothing yet"
        for attempt in range(5):  # until there was something to break
            if "nothing" not in done:
                break
            folder = prepare(disk / f"{number}-{attempt}", checkpoint_every=chance.choice([0, 50]))
            done, spoilt, before = fault(folder, chance, seconds)
            messages += resume(folder)
            retrained = count_retrained(before, spoilt)
            difference = count_different(expected, contents(folder / "results", "*"))
            print(f"{number + 1}: {done}; {retrained} lost, {difference} bytes differ", flush=True)
            lost, different = lost + retrained, different + difference
            clear(folder)
        injected[fault.__name__.replace("_", " ")] += "nothing" not in done
    for kind, count in injected.items():
        print(f"  {kind}: {count}")
    print(
        f"faults injected: {injected.total()}, messages followed: {messages},"
        f" runs lost: {lost}, bytes that differ: {different}"
    )
    return injected.total() == trials and not lost and not different


def count_retrained(before: dict[Path, int], spoilt: Path | None) -> int:
    """How many finished runs were trained again, but those that had to be.

    A run whose file was spoilt has to be, and the rounds of its cell and seeds that come after it;
    where the prepared data were spoilt and are made anew, all are.
    """
    if spoilt and spoilt.parents[1].name == "data":
        return 0
    retrained = 0
    for path, stamp in before.items():
        same_seeds = spoilt and path.parents[1] in spoilt.parents
        due = same_seeds and path.parent.name >= spoilt.parent.name
        retrained += not due and path.stat().st_mtime_ns != stamp
    return retrained


def clear(folder: Path) -> None:
    """Remove a study, and what outlived its Snakemake."""
    left = jobs(folder)
    for job in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            job.kill()
    psutil.wait_procs(left)
    shutil.rmtree(folder)


def unshared(*command: str) -> list[str]:
    """A command in a mount namespace of its own, where it may mount."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", "--mount", *user, *command]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if "IN_NAMESPACE" not in os.environ:
        os.environ["IN_NAMESPACE"] = "yes"
        command = unshared(sys.executable, *sys.argv)
        os.execvp(command[0], command)
    with tempfile.TemporaryDirectory() as place:
        disk, size = Path(place) / "disk", f"size={DISK_MB}m"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", disk], check=True)
        try:
            sys.exit(not main(arguments.trials, arguments.seed, disk))
        except Failure as failure:
            sys.exit(str(failure))
        finally:
            subprocess.run(["umount", "--lazy", disk], check=True)
