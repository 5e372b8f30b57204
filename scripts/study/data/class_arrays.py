"""Kind `arrays`: one .npy file a class, in one split or in several."""

import re
from pathlib import Path

import numpy as np

from study.data import SPLITS
from study.data.keys import DRAWN_SPLITS, described_as, shared
from study.data.location import existing_file, file_sizes
from study.data.source import Source, from_arrays, load_arrays, ordered_classes
from study.data.value_range import declared_range
from study.store.errors import UserError

DESCRIPTION = (
    "One .npy file per class, of shape (n, height, width), or with colours (n, height, width, 3)."
)
REQUIRED = ["train"]
KEYS = {
    **{split: described_as("class_files") for split in SPLITS},
    "positive": described_as("positive_class"),
    "range": described_as("pixel_range"),
    **shared("normalize", "groups"),
    **DRAWN_SPLITS,
}
PLACES = SPLITS


def class_names(name: str, entry: dict) -> list[str]:
    """The names of the files; of more than two classes in alphabetical order."""
    return ordered_classes(f"datasets.{name}", list(entry["train"]), entry.get("positive"))


def locate(name: str, entry: dict) -> dict[str, Path]:
    """One file per split and class: `train/normal`."""
    return {
        f"{split}/{class_name}": existing_file(f"datasets.{name}.{split}.{class_name}", path)
        for split in SPLITS
        for class_name, path in entry.get(split, {}).items()
    }


def read(name: str, entry: dict, files: dict[str, Path]) -> Source:
    """The arrays, memory-mapped."""
    classes = class_names(name, entry)
    parts = {}
    for part, path in files.items():
        split, _, class_name = part.partition("/")
        if split not in SPLITS:
            continue
        array = load_arrays(path)
        if not isinstance(array, np.ndarray):
            raise UserError(f"{path}: is an .npz file of arrays, not one .npy array")
        if class_name not in classes:
            raise UserError(
                f"datasets.{name}.{split}: unknown class {class_name!r}; the classes are"
                f" {', '.join(classes[:-1])} and {classes[-1]}"
            )
        label = np.full(len(array) if array.ndim else 0, classes.index(class_name))
        parts[part] = (array, label)
    source = from_arrays(f"datasets.{name}", parts, classes)
    decided = [*source.decided, *_called_otherwise(files, classes)]
    return source._replace(value_range=declared_range(entry), decided=decided)


def _called_otherwise(files: dict[str, Path], classes: list[str]) -> list[str]:
    """Which files are named like a class other than the one that they are given for."""
    said = []
    for part, path in files.items():
        given, words = part.partition("/")[2], re.split(r"[^a-z0-9]+", path.stem.casefold())
        called = [other for other in classes if other.casefold() in words]
        if len(called) == 1 and called[0] != given:
            said.append(f"{path} is given for {given}, but its name says {called[0]}.")
    return said


def size(name: str, entry: dict, files: dict[str, Path]) -> tuple[int, int]:
    """The files are the arrays."""
    return (file_sizes(files),) * 2
