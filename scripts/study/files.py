"""Files that are whole or absent, and digests of files and code."""

import ast
import errno
import hashlib
import os
import socket
import time
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from study.errors import UserError

PACKAGE = Path(__file__).parent
# What keeps a file from being written, and is the user's to mend.
UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}
ABANDONED_SECONDS = 86400  # after which a temporary file of another machine is nobody's


@contextmanager
def replacing_all(*paths):
    """Give a temporary name beside each path to write to, and move all into place at the end.

    They are moved in the order given, after all of them are on the disk, so that where the last
    one is, all are, and whole, also after a crash of the machine. What a kill leaves behind are
    temporary files, which the next to write here removes (a day later, if a process on another
    machine left them). Their names differ between processes: one that outlived its parent cannot
    spoil what another writes.

    Raises:
        UserError: the disk is full, or must not be written to.
    """
    paths = [Path(path) for path in paths]
    writer = f"{socket.gethostname()}-{os.getpid()}"
    parts = [path.with_name(f"{path.name}.{writer}.part") for path in paths]
    try:
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            remove_leftovers(path)
        yield parts
        for part in parts:
            _flush(part)
        for part, path in zip(parts, paths):
            part.replace(path)
        for folder in {path.parent for path in paths}:
            _flush(folder)
    except BaseException as error:
        for part in parts:
            with suppress(OSError):
                part.unlink()
        if isinstance(error, OSError) and error.errno in UNWRITABLE:
            raise UserError(f"{paths[-1]}: cannot be written ({error.strerror})") from error
        raise


@contextmanager
def replacing(path):
    """`replacing_all` for one path."""
    with replacing_all(path) as (part,):
        yield part


def remove_leftovers(path: Path) -> None:
    """Remove the temporary files that processes which were killed left beside a path."""
    for part in path.parent.glob(f"{path.name}.*.part"):
        if _abandoned(part, path):
            part.unlink(missing_ok=True)


def _abandoned(part: Path, path: Path) -> bool:
    """Whether the process that writes a temporary file is no more."""
    import psutil  # takes a while, and is hardly ever needed

    name = part.name.removeprefix(f"{path.name}.").removesuffix(".part")
    host, _, process = name.rpartition("-")
    with suppress(OSError):
        written = part.stat().st_mtime
        if host != socket.gethostname() or not process.isdigit():
            return time.time() - written > ABANDONED_SECONDS
        try:
            writer = psutil.Process(int(process))
            # its number may have been given to another process since
            return writer.status() == psutil.STATUS_ZOMBIE or writer.create_time() > written + 1
        except psutil.NoSuchProcess:
            return True
    return False


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


def write_text(path, text: str) -> None:
    """Write a UTF-8 text file with unix line ends, in one move."""
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def file_digest(path) -> str:
    """The SHA-256 of a file's content, as hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def code_digest(script) -> str:
    """The SHA-256 of a script and of every module of this package that it imports, as hex.

    Snakemake sees a script's time stamp and nothing of what it imports. As a rule's parameter
    this digest makes a job run again when the code's content changed, and only then.
    """
    pending, sources = [Path(script)], {}
    while pending:
        path = pending.pop()
        if path.name not in sources:
            sources[path.name] = path.read_bytes()
            modules = [PACKAGE / f"{name}.py" for name in _imported(sources[path.name])]
            pending += [module for module in modules if module.exists()]
    digests = [hashlib.sha256(sources[name]).hexdigest() for name in sorted(sources)]
    return hashlib.sha256("".join(digests).encode()).hexdigest()


@cache
def _imported(source: bytes) -> list[str]:
    """What `from study.x import …` or `from study import x` names in a module's source."""
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            package, _, module = (node.module or "").partition(".")
            if package == PACKAGE.name:
                names += [module] if module else [alias.name for alias in node.names]
    return names
