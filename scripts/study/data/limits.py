"""Likely mistakes: where a data set and the configuration do not go together.

Light to import: it is used while the Snakefile is read.
"""

import json
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from study.data import SPLITS
from study.data.decode import SUFFIXES
from study.data.location import expand_home, locate
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


def left_out_notes(name: str, entry: dict) -> list[str]:
    """The files of a folder of images that are not read: how many of which kind, and why."""
    if entry["kind"] != "folder":
        return []
    folder = expand_home(f"datasets.{name}.path", entry["path"])
    read = {path.resolve() for path in locate(name, entry).values()}
    files = [path for path in folder.rglob("*") if path.is_file() and path.resolve() not in read]
    shown = [path for path in files if "/." not in f"/{path.relative_to(folder).as_posix()}"]
    if not shown:
        return []
    kinds = Counter(path.suffix.lower() or "without an ending" for path in shown)
    first, suffixes = min(shown).relative_to(folder), ", ".join(sorted(SUFFIXES))
    counts = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    return [
        f"{entry['path']}: {len(shown)} files are left out, because only {suffixes} are read:"
        f" {counts}, as {first}"
    ]
