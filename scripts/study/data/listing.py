"""What is below a folder: each file and folder, by its name, without opening any.

Light to import: it is used while the Snakefile is read.
"""

import os
import unicodedata
from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from study.store.errors import UserError

# What systems and programs leave behind, besides names that begin with a dot; in lower case.
REMNANTS = {
    "__macosx",
    "thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "icon\r",
    "@eadir",
    "#recycle",
    "@recycle",
    "@recently-snapshot",
    "$recycle.bin",
    "system volume information",
    "lost+found",
    "__pycache__",
}


class Listing(NamedTuple):
    """All that is below a folder. A name is a path below it, NFC, with `/` between its parts."""

    files: dict[str, os.DirEntry[str]]  # by their names, in the order of the names' parts
    folders: list[str]  # names
    links: set[str]  # names of files and folders that are links
    remnants: list[str]  # names of what systems leave behind, none of which is in the rest


def list_folder(where: str, root: Path) -> Listing:
    """List what is below a folder. Links are followed, also those that lead outside.

    Args:
        where: the folder, for messages.
        root: the folder.

    Raises:
        UserError: a name is not UTF-8, or exists twice; a link is broken, or leads to a folder that
            is listed already; or something cannot be read.
    """
    found, broken = Listing({}, [], set(), []), _Broken([], [])
    known = {_identity(root): "the folder itself"}
    _list(where, os.fspath(root), "", known, found, broken)
    if broken.unwritable:
        raise UserError(
            f"{where}: {_named(broken.unwritable)} has a name that is not UTF-8; rename it, for"
            " instance with convmv"
        )
    if broken.nowhere:
        raise UserError(
            f"{where}: {_named(broken.nowhere)} is neither a file nor a folder, but perhaps a"
            " broken link; get what it points to, or remove it"
        )
    return found


def stamp(listing: Listing) -> str:
    """A digest of names, sizes and times: while it is the same, so are the contents."""
    lines = [*listing.folders]
    for name, entry in listing.files.items():
        status = entry.stat()
        lines.append(f"{name} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}")
    return sha256("\0".join(lines).encode()).hexdigest()


def normalized(name: str) -> str:
    """A name as it is compared: NFC, for what looks alike may be written in two ways."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def visible(name: str) -> str:
    """A name as it is seen: without what has no width, as copied from web pages."""
    if name.isascii():
        return name
    return "".join(part for part in name if unicodedata.category(part) != "Cf")


def inside(folders: list[str], above: str) -> list[str]:
    """The last parts of the names directly inside `above`, which ends in `/` or is empty."""
    inside = [name.removeprefix(above) for name in folders if name.startswith(above)]
    return [name for name in inside if "/" not in name]


class _Broken(NamedTuple):
    unwritable: list[str]  # names that are not UTF-8
    nowhere: list[str]  # links that lead nowhere, and devices


def _list(
    where: str,
    folder: str,
    below: str,
    known: dict[tuple[int, int], str],
    found: Listing,
    broken: _Broken,
) -> None:
    """Add what is in a folder, and below it.

    Args:
        where: for messages.
        folder: its path.
        below: its name and `/`, or nothing for the first.
        known: what identifies folders that were listed -> their names.
        found: to add to.
        broken: and what is wrong.
    """
    for name, entry in _entries(where, folder):
        part = below + name
        if name.startswith(".") or name.casefold() in REMNANTS:
            found.remnants.append(part)
        elif not _is_writable(name):
            broken.unwritable.append(os.fsencode(part).decode("utf-8", "backslashreplace"))
        elif _holds(entry.is_dir):
            identity = _identity(entry)
            if identity in known:
                raise UserError(f"{where}: {part} leads to the same folder as {known[identity]}")
            known[identity] = part
            found.folders.append(part)
            _list(where, entry.path, f"{part}/", known, found, broken)
        elif _holds(entry.is_file):
            found.files[part] = entry
        else:
            broken.nowhere.append(part)
        if entry.is_symlink():
            found.links.add(part)


def _entries(where: str, folder: str) -> list[tuple[str, os.DirEntry]]:
    """What is in a folder, by its names, sorted."""
    try:
        with os.scandir(folder) as entries:
            named = [(normalized(entry.name), entry) for entry in entries]
    except OSError as error:
        raise UserError(f"{folder}: cannot be read ({error.strerror})") from error
    named.sort(key=_first)
    for (name, entry), (following, other) in pairwise(named):
        if name == following:
            raise UserError(
                f"{where}: {entry.path} exists twice, its name written in two ways (as Unicode's"
                f" NFC and NFD: {entry.name!a}, {other.name!a}); rename one"
            )
    return named


def _first(pair: tuple[str, os.DirEntry]) -> str:
    return pair[0]


def _is_writable(name: str) -> bool:
    """Whether a name can be written as UTF-8."""
    if name.isascii():
        return True
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _holds(check: Callable[[], bool]) -> bool:
    """Whether a check holds; not for a link to itself, or where access is denied."""
    try:
        return check()
    except OSError:
        return False


def _identity(folder: Path | os.DirEntry[str]) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _named(names: list[str]) -> str:
    """The first of some names, and how many there are: `a/b.png (and 3 more)`."""
    more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
    return f"{names[0]}{more}"
