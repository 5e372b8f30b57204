"""Likely mistakes: where a data set and the configuration do not go together.

Light to import: it is used while the Snakefile is read.
"""

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

from study.data import SPLITS
from study.data.folder import find_images
from study.data.location import locate
from study.store.errors import UserError


def refuse_shares(name: str, entry: dict) -> None:
    """Stop if the splits that are to be drawn leave no sample to train on.

    Raises:
        UserError: they do, or the data are not there.
    """
    shares = {split: entry.get(f"{split}_share", 0) for split in ("val", "test")}
    if sum(shares.values()) < 1:
        return
    drawn = {split: share for split, share in shares.items() if split not in _given(name, entry)}
    if sum(drawn.values()) >= 1:
        raise UserError(
            f"datasets.{name}: val_share {shares['val']} and test_share {shares['test']} leave"
            " nothing to train on; together they must be below 1"
        )


def _given(name: str, entry: dict) -> set[str]:
    """The splits that the files of a data set have already."""
    if entry["kind"] == "folder":
        return {*find_images(name, entry).splits}
    files = locate(name, entry)
    if entry["kind"] != "npz":
        return {part.split("/")[0] for part in files}
    try:
        with zipfile.ZipFile(files["path"]) as file:
            return {split for split in SPLITS if f"{split}_images.npy" in file.namelist()}
    except (OSError, zipfile.BadZipFile):
        return set()  # whoever reads it says more


def batch_notes(sizes: Iterable[int], description: Path) -> list[str]:
    """The batch sizes that are above the number of training samples, if the data are prepared.

    Args:
        sizes: of the study's cells.
        description: the description.json of the prepared data.
    """
    try:
        count = json.loads(description.read_text(encoding="utf-8"))["splits"]["train"]["count"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [
        f"batch_size {size}: there are only {count} training samples, so all of them are one batch"
        for size in sorted({*sizes})
        if size > count
    ]
