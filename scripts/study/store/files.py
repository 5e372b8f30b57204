"""Files that are whole or absent, and digests of files."""

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from study.store.errors import UserError

# What keeps a file from being written, and is for the user to put right.
UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def replacing_all(*paths: Path | str) -> Iterator[list[Path]]:
    """Give a temporary name beside each path to write to, and move all into place at the end.

    They are moved in the order given, after all of them are on the disk, so that where the last
    one is, all are, and whole, even after a crash of the machine. A process that is killed leaves
    temporary files, which the next to write here removes; one that outlived its parent then fails,
    and cannot spoil what is written in its place.

    Raises:
        UserError: the disk is full, or must not be written to, or another process writes here.
    """
    places, writer = [Path(path) for path in paths], secrets.token_hex(4)
    parts = [path.with_name(f"{path.name}.{writer}.part") for path in places]
    try:
        for path in places:
            path.parent.mkdir(parents=True, exist_ok=True)
            remove_leftovers(path)
        yield parts
        for part in parts:
            _flush(part)
        for part, path in zip(parts, places):
            part.replace(path)
        for folder in {path.parent for path in places}:
            _flush(folder)
    except BaseException as error:
        for part in parts:
            with suppress(OSError):
                part.unlink()
        if isinstance(error, FileNotFoundError) and error.filename in map(str, parts):
            raise UserError(f"{places[-1]}: another process is writing it now") from error
        if isinstance(error, OSError) and error.errno in UNWRITABLE:
            raise UserError(f"{places[-1]}: cannot be written ({error.strerror})") from error
        raise


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """`replacing_all` for one path."""
    with replacing_all(path) as (part,):
        yield part


def remove_leftovers(path: Path) -> None:
    """Remove the temporary files that processes which were killed left beside a path."""
    for part in path.parent.glob(f"{path.name}.*.part"):
        part.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    if path.is_dir() and os.name != "posix":
        return  # only there can a folder be opened
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # what some network disks answer for a folder
            raise
    finally:
        os.close(descriptor)


def write_text(path: Path | str, text: str) -> None:
    """Write a UTF-8 text file with unix line ends, in one move."""
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def file_digest(path: Path | str) -> str:
    """The SHA-256 of a file's content, as hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_digest(folder: Path) -> str:
    """The SHA-256 of the names and the content of all files below a folder, as hex."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = (f"{path.relative_to(folder).as_posix()} {file_digest(path)}\n" for path in paths)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def check_digest(path: Path | str, digest: str) -> None:
    """Refuse a file that is not as it was written.

    Raises:
        UserError: it is missing, or its SHA-256 is another than `digest`.
    """
    try:
        found = file_digest(path)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); run again") from error
    if found != digest:
        raise UserError(
            f"{path}: damaged, or changed since its run wrote it (the run's run.json has another"
            " digest); delete it and run again"
        )
