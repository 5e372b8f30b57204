"""What decides the content of a declared data set before our own code: its entry and its files.

Light to import: it is used while the Snakefile is read.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from study.data import kind_module
from study.data.location import group_file, locate
from study.store.code import code_digest
from study.store.errors import UserError
from study.store.files import file_digest, write_text


def content_digest(name: str, entry: dict, cache: Path) -> str:
    """A digest of a data set's entry and of the content of its files, as hex.

    Args:
        name: the data set's name, for messages.
        entry: its entry in the configuration.
        cache: a file that remembers digests by size and change time, so that a large data set is
            not read again each time.

    Raises:
        UserError: a file is missing or cannot be read.
    """
    kind = kind_module(entry["kind"])
    content = {key: value for key, value in entry.items() if key not in kind.PLACES}
    if "file" in content.get("groups", {}):
        # its own digest is among those of the files
        missing = {key: value for key, value in content["groups"].items() if key != "file"}
        content["groups"] = missing | {"file": ""} if missing else "file"
    if hasattr(kind, "published_content"):
        content["published"] = kind.published_content(name, entry)
    known = _remembered(cache)
    if not hasattr(kind, "stamp"):
        return _digest([content, _file_digests(locate(name, entry), known, cache)])
    # many files: they are looked through again only if one has changed
    groups = [_stamp(path) for path in group_file(name, entry).values()]
    code = code_digest(f"{kind.__name__}:locate")  # what looked through them
    stamp = _digest([content, kind.stamp(name, entry), groups, code])
    if stamp not in known:
        digest = _digest([content, _file_digests(locate(name, entry), known, cache)])
        _remember(known | {stamp: digest}, cache)
        return digest
    return known[stamp]


def _digest(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _file_digests(files: dict[str, Path], known: dict[str, str], cache: Path) -> dict[str, str]:
    """The digests of files by their parts; new ones become known."""
    stamps = {part: _stamp(path) for part, path in files.items()}
    new = [part for part in files if stamps[part] not in known]
    with ThreadPoolExecutor() as pool:
        try:
            found = dict(zip(new, pool.map(lambda part: file_digest(files[part]), new)))
        except OSError as error:
            raise UserError(f"{error.filename}: cannot be read ({error.strerror})") from error
    known.update({stamps[part]: digest for part, digest in found.items()})
    if new:
        _remember(known, cache)
    return {part: known[stamp] for part, stamp in stamps.items()}


def _stamp(path: Path) -> str:
    """What a file's content is known by, without reading it."""
    status = path.stat()
    # the change time, unlike the modification time, cannot be set back
    return f"{path.absolute()} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"


def _remembered(cache: Path) -> dict[str, str]:
    try:
        return json.loads(cache.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _remember(known: dict[str, str], cache: Path) -> None:
    # only a memory: another process may be writing it as well
    with suppress(OSError, UserError):
        write_text(cache, json.dumps(known))
