"""Files that are whole or as they were."""

import errno
import os
from pathlib import Path

import pytest

from study.store.errors import UserError
from study.store.files import replacing, replacing_all


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_files_are_moved_together_or_not_at_all(tmp_path):
    paths = [tmp_path / name for name in ("a", "b")]
    for path in paths:
        path.write_text("before")
    for error in (OSError("disk full"), KeyboardInterrupt()):
        with pytest.raises(type(error)), replacing_all(*paths) as parts:
            parts[0].write_text("after")
            raise error
        assert contents(tmp_path) == dict.fromkeys("ab", b"before")
    with replacing_all(*paths) as parts:
        for part in parts:
            part.write_text("after")
        assert [path.read_text() for path in paths] == ["before", "before"]
    assert contents(tmp_path) == dict.fromkeys("ab", b"after")


def test_what_killed_processes_left_is_removed(tmp_path):
    """Beside the paths that are written, and of no others."""
    for name in ("a.gone.part", "a.17.part", "b.gone.part", "c.gone.part", "a.b"):
        (tmp_path / name).write_text("left")
    with replacing_all(tmp_path / "a", tmp_path / "b") as parts:
        assert all(part.parent == tmp_path and part.suffix == ".part" for part in parts)
        for part in parts:
            part.write_text("after")
    kept = dict.fromkeys(("c.gone.part", "a.b"), b"left")
    assert contents(tmp_path) == dict.fromkeys("ab", b"after") | kept


def test_of_two_writers_the_later_one_wins(tmp_path):
    """The one that outlived its Snakemake says so, and spoils nothing, whatever it wrote last."""
    paths = tmp_path / "a", tmp_path / "b"
    said = "b: another process is writing it now"
    with pytest.raises(UserError, match=said), replacing_all(*paths) as parts:
        for part in parts:
            part.write_text("of the earlier one")
        parts[0].rename(tmp_path / "a.gone.part")  # as if of another process
        with replacing(paths[0]) as part:
            part.write_text("of the later one")
    assert contents(tmp_path) == {"a": b"of the later one"}


def test_what_cannot_be_written_is_named(tmp_path):
    """A full disk leaves what was there, and nothing beside it."""
    path = tmp_path / "a"
    path.write_text("before")
    said = r"a: cannot be written \(No space left"
    with pytest.raises(UserError, match=said), replacing_all(path) as (part,):
        part.write_text("after")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert [item.read_text() for item in tmp_path.iterdir()] == ["before"]
