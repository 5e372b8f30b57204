"""States on disk: the checkpoint after a round, and the progress of a job that was interrupted."""

import io
import sys
from pathlib import Path
from typing import Any

import torch

from study.store.errors import UserError
from study.store.files import check_digest


def save_tensors(content: dict, path: Path) -> None:
    """Write tensors in dicts, lists and tuples, so that equal content gives equal bytes.

    `torch.save` would write the file's name into it, and each object only once; and its own writer
    reports a full disk only by a place in its code.
    """

    def alike(value):
        if isinstance(value, dict):
            return {
                sys.intern(key) if isinstance(key, str) else key: alike(item)
                for key, item in value.items()
            }
        if isinstance(value, list | tuple):
            return type(value)([alike(item) for item in value])
        return value

    buffer = io.BytesIO()
    torch.save(alike(content), buffer)
    path.write_bytes(buffer.getbuffer())


def load_checkpoint(path: Path, digest: str) -> dict[int, dict]:
    """The states that the round before left, seed -> state.

    Args:
        path: the checkpoint.
        digest: its SHA-256, as its run recorded it.

    Raises:
        UserError: it is damaged.
    """
    check_digest(path, digest)
    try:
        return torch.load(path, weights_only=True)
    except Exception as error:  # whatever torch's reader meets in a damaged file
        raise UserError(f"{path}: damaged ({error}); delete it and run again") from error


def load_progress(path: Path, identity: str) -> dict[str, Any]:
    """The progress that an interrupted job of the same run saved, or the beginning.

    By seed: `rows` of metrics of the epochs that were trained; `after`, the states of the seeds
    that are through; and `states` of those that are not. What another run, other data or other code
    saved, or what cannot be read, is not used.
    """
    beginning: dict[str, Any] = {"identity": identity, "rows": {}, "after": {}, "states": {}}
    try:
        progress = torch.load(path, weights_only=True)
    except Exception:  # none, or whatever torch's reader meets in a damaged file
        return beginning
    same = isinstance(progress, dict) and progress.get("identity") == identity
    return progress if same else beginning
