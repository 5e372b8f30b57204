"""A prepared data set on disk: two plain arrays and a description.

`inputs.npy` holds the images of all splits one after the other, `labels.npy` their labels, and
`description.json` says which rows are which split, what to divide the inputs by, and the content's
digest.
"""

import hashlib
import json
from pathlib import Path

import numpy as np

from study.errors import UserError
from study.files import replacing, write_text

SPLITS = ("train", "val", "test")


def save_prepared(folder, splits: dict, divide_by: float, source: dict) -> None:
    """Write a prepared data set.

    Args:
        folder: where to write; made if it is missing.
        splits: split -> (inputs (n, ...), labels (n,) of 0 and 1), all inputs alike in shape and
            dtype.
        divide_by: what a reader divides the inputs by, 255 for 8-bit images.
        source: what to note in the description about where the data come from.
    """
    folder = Path(folder)
    inputs = np.concatenate([split[0] for split in splits.values()])
    labels = np.concatenate([split[1] for split in splits.values()]).astype(np.int64)
    description = source | {
        "shape": list(inputs.shape[1:]),
        "dtype": str(inputs.dtype),
        "divide_by": divide_by,
        "sha256": content_digest(inputs, labels),
        "splits": {},
    }
    first = 0
    for name, (_, split_labels) in splits.items():
        positive = int(np.count_nonzero(split_labels))
        description["splits"][name] = {
            "first_row": first,
            "count": len(split_labels),
            "negative": len(split_labels) - positive,
            "positive": positive,
        }
        first += len(split_labels)
    for name, array in (("inputs", inputs), ("labels", labels)):
        with replacing(folder / f"{name}.npy") as part, open(part, "wb") as file:
            np.save(file, array, allow_pickle=False)
    write_text(folder / "description.json", json.dumps(description, indent=2) + "\n")


def content_digest(inputs: np.ndarray, labels: np.ndarray) -> str:
    """The SHA-256 of the inputs' dtype, shape and bytes and then the labels', as hex."""
    digest = hashlib.sha256()
    for array in (inputs, labels):
        digest.update(f"{array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def load_split(folder, split: str) -> tuple[np.ndarray, np.ndarray]:
    """The inputs (n, ...) and labels (n,) int64 of one split, memory-mapped, not yet divided.

    Raises:
        UserError: a file is damaged or does not fit the description.
    """
    folder = Path(folder)
    rows = read_description(folder)["splits"][split]
    arrays = []
    for name in ("inputs", "labels"):
        path = folder / f"{name}.npy"
        try:
            array = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise UserError(f"{path}: damaged ({error}); delete it and run again") from error
        last = rows["first_row"] + rows["count"]
        if len(array) < last:
            raise UserError(f"{path}: {len(array)} rows, {last} expected; delete it and run again")
        arrays.append(array[rows["first_row"] : last])
    return arrays[0], arrays[1]


def read_description(folder) -> dict:
    """A prepared data set's description."""
    return json.loads((Path(folder) / "description.json").read_text(encoding="utf-8"))
