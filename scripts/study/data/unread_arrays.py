"""Arrays of an .npz file that are not read, but seem to belong to the data set."""

import re
import zipfile
import zlib
from pathlib import Path

import numpy as np

from study.data.listing import normalized
from study.data.source import ARRAYS
from study.store.errors import UserError

# A word of an array's name that says that it holds samples, labels or a split, such as `images`,
# `x`, `xtrain`, `valid`; and words at its end that say that it holds something else
SAMPLES = "images?|imgs?|x|labels?|y|targets?"
SPLIT = "train|training|val|valid|validation|dev|test|testing"
TELLING = f"({SAMPLES})?({SPLIT})({SAMPLES})?|{SAMPLES}"
OTHERS = {
    "id", "ids", "name", "names", "path", "paths", "file", "files", "filename", "filenames",
    "group", "groups", "patient", "patients", "index", "indices", "mask", "masks", "shape", "size",
    "sizes", "mean", "std", "count", "counts",
}  # fmt: skip
# What arrays of the names of the classes are called
NAMES_OF_CLASSES = {"class_names", "classnames", "classes", "label_names", "target_names"}


def unread_arrays(path: Path, arrays: dict[str, np.ndarray]) -> list[str]:
    """The names of those arrays of a file that are not read."""
    with zipfile.ZipFile(path) as archive:
        names = [member.removesuffix(".npy") for member in archive.namelist()]
    return [name for name in names if name not in arrays]


def refuse_dropped(path: Path, left_out: list[str]) -> None:
    """Stop where an array that is not read seems to hold samples, labels or a split.

    Raises:
        UserError: some do, with their names.
    """
    dropped = []
    for name in left_out:
        apart = re.sub("([a-z])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])", r"\1\2_", name)
        words = re.findall("[a-z]+", apart.lower())
        telling = [word for word in words if re.fullmatch(TELLING, word)]
        of_samples = [word for word in telling if not re.fullmatch(SPLIT, word)]
        if words and words[-1] not in OTHERS and (of_samples or telling == words):
            dropped.append(name)
    if dropped:
        raise UserError(
            f"{path}: {', '.join(dropped)} would not be read; rename what is to be read to"
            f" one of {', '.join(ARRAYS)}, and leave the rest out of the file"
        )


def refuse_other_classes(path: Path, left_out: list[str], classes: list[str] | None) -> None:
    """Stop where the file names its classes otherwise, or in another order, than the entry.

    Args:
        path: the file.
        left_out: the names of its arrays that are not read.
        classes: the names of the classes in the order of their labels, where the entry has them.

    Raises:
        UserError: it does, with both.
    """
    for name in left_out:
        if classes is None or name.lower() not in NAMES_OF_CLASSES:
            continue
        named = _text_array(path, name)
        if named and [*map(_compared, named)] != [*map(_compared, classes)]:
            raise UserError(
                f"{path}: its {name} are {', '.join(named)}, but the `classes` of the data set"
                f" are {', '.join(classes)}; make them agree, in the order of the labels, or leave"
                f" {name} out of the file"
            )


def _compared(name: str) -> str:
    return normalized(name).strip().casefold()


def _text_array(path: Path, name: str) -> list[str]:
    """The texts of an array of a file; none where it holds something else, or cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as file:
            array = file[name]
            texts = np.char.decode(array, "utf-8") if array.dtype.kind == "S" else array
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error):
        return []
    return texts.tolist() if texts.dtype.kind == "U" and texts.ndim == 1 else []
