"""What all tests of a session share: the repository, and folders that are made once."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

REPOSITORY = Path(__file__).parents[2]


def shared_place(tmp_path_factory) -> Path:
    """The folder that all workers of a test run share."""
    place = tmp_path_factory.getbasetemp()
    return place.parent if "PYTEST_XDIST_WORKER" in os.environ else place


def made_once(tmp_path_factory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that is made once for all workers of a test run. Not to be changed."""
    place = shared_place(tmp_path_factory)
    folder = place / name
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            unfinished = place / f"{name}.unfinished"
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
    return folder


def skip(reason: str) -> None:
    """Skip a test for what is missing here; fail it where NO_SKIPS says that nothing may be."""
    if os.environ.get("NO_SKIPS"):
        pytest.fail(f"NO_SKIPS is set: {reason}")
    pytest.skip(reason)
