"""Digests of our own code that earlier starts worked out.

Parsing and following it takes two seconds, at each start and in each cluster job. As long as no
file of it has changed, its digests are those of the last start in this folder.
"""

import atexit
import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

from study.store.errors import UserError
from study.store.files import write_text

MEMORY = Path(".snakemake") / "code_digests.json"


def known_digest(key: str, root: Path, work_out: Callable[[], str]) -> str:
    """A digest, worked out only where no earlier start has.

    Args:
        key: what it is of.
        root: the folder of all files that it may be of.
        work_out: works it out.
    """
    digests = _remembered(root)
    if key not in digests:
        digests[key] = work_out()
    return digests[key]


@cache
def _remembered(root: Path) -> dict[str, str]:
    """The digests that are known of a folder's files as they are now; kept when this ends."""
    path, stamp, found = MEMORY.absolute(), _stamp(root), {}
    with suppress(OSError, ValueError, TypeError, KeyError):
        known = json.loads(path.read_text(encoding="utf-8"))
        found = dict(known["digests"]) if known["stamp"] == stamp else {}
    atexit.register(_remember, path, stamp, found, len(found))
    return found


def _remember(path: Path, stamp: str, digests: dict[str, str], known: int) -> None:
    # only a memory: another process may be writing it as well
    if len(digests) > known and path.parent.is_dir():
        with suppress(OSError, UserError):
            write_text(path, json.dumps({"stamp": stamp, "digests": digests}))


def _stamp(root: Path) -> str:
    """What the content of a folder's modules is known by, without reading them."""
    stamp = sha256()
    for path in sorted(root.rglob("*.py")):
        status = path.stat()
        # the change time, unlike the modification time, cannot be set back
        told = (str(path), status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        stamp.update(f"{told}\n".encode())
    return stamp.hexdigest()
