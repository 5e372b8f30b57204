"""Read a declared data set, of whatever kind, and check that it can be trained on.

Every kind is a function of the data set's name, its entry under `datasets` and its files (see
`study.locations.locate`) to a `Source`.
"""

import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from study.download import fetch_medmnist
from study.errors import UserError
from study.folders import read_images
from study.locations import SPLITS, medmnist_set
from study.splits import complete_splits


class Source(NamedTuple):
    """All samples of a data set, before they are prepared."""

    where: str  # the file or key to name in messages
    names: list[str]  # of each sample, in messages, the audit and the file of groups
    labels: np.ndarray  # (n,), as found: checked later
    shape: tuple[int, ...]  # of one sample
    dtype: np.dtype
    read: Callable  # rows (k,) -> inputs (k, *shape)
    splits: dict[str, np.ndarray]  # split -> rows
    classes: tuple[str, str]  # names of the negative and the positive class


def read_sklearn(name: str, entry: dict, files: dict[str, Path]) -> Source:
    """scikit-learn's Wisconsin Diagnostic Breast Cancer data, 30 features a biopsy."""
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    classes = ["malignant", "benign"]
    classes = (classes[1], classes[0]) if entry["positive"] == classes[0] else tuple(classes)
    labels = data.target == list(data.target_names).index(classes[1])
    source = _from_arrays(f"datasets.{name}", {"train": (data.data, labels)}, classes)
    return source._replace(names=[f"sample[{row}]" for row in range(len(labels))])


def read_npz(name: str, entry: dict, files: dict[str, Path]) -> Source:
    """A file in MedMNIST's layout: `train_images`, `train_labels`, `val_…`, `test_…`."""
    path = files["path"]
    arrays = _load(path)
    if isinstance(arrays, np.ndarray):
        raise UserError(f"{path}: one array, not an .npz file of several")
    parts = {}
    for split in SPLITS:
        wanted = (f"{split}_images", f"{split}_labels")
        missing = [array for array in wanted if array not in arrays]
        if split != "train" and len(missing) == 2:
            continue
        if missing:
            raise UserError(f"{path}: has no array {missing[0]}")
        images, labels = (arrays[array] for array in wanted)
        if labels.ndim == 2 and labels.shape[1] == 1:  # MedMNIST's own shape
            labels = labels[:, 0]
        if labels.ndim != 1:
            raise UserError(
                f"{path}: {wanted[1]} have shape {labels.shape}; (n,) or (n, 1) expected"
            )
        if len(images) != len(labels):
            raise UserError(f"{path}: {split}: {len(images)} images but {len(labels)} labels")
        parts[split] = (images, _positive_is_one(path, split, labels, entry["positive"]))
    return _from_arrays(str(path), parts, ("0", "1") if entry["positive"] == 1 else ("1", "0"))


def read_medmnist(name: str, entry: dict, files: dict[str, Path]) -> Source:
    """A two-class MedMNIST set in its official splits, downloaded if it is not here."""
    path = files.get("path") or fetch_medmnist(name, entry)
    published = medmnist_set(name, entry)
    classes = (published["negative"], published["positive"])
    source = read_npz(name, entry, {"path": path})
    return source._replace(classes=classes if entry["positive"] == 1 else classes[::-1])


def read_class_arrays(name: str, entry: dict, files: dict[str, Path]) -> Source:
    """One `.npy` file a class, memory-mapped, in one split or in several."""
    classes = _two_classes(f"datasets.{name}", list(entry["train"]), entry["positive"])
    parts = {}
    for part, path in files.items():
        split, _, class_name = part.partition("/")
        if split not in SPLITS:
            continue
        array = _load(path)
        if not isinstance(array, np.ndarray):
            raise UserError(f"{path}: an .npz file of several arrays, not one .npy array")
        if class_name not in classes:
            raise UserError(
                f"datasets.{name}.{split}: unknown class {class_name!r}; the classes are"
                f" {classes[0]} and {classes[1]}"
            )
        label = np.full(len(array) if array.ndim else 0, class_name == classes[1])
        parts[part] = (array, label)
    return _from_arrays(f"datasets.{name}", parts, classes)


