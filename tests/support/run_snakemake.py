"""Snakemake run as a user runs it, what it said, and the files that it made."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from forked_snakemake import can_fork, run_forked
from session import REPOSITORY

from study.store.known_digests import MEMORY

COMMAND = [sys.executable, "-m", "snakemake", "--snakefile", REPOSITORY / "Snakefile"]
COMMAND += ["--cores", "2", "--configfile", "study.yaml"]

DIGESTS: dict[str, Any] = {}  # of our code, with its stamp, as a folder's memory has them

# What says how long jobs took, which differs from run to run: some files, and parts of the page.
TIMED = ("environment.json", "environments.csv")
# of the page, and the page's line among the checksums
TIMES = re.compile(
    rb"<!-- times: begin -->.*?<!-- times: end -->|(?m:^[0-9a-f]{64}  (?:report|appendix)\.html\n)",
    re.DOTALL,
)


def snakemake(folder: Path, *arguments: str, repository: Path = REPOSITORY, cores: int = 2):
    """Run Snakemake in a folder on its study.yaml; its `stdout` has all that it printed."""
    given = ["--snakefile", str(repository / "Snakefile"), *arguments]
    given += ["--cores", str(cores), "--configfile", "study.yaml"]
    if repository != REPOSITORY:
        return run(folder, *given)
    with known_digests(folder):
        return run(folder, *given)


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Snakemake in a folder; its `stdout` has all that it printed."""
    command = [sys.executable, "-m", "snakemake", *arguments]
    if can_fork():
        return subprocess.CompletedProcess(command, *run_forked(arguments, folder))
    return subprocess.run(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@contextmanager
def known_digests(folder: Path) -> Iterator[None]:
    """Have a run find the digests of our code that runs in other folders worked out.

    Each folder has a memory of them; to work them out takes two seconds.
    """
    memory = folder / MEMORY
    if DIGESTS and not memory.exists():
        memory.parent.mkdir(exist_ok=True)
        memory.write_text(json.dumps(DIGESTS))
    yield
    if memory.exists():
        found = json.loads(memory.read_text())
        if DIGESTS.get("stamp") != found["stamp"]:  # the code has been edited
            DIGESTS.clear()
        DIGESTS["stamp"] = found["stamp"]
        DIGESTS["digests"] = DIGESTS.get("digests", {}) | found["digests"]


def jobs_by_rule(text: str) -> dict[str, int]:
    """The counts of jobs that a run, or a dry run, begins with: rule -> jobs."""
    if counted := re.search(r"^(\d+) jobs: (.*)$", text, re.MULTILINE):
        total, several = counted.groups()
        found = re.findall(r"(?:(\d+) )?(\w+)(?:, |$)", several)
        return {rule: int(count or 1) for count, rule in found} | {"total": int(total)}
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("Job stats"):
            break
    counts = {}
    for line in lines:
        words = line.split()
        if len(words) == 2 and words[1].isdigit():
            counts[words[0]] = int(words[1])
        if not words:
            break
    return counts


def contents(folder: Path, *patterns: str) -> dict[str, bytes]:
    """The files below a folder that match, by their path; without the times that jobs took."""
    found = {path for pattern in patterns for path in folder.rglob(pattern) if path.is_file()}
    return {
        os.fspath(path.relative_to(folder)): TIMES.sub(b"", path.read_bytes())
        for path in sorted(found)
        if path.name not in TIMED
    }


def without_terms(html: str) -> str:
    """A page whose terms are plain words, and no buttons that explain them."""
    return re.sub(r'<button type="button" class="term"[^>]*>(.*?)</button>', r"\1", html)


def pages(made: Path) -> str:
    """The report and its appendix, one after the other, of the folder that they are in."""
    found = "".join((made / name).read_text() for name in ("report.html", "appendix.html"))
    return without_terms(found)


def assert_readable(done, *expected: str) -> None:
    """Failed with one readable message: no traceback, and no training."""
    assert done.returncode != 0
    for text in expected:
        assert text in done.stdout
    assert "Traceback" not in done.stdout
    assert not re.search(r"Job \d+: Train |^\d+/\d+ \S+ round ", done.stdout, re.MULTILINE)
