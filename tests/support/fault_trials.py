"""Break a small study in every way at hand, resume it, and compare it with an undisturbed one.

    python tests/support/fault_trials.py --trials 50 --seed 0

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
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from faults import FAULTS, Failure, finish, finished_runs, jobs, start
from run_snakemake import contents
from small_study import SMALL_STUDY, tiny_arrays, write_study

STUDY = SMALL_STUDY | {"rounds": 2, "epochs_per_round": 400, "warmup_epochs": 100}
DISK_MB = 64
# What a message names that is to be deleted: files, or what is around one.
DAMAGED = re.compile(r"^((?:\S+, )*\S+)(?: and \d+ more)?: .*delete (it|them|its folder)\b", re.M)

CHANGED = re.compile(r"^(\S+): changed$", re.M)  # as `verify` lists them


def resume(folder: Path) -> int:
    """Run a study until it is through, as its messages say; how many of them it took."""
    messages = 0
    if list(folder.glob("results/*/SHA256SUMS")):  # it was finished: does it still say the same?
        code, said = finish(folder, start(folder, "verify"))
        messages += code != 0
        for name in set(CHANGED.findall(said)):
            (folder / name).unlink()
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
        if "--forcerun prepare_data" in said:
            finish(folder, start(folder, "--forcerun", "prepare_data", "--until", "prepare_data"))
        elif "snakemake --unlock" in said:
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


def prepare(folder: Path, **changes) -> Path:
    folder.mkdir()
    np.savez(folder / "tiny.npz", **tiny_arrays())
    write_study(folder, STUDY, **changes)
    return folder


def count_different(first: dict[str, bytes], second: dict[str, bytes]) -> int:
    """How many bytes differ, of all files; a file that one side lacks differs in one at least.

    But for SHA256SUMS, which has the digest of the page with the times that jobs took.
    """
    different = 0
    for name in sorted(first.keys() | second.keys()):
        if name.endswith("SHA256SUMS"):
            continue
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