def read_folder(name: str, entry: dict, files: dict[str, Path]) -> Source:
    """Images in one folder a class, with or without `train/`, `val/` and `test/` above."""
    where = f"datasets.{name}.path: {entry['path']}"
    images = {part: path for part, path in files.items() if part != "groups"}
    splits = {part.split("/")[0] for part in images}
    given = splits <= set(SPLITS)
    if given and "train" not in splits:
        raise UserError(f"{where} has {', '.join(sorted(splits))} but no train")
    depth = 1 if given else 0
    stray = next((part for part in images if part.count("/") <= depth), None)
    if stray:
        raise UserError(f"{where}: {stray} is not in the folder of a class")
    found = sorted({part.split("/")[depth] for part in images})
    classes = _two_classes(where, found, entry["positive"])
    names, paths = list(images), list(images.values())
    size = entry["size"]
    size = (size, size) if isinstance(size, int) else tuple(size)
    rows = {
        split: np.array([row for row, part in enumerate(names) if part.startswith(f"{split}/")])
        for split in SPLITS
        if given and split in splits
    }
    return Source(
        where=where,
        names=names,
        labels=np.array([part.split("/")[depth] == classes[1] for part in names], dtype=np.int64),
        shape=size,
        dtype=np.dtype(np.uint8),
        read=lambda chosen: read_images([paths[row] for row in chosen], size),
        splits=rows or {"train": np.arange(len(names))},
        classes=classes,
    )


KINDS = {
    "sklearn": read_sklearn,
    "npz": read_npz,
    "medmnist": read_medmnist,
    "arrays": read_class_arrays,
    "folder": read_folder,
}


def read_source(name: str, entry: dict, files: dict[str, Path]) -> tuple[Source, np.ndarray | None]:
    """Read a declared data set, with all its splits, and the group of each sample if it has any.

    Pixels are only read later, in pieces; everything else is checked here.

    Raises:
        UserError: what is wrong with the data, where, and what would be right.
    """
    source = KINDS[entry["kind"]](name, entry, files)
    _check_type(source)
    groups = read_groups(name, entry.get("groups"), source.names, files)
    source = source._replace(
        splits=complete_splits(source.where, source.labels, groups, source.splits, entry)
    )
    for split, rows in source.splits.items():
        counts = np.bincount(source.labels[rows], minlength=2)
        if counts.min() == 0:
            raise UserError(
                f"{source.where}: {split} has {counts[0]} samples of class {source.classes[0]} and"
                f" {counts[1]} of class {source.classes[1]}; both classes are needed"
            )
    return source, groups


def read_groups(
    name: str, entry: dict | None, names: list[str], files: dict[str, Path]
) -> np.ndarray | None:
    """The group of each sample, such as its patient, by a pattern on its name or from a file."""
    if entry is None:
        return None
    if "pattern" in entry:
        pattern = re.compile(entry["pattern"])
        matches = [pattern.search(sample) for sample in names]
        unmatched = [sample for sample, match in zip(names, matches) if not match]
        where = f"datasets.{name}.groups.pattern: {entry['pattern']} is not in"
        groups = [match.group(1) for match in matches if match]
    else:
        import pandas as pd

        where = f"{files['groups']}: has no group for"
        table = pd.read_csv(files["groups"], dtype=str)
        if list(table.columns) != ["image", "group"]:
            raise UserError(f"{files['groups']}: the columns must be image,group")
        known = dict(zip(table["image"], table["group"]))
        unmatched = [sample for sample in names if sample not in known]
        groups = [known[sample] for sample in names if sample in known]
    if unmatched:
        raise UserError(f"{where} {unmatched[0]} and {len(unmatched) - 1} others")
    return np.array(groups)


