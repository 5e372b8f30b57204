"""Kind `npz`: one file in MedMNIST's layout, an array of images and one of labels a split."""

import zipfile
from pathlib import Path

import numpy as np

from study.data import SPLITS
from study.data.keys import DRAWN_SPLITS, described_as, shared
from study.data.location import existing_file, file_sizes
from study.data.source import Source, from_arrays, load_arrays
from study.errors import UserError

DESCRIPTION = (
    "A file in MedMNIST's layout, train_images, train_labels, and optionally val_… and test_…."
)
REQUIRED = ["path"]
KEYS = {
    "path": described_as("file"),
    "positive": described_as("positive_label"),
    **shared("normalize", "groups"),
    **DRAWN_SPLITS,
}
PLACES = ("path",)


def locate(name: str, entry: dict) -> dict[str, Path]:
    """The one file."""
    return {"path": existing_file(f"datasets.{name}.path", entry["path"])}


def read(name: str, entry: dict, files: dict[str, Path]) -> Source:
    """`train_images`, `train_labels`, and where there are such splits `val_…` and `test_…`."""
    path = files["path"]
    arrays = load_arrays(path)
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
    return from_arrays(str(path), parts, ("0", "1") if entry["positive"] == 1 else ("1", "0"))


def size(name: str, entry: dict, files: dict[str, Path]) -> tuple[int, int]:
    """The file is compressed or not: what counts is what it holds."""
    if not zipfile.is_zipfile(files["path"]):  # reading it says what is wrong
        return (file_sizes(files),) * 2
    with zipfile.ZipFile(files["path"]) as archive:
        return (sum(member.file_size for member in archive.infolist()),) * 2


def _positive_is_one(path: Path, split: str, labels: np.ndarray, positive: int) -> np.ndarray:
    """Labels that are 0 and 1, with 1 for the positive class."""
    values = np.unique(labels)
    if labels.dtype.kind not in "uifb" or not np.isin(values, (0, 1)).all():
        listed = ", ".join(str(value) for value in values[:12])
        raise UserError(
            f"{path}: {split}_labels hold {listed}; a set of two classes has the labels 0 and 1"
        )
    return labels == positive
