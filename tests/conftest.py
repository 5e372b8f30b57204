"""Fixtures of several files: the small study finished and fresh, its data, a page in a browser."""

import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
from session import REPOSITORY, made_once, skip
from small_program import write_program
from small_study import SMALL_STUDY, finish_small_study, tiny_arrays, write_study

from study.data.prepared import prepare

# What runs in the background may have inherited that these are ignored, and would hand that on.
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)


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
def program_folder(tmp_path, monkeypatch) -> Path:
    """A folder with a training program and its study, in which the test runs."""
    write_program(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def repository_copy(tmp_path) -> Path:
    """A copy of the workflow that a test may edit, away from the working folder."""
    folder = tmp_path / "repository"
    keep = ("Snakefile", "config.yaml", "workflow", "scripts", "envs", "profiles")
    for name in keep:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, folder / name)  # what is compiled is so for the copy as well
        else:
            folder.mkdir(exist_ok=True)
            shutil.copy2(source, folder / name)
    return folder


@pytest.fixture
def verdicts_alone(monkeypatch):
    """Judge without predicting well how many seeds would decide, which takes half of the time."""
    monkeypatch.setattr("study.analysis.power.DRAWS", 2)


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
