"""A prepared data set on disk: two plain arrays, a description and the samples' names.

`inputs.npy` holds the samples of all splits one after the other, as they were found;
`labels.npy` their labels; `samples.csv` their names and groups. `description.json` says which rows
are which split, how a reader scales the inputs, and the content's digest.
"""

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from study.data import PREPARE_AGAIN
from study.data.groups import own_groups
from study.data.location import locate
from study.data.saving import array_header, save_source
from study.data.source import read_source
from study.store.errors import UserError


def prepare(name: str, entry: dict[str, Any], folder: Path) -> None:
    """Read, check and write a declared data set.

    Args:
        name: the data set's name.
        entry: its complete entry under `datasets`.
        folder: where to write.

    Raises:
        UserError: what is wrong with the data, where, and what would be right.
    """
    save_source(name, entry, folder, *read_source(name, entry, locate(name, entry)))


def load_splits(folder: Path | str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Every split's inputs (n, ...) and labels (n,) int64, memory-mapped, not yet scaled.

    Raises:
        UserError: a file is damaged, or not as it was written.
    """
    folder, description = Path(folder), read_description(folder)
    digest, arrays = hashlib.sha256(), []
    for name in ("inputs.npy", "labels.npy"):
        try:
            array = np.load(folder / name, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise UserError(f"{folder / name}: damaged ({error}); {PREPARE_AGAIN}") from error
        digest.update(array_header(array.dtype, array.shape))
        digest.update(array.data)
        arrays.append(array)
    if digest.hexdigest() != description["sha256"]:
        message = f"{folder / 'inputs.npy'} or labels.npy: damaged, or changed since it was written"
        raise UserError(f"{message}; {PREPARE_AGAIN}")
    ends = {
        split: (rows["first_row"], rows["first_row"] + rows["count"])
        for split, rows in description["splits"].items()
    }
    return {
        split: tuple(array[first:last] for array in arrays) for split, (first, last) in ends.items()
    }


def load_all(folder: Path | str) -> tuple[dict, list[str], list[str]]:
    """Every split's inputs and labels, and all samples' names and groups, in the rows' order."""
    return load_splits(folder), *read_samples(folder)


def read_samples(folder: Path | str) -> tuple[list[str], list[str]]:
    """All samples' names and groups, in the rows' order.

    Raises:
        UserError: there are more or fewer than samples.
    """
    path = Path(folder) / "samples.csv"
    with path.open(encoding="utf-8", newline="") as file:
        samples = list(csv.DictReader(file))
    count = sum(rows["count"] for rows in read_description(folder)["splits"].values())
    if len(samples) != count:
        raise UserError(f"{path}: {len(samples)} rows, {count} expected; {PREPARE_AGAIN}")
    return [row["name"] for row in samples], [row["group"] for row in samples]


def split_groups(folder: Path | str) -> dict[str, np.ndarray] | None:
    """The group of each image of each split, (n,) of text; None where the data have no groups.

    An image without a group is one of its own.

    Args:
        folder: a prepared data set, of which description.json and samples.csv are read.
    """
    with (Path(folder) / "samples.csv").open(encoding="utf-8", newline="") as file:
        groups = [row["group"] for row in csv.DictReader(file)]
    named = own_groups(groups)
    if named is None:
        return None
    return {
        split: named[rows["first_row"] : rows["first_row"] + rows["count"]]
        for split, rows in read_description(folder)["splits"].items()
    }


def read_description(folder: Path | str) -> dict:
    """A prepared data set's description."""
    path = Path(folder) / "description.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: damaged ({error}); {PREPARE_AGAIN}") from error


def described_data(paths: list[str]) -> dict[str, dict]:
    """Digest of prepared data -> their description, by the files of descriptions that are here."""
    folders = [Path(path).parent for path in paths]
    return {folder.name: read_description(folder) for folder in folders}
