"""A small study that trains in seconds, and Snakemake run on it as a user runs it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from filelock import FileLock

from study.data.prepared import prepare

REPOSITORY = Path(__file__).parents[1]

# What runs in the background may have inherited that these are ignored, and would hand that on.
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)

# What says how long jobs took, which differs from run to run: some files, and parts of the page.
TIMED = ("environment.json", "environments.csv")
# of the page, and the page's line among the checksums
TIMES = re.compile(
    rb"<!-- times: begin -->.*?<!-- times: end -->|(?m:^[0-9a-f]{64}  (?:report|appendix)\.html\n)",
    re.DOTALL,
)

# Two cells of two seeds for one round of four epochs, one table and one figure.
SMALL_STUDY = {
    "dataset": "tiny",
    "datasets": {
        "wdbc": None,
        "pneumoniamnist": None,
        "tiny": {"kind": "npz", "path": "tiny.npz"},
    },
    "baseline": {"hidden_units": 8},
    "grid": {"batch_size": None, "activation": None},
    "epochs_per_round": 4,
    "warmup_epochs": 1,
    "rounds": 1,
    "seeds": 2,
    "seeds_per_job": 2,
    "tables": {f"table{number}": None for number in range(2, 8)},
    "figures": {"figure1": None, "figure2": None},
}


def tiny_arrays() -> dict[str, np.ndarray]:
    """Images of 5 × 5 in MedMNIST's layout; the positive class is brighter, with noise."""
    generator = np.random.default_rng(0)
    arrays = {}
    for split, count in (("train", 50), ("val", 20)):
        labels = np.arange(count) % 2
        images = generator.integers(0, 200, (count, 5, 5)) + 40 * labels[:, None, None]
        arrays[f"{split}_images"] = images.astype(np.uint8)
        arrays[f"{split}_labels"] = labels[:, None].astype(np.uint8)
    return arrays


def write_study(folder: Path, study: dict, **changes) -> None:
    """Write a folder's study.yaml, with some top-level keys changed."""
    (folder / "study.yaml").write_text(yaml.safe_dump(study | changes))


def snakemake(folder: Path, *arguments: str, repository: Path = REPOSITORY, cores: int = 2):
    """Run Snakemake in a folder on its study.yaml; its `stdout` has all that it printed."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", repository / "Snakefile"]
    command += [*arguments, "--cores", str(cores), "--configfile", "study.yaml"]
    return subprocess.run(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def made_once(tmp_path_factory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that is made once for all workers of a test run. Not to be changed."""
    place = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent  # which the workers share
    folder = place / name
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            unfinished = place / f"{name}.unfinished"
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
    return folder


def finish_small_study(folder: Path) -> None:
    np.savez(folder / "tiny.npz", **tiny_arrays())
    write_study(folder, SMALL_STUDY)
    done = snakemake(folder)
    assert done.returncode == 0, done.stdout
    (folder / "stdout.txt").write_text(done.stdout)


@pytest.fixture(scope="session")
def finished_once(tmp_path_factory) -> Path:
    """The small study, run from scratch. Not to be changed: see `finished`."""
    return made_once(tmp_path_factory, "finished", finish_small_study)


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory) -> Path:
    """The tiny data set, prepared. Not to be changed."""
    folder = tmp_path_factory.mktemp("data")
    np.savez(folder / "tiny.npz", **tiny_arrays())
    entry = {"kind": "npz", "path": str(folder / "tiny.npz"), "positive": 1, "normalize": "unit"}
    prepare("tiny", entry, folder)
    return folder


@pytest.fixture(scope="session")
def data(data_folder):
    """The tiny data set, as a training job has it. Not to be changed."""
    from study.settings.parameters import DEFAULTS
    from study.training.samples import load_data

    return load_data(data_folder, DEFAULTS, "cpu")


@pytest.fixture
def finished(finished_once, tmp_path) -> Path:
    """A copy of the finished small study, time stamps included."""
    folder = tmp_path / "study"
    shutil.copytree(finished_once, folder)
    return folder


@pytest.fixture
def fresh(tmp_path) -> Path:
    """The small study before it has been run."""
    np.savez(tmp_path / "tiny.npz", **tiny_arrays())
    write_study(tmp_path, SMALL_STUDY)
    return tmp_path


@pytest.fixture
def repository_copy(tmp_path) -> Path:
    """A copy of the workflow that a test may edit, away from the working folder."""
    folder = tmp_path / "repository"
    keep = ("Snakefile", "config.yaml", "workflow", "scripts", "envs", "profiles")
    for name in keep:
        source = REPOSITORY / name
        if source.is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, folder / name, ignore=ignore)
        else:
            folder.mkdir(exist_ok=True)
            shutil.copy2(source, folder / name)
    return folder


def skip(reason: str) -> None:
    """Skip a test for what is missing here; fail it where NO_SKIPS says that nothing may be."""
    if os.environ.get("NO_SKIPS"):
        pytest.fail(f"NO_SKIPS is set: {reason}")
    pytest.skip(reason)


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


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    """The page of a finished study, for a browser."""
    from page_study import finish_page_study

    folder = made_once(tmp_path_factory, "page", finish_page_study)
    return folder / "results" / "tiny" / "report.html"


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium."""
    from page_study import CHROMIUM
    from playwright.sync_api import sync_playwright

    if not CHROMIUM:
        skip("no chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