def _load(path: Path):
    """An array, memory-mapped, or a dict of arrays; never a pickled object."""
    try:
        file = np.load(path, allow_pickle=False, mmap_mode="r")
        if isinstance(file, np.ndarray):
            return file
        with file:
            wanted = [f"{split}_{kind}" for split in SPLITS for kind in ("images", "labels")]
            return {name: file[name] for name in wanted if name in file.files}
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        # a damaged header makes zipfile raise RuntimeError or one of its kinds
        raise UserError(
            f"{path}: cannot be read as a file of plain arrays ({error}); it may be truncated, or"
            " hold pickled objects, which are not loaded"
        ) from error


def _from_arrays(where: str, parts: dict, classes: tuple[str, str]) -> Source:
    """A source from arrays in memory or memory-mapped: part -> (inputs, labels).

    A part's name begins with its split; its samples are called `part[0]`, `part[1]`, …
    """
    first = next(iter(parts.values()))[0]
    for part, (inputs, _) in parts.items():
        if inputs.ndim < 2:
            raise UserError(f"{where}: {part} has shape {inputs.shape}; (n, ...) expected")
        if (inputs.shape[1:], inputs.dtype) != (first.shape[1:], first.dtype):
            raise UserError(
                f"{where}: {part} images are {inputs.shape[1:]} {inputs.dtype}, others"
                f" {first.shape[1:]} {first.dtype}; they must be alike"
            )
    offsets = np.cumsum([0, *(len(inputs) for inputs, _ in parts.values())])
    splits = {}
    for part, begin, end in zip(parts, offsets, offsets[1:]):
        split = part.partition("/")[0]
        splits[split] = np.append(splits.get(split, np.array([], int)), np.arange(begin, end))

    def read(rows):
        out = np.empty((len(rows), *first.shape[1:]), first.dtype)
        for (inputs, _), begin, end in zip(parts.values(), offsets, offsets[1:]):
            inside = (rows >= begin) & (rows < end)
            out[inside] = inputs[rows[inside] - begin]
        return out

    return Source(
        where=where,
        names=[
            f"{part}[{row}]" for part, (inputs, _) in parts.items() for row in range(len(inputs))
        ],
        labels=np.concatenate([labels for _, labels in parts.values()]).astype(np.int64),
        shape=first.shape[1:],
        dtype=first.dtype,
        read=read,
        splits=splits,
        classes=classes,
    )


def _positive_is_one(path: Path, split: str, labels: np.ndarray, positive: int) -> np.ndarray:
    """Labels that are 0 and 1, with 1 for the positive class."""
    values = np.unique(labels)
    if labels.dtype.kind not in "uifb" or not np.isin(values, (0, 1)).all():
        listed = ", ".join(str(value) for value in values[:12])
        raise UserError(
            f"{path}: {split}_labels hold {listed}; a set of two classes has the labels 0 and 1"
        )
    return labels == positive


def _two_classes(where: str, found: list[str], positive: str) -> tuple[str, str]:
    """The negative and the positive class."""
    if len(found) != 2:
        raise UserError(
            f"{where}: {len(found)} classes, {', '.join(found)}; a study needs exactly two"
        )
    if positive not in found:
        raise UserError(
            f"{where}: positive is {positive!r}, but the classes are {found[0]} and {found[1]}"
        )
    return (found[0], positive) if found[1] == positive else (found[1], positive)


def _check_type(source: Source) -> None:
    if source.dtype.kind not in "uf":
        raise UserError(
            f"{source.where}: images are {source.dtype}; unsigned integers or floating-point"
            " numbers expected"
        )
    if 0 in source.shape:
        raise UserError(f"{source.where}: images of shape {source.shape} hold nothing")
    if not len(source.labels):
        raise UserError(f"{source.where}: has no samples")
