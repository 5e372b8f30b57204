"""Kind `npz`: one file in MedMNIST's layout, an array of images and one of labels a split."""

import zipfile
from pathlib import Path

import numpy as np

from study.data import MOST_CLASSES, SPLITS
from study.data.keys import DRAWN_SPLITS, described_as, shared
from study.data.location import existing_file, file_sizes
from study.data.source import Source, from_arrays, load_arrays, refuse_positive
from study.data.unread_arrays import refuse_dropped, refuse_other_classes, unread_arrays
from study.data.value_range import declared_range
from study.store.errors import UserError

DESCRIPTION = (
    "A file in MedMNIST's layout: train_images, train_labels, and optionally val_… and test_…."
)
REQUIRED = ["path"]
KEYS = {
    "path": described_as("file"),
    "classes": {
        "description": "The classes' names in the order of their labels; 0, 1, … if left out.",
        "type": "array",
        "minItems": 2,
        "maxItems": MOST_CLASSES,
        "uniqueItems": True,
        "items": {"type": "string", "minLength": 1},
    },
    "positive": described_as("positive_label"),
    "range": described_as("pixel_range"),
    **shared("normalize", "groups"),
    **DRAWN_SPLITS,
}
PLACES = ("path",)


def class_names(name: str, entry: dict) -> list[str] | None:
    """Those that the entry gives; of two, the positive one is the second."""
    classes = entry.get("classes")
    return None if classes is None else in_order(f"datasets.{name}", classes, entry.get("positive"))


def in_order(where: str, classes: list[str], positive: int | None) -> list[str]:
    """The classes, turned round where label 0 is the positive one of two.

    Raises:
        UserError: there are more than two, and one is said to be positive.
    """
    if len(classes) > 2:
        refuse_positive(where, classes, positive)
    return classes[::-1] if positive == 0 else list(classes)


def locate(name: str, entry: dict) -> dict[str, Path]:
    """The one file."""
    return {"path": existing_file(f"datasets.{name}.path", entry["path"])}


def read(name: str, entry: dict, files: dict[str, Path]) -> Source:
    """`train_images`, `train_labels`, and where there are such splits `val_…` and `test_…`."""
    path = files["path"]
    arrays = load_arrays(path)
    if isinstance(arrays, np.ndarray):
        raise UserError(f"{path}: is a single array, not an .npz file")
    left_out = unread_arrays(path, arrays)
    parts = {}
    for split in SPLITS:
        wanted = (f"{split}_images", f"{split}_labels")
        missing = [array for array in wanted if array not in arrays]
        if split != "train" and len(missing) == 2:
            continue
        if missing:
            listed = ", ".join([*arrays, *left_out]) or "none"
            raise UserError(f"{path}: has no array {missing[0]}; its arrays are {listed}")
        images, labels = (arrays[array] for array in wanted)
        if images.ndim < 2:
            raise UserError(f"{path}: {wanted[0]} has shape {images.shape}; (n, ...) expected")
        if labels.ndim == 2 and labels.shape[1] == 1:  # MedMNIST's own shape
            labels = labels[:, 0]
        if labels.ndim != 1:
            raise UserError(
                f"{path}: {wanted[1]} have shape {labels.shape}; (n,) or (n, 1) expected, one class"
                " for each sample"
            )
        if len(images) != len(labels):
            raise UserError(f"{path}: {split}: {len(images)} images but {len(labels)} labels")
        _check_labels(path, split, labels, entry.get("classes"))
        parts[split] = (images, labels.astype(np.int64))
    count = 1 + max((int(labels.max()) for _, labels in parts.values() if len(labels)), default=0)
    refuse_dropped(path, left_out)
    refuse_other_classes(path, left_out, entry.get("classes"))
    _refuse_shifted(path, [labels for _, labels in parts.values()])
    if entry.get("classes") and 2 <= count < len(entry["classes"]):
        raise UserError(
            f"{path}: `classes` has {len(entry['classes'])} names, but the labels are of {count}"
            f" classes, 0 to {count - 1}; name only those"
        )
    names = entry.get("classes") or [str(label) for label in range(max(2, count))]
    classes = in_order(str(path), names, entry.get("positive"))
    if classes != names:
        parts = {split: (images, 1 - labels) for split, (images, labels) in parts.items()}
    source = from_arrays(str(path), parts, classes)
    decided = list(source.decided)
    if left_out:
        decided.append(f"arrays of the file that were not read: {', '.join(left_out)}.")
    return source._replace(value_range=declared_range(entry), decided=decided)


def size(name: str, entry: dict, files: dict[str, Path]) -> tuple[int, int]:
    """The file is compressed or not: what counts is what it holds."""
    if not zipfile.is_zipfile(files["path"]):  # reading it says what is wrong
        return (file_sizes(files),) * 2
    with zipfile.ZipFile(files["path"]) as archive:
        return (sum(member.file_size for member in archive.infolist()),) * 2


def _refuse_shifted(path: Path, labels: list[np.ndarray]) -> None:
    """Stop where no label of any split is 0, or one is left out."""
    values = np.unique(np.concatenate(labels))
    if len(values) > 1 and values[-1] >= len(values):
        listed = ", ".join(str(value) for value in values[:12])
        raise UserError(
            f"{path}: labels are {listed}; they must count from 0, without a gap: 0 to"
            f" {len(values) - 1} for {len(values)} classes"
        )


def _check_labels(path: Path, split: str, labels: np.ndarray, classes: list[str] | None) -> None:
    """Labels are whole numbers from 0 on, as many as there are classes."""
    values = np.unique(labels)
    most = len(classes or range(MOST_CLASSES))
    if labels.dtype.kind not in "uifb" or not np.isin(values, range(most)).all():
        listed = ", ".join(str(value) for value in values[:12]) + ", …" * (len(values) > 12)
        finite = values[np.isfinite(values)] if labels.dtype.kind == "f" else np.zeros(0)
        measured = (finite % 1 != 0).any()
        raise UserError(
            f"{path}: {split}_labels hold {listed}; a label is the number of a class, from 0 to"
            f" {most - 1}{'; regression is not supported' * bool(measured)}"
        )
