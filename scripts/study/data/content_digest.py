"""What decides the content of a declared data set before our own code: its entry and its files.

Light to import: it is used while the Snakefile is read.
"""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from study.data import kind_module
from study.data.location import locate
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
    digests = _file_digests(locate(name, entry), cache)
    return hashlib.sha256(json.dumps([content, digests], sort_keys=True).encode()).hexdigest()


def _file_digests(files: dict[str, Path], cache: Path) -> dict[str, str]:
    try:
        known = json.loads(cache.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    stamps = {}
    for part, path in files.items():
        status = path.stat()
        # the change time, unlike the modification time, cannot be set back
        stamps[part] = (
            f"{path.absolute()} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
        )
    new = [part for part in files if stamps[part] not in known]
    with ThreadPoolExecutor() as pool:
        try:
            found = dict(zip(new, pool.map(lambda part: file_digest(files[part]), new)))
        except OSError as error:
            raise UserError(f"{error.filename}: cannot be read ({error.strerror})") from error
    if new:
        known |= {stamps[part]: digest for part, digest in found.items()}
        # only a memory: another process may be writing it as well
        with suppress(OSError, UserError):
            write_text(cache, json.dumps(known))
    return {part: known[stamp] for part, stamp in stamps.items()}
