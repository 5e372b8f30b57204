"""What all tests of a session share: the repository, and folders that are made once."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

REPOSITORY = Path(__file__).parents[2]


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


def skip(reason: str) -> None:
    """Skip a test for what is missing here; fail it where NO_SKIPS says that nothing may be."""
    if os.environ.get("NO_SKIPS"):
        pytest.fail(f"NO_SKIPS is set: {reason}")
    pytest.skip(reason)
