"""Where the files of a declared data set are.

Light to import: it is used while the Snakefile is read.
"""

from pathlib import Path

from study.data import kind_module
from study.store.errors import UserError
from study.store.paths import expand_path

_POINTER = b"version https://git-lfs"


def locate(name: str, entry: dict) -> dict[str, Path]:
    """The files that a data set is read from, by their part in it.

    A part is `path` for a kind that has one file, `train/normal` for the `arrays` kind,
    `train/NORMAL/IM-1.jpeg` or `NORMAL/IM-1.jpeg` for the `folder` kind, and `groups` for the file
    of groups. A data set that is to be downloaded, or that comes with a package, has none.

    Raises:
        UserError: a file or folder is missing, or is not what its kind needs.
    """
    return kind_module(entry["kind"]).locate(name, entry) | group_file(name, entry)


def group_file(name: str, entry: dict) -> dict[str, Path]:
    """The file of groups, under `groups`, if the entry names one.

    Raises:
        UserError: it is missing.
    """
    if "file" not in entry.get("groups", {}):
        return {}
    return {"groups": existing_file(f"datasets.{name}.groups.file", entry["groups"]["file"])}


def existing_file(key: str, path: str) -> Path:
    """A file that the user names under `key`.

    Raises:
        UserError: it does not exist.
    """
    file = expand_home(key, path)
    if not file.is_file():
        raise UserError(f"{key}: there is no file {file}; put it there, or set the path to it")
    return file


def expand_home(key: str, path: str) -> Path:
    """A path that the user names under `key`, with ~ and variables of the environment replaced.

    Raises:
        UserError: there is no such user, or a variable is not set.
    """
    return Path(expand_path(key, path))


def refuse_pointer(path: Path) -> None:
    """Stop where a file that could not be read is a pointer of Git LFS.

    Raises:
        UserError: it is, with how to get the file.
    """
    if begins_with(path, _POINTER):
        raise UserError(
            f"{path}: is a Git LFS pointer, not the file itself; get it with `git lfs pull`"
        )


def begins_with(path: Path, text: bytes, skip: int = 0) -> bool:
    """Whether a file can be read and has a text at its beginning, or after some bytes."""
    try:
        with path.open("rb") as file:
            return file.read(skip + len(text))[skip:] == text
    except OSError:
        return False


def file_sizes(files: dict[str, Path]) -> int:
    """The size of files together, in bytes."""
    return sum(path.stat().st_size for path in files.values())
