"""Read a declared data set from where its kind says it is, and check it.

Every kind is a function of its entry under `datasets` and of its file, if it has one, to
`(splits, divide_by)`, where splits maps `train`, `val` and, optionally, `test` to inputs (n, ...)
and labels (n,).
"""

import zipfile
import zlib

import numpy as np

from study.errors import UserError
from study.prepared import SPLITS


def read_sklearn(entry: dict, path: None) -> tuple[dict, float]:
    """scikit-learn's Wisconsin Diagnostic Breast Cancer data, split and standardized.

    The split is stratified and drawn with `split_seed`. Features are standardized with the
    training split's mean and (population) standard deviation. Malignant is 1.
    """
    from sklearn.datasets import load_breast_cancer
    from sklearn.model_selection import train_test_split

    data = load_breast_cancer()
    malignant = (data.target == list(data.target_names).index("malignant")).astype(np.int64)
    train, val, train_labels, val_labels = train_test_split(
        data.data,
        malignant,
        test_size=entry["val_share"],
        random_state=entry["split_seed"],
        stratify=malignant,
    )
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    splits = {
        "train": (((train - mean) / deviation).astype(np.float32), train_labels),
        "val": (((val - mean) / deviation).astype(np.float32), val_labels),
    }
    return splits, 1.0


def read_npz(entry: dict, path: str) -> tuple[dict, float]:
    """A file in MedMNIST's layout: `train_images`, `train_labels`, `val_…`, optionally `test_…`.

    Images of an unsigned integer type stay as they are and are divided by their type's largest
    value when they are loaded; floating-point images must already lie in [0, 1].

    Raises:
        UserError: the file is missing, damaged or pickled, or lacks an array.
    """
    try:
        file = np.load(path, allow_pickle=False)
        if not isinstance(file, np.lib.npyio.NpzFile):
            raise UserError(f"{path}: one array, not an .npz file of several")
        with file:
            arrays = {name: file[name] for name in file.files if name.partition("_")[0] in SPLITS}
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(
            f"{path}: cannot be read as an .npz file of plain arrays ({error});"
            " it may be truncated, or hold pickled objects, which are not loaded"
        ) from error
    splits = {}
    for split in SPLITS:
        names = (f"{split}_images", f"{split}_labels")
        missing = [name for name in names if name not in arrays]
        if split == "test" and len(missing) == 2:
            continue
        if missing:
            raise UserError(f"{path}: has no array {missing[0]}")
        images, labels = (arrays[name] for name in names)
        splits[split] = (images, _flat_labels(labels, f"{path}: {names[1]}"))
    images = splits["train"][0]
    if images.dtype.kind == "u":
        return splits, float(np.iinfo(images.dtype).max)
    if images.dtype.kind == "f" and images.size and np.nanmax(images) > 1:
        raise UserError(
            f"{path}: train_images go up to {np.nanmax(images)}; floating-point images must lie"
            " in [0, 1]: divide them, or store them as uint8"
        )
    return splits, 1.0


KINDS = {"sklearn": read_sklearn, "npz": read_npz}


def read_source(name: str, entry: dict, path: str | None) -> tuple[dict, float]:
    """Read a declared data set and check that it can be trained on.

    Returns splits and divide_by, inputs as they are to be stored: unsigned integers, or float32.

    Raises:
        UserError: what is wrong with the data, where, and what would be right.
    """
    splits, divide_by = KINDS[entry["kind"]](entry, path)
    where = path or f"datasets.{name}"
    for split, (inputs, labels) in splits.items():
        _check_split(inputs, labels, f"{where}: {split}")
        reference = splits["train"][0]
        if (inputs.shape[1:], inputs.dtype) != (reference.shape[1:], reference.dtype):
            raise UserError(
                f"{where}: {split} images are {inputs.shape[1:]} {inputs.dtype},"
                f" train images {reference.shape[1:]} {reference.dtype}; they must be alike"
            )
    if splits["train"][0].dtype.kind == "f":
        splits = {split: (pair[0].astype(np.float32), pair[1]) for split, pair in splits.items()}
    return splits, divide_by


def _flat_labels(labels: np.ndarray, where: str) -> np.ndarray:
    """Labels as (n,), from (n,) or MedMNIST's (n, 1)."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        return labels[:, 0]
    if labels.ndim != 1:
        raise UserError(f"{where} have shape {labels.shape}; (n,) or (n, 1) expected")
    return labels


def _check_split(inputs: np.ndarray, labels: np.ndarray, where: str) -> None:
    if inputs.ndim < 2 or inputs.dtype.kind not in "uf":
        raise UserError(
            f"{where}_images are {inputs.dtype} of shape {inputs.shape}; unsigned integers or"
            " floating-point numbers of shape (n, ...) expected"
        )
    if len(inputs) != len(labels):
        raise UserError(f"{where}: {len(inputs)} images but {len(labels)} labels")
    if labels.dtype.kind not in "uifb" or not np.isin(labels, (0, 1)).all():
        others = [str(label) for label in np.unique(labels) if label not in (0, 1)]
        raise UserError(
            f"{where}_labels hold {', '.join(others[:5])}; two-class labels are 0 (negative) and"
            " 1 (positive)"
        )
    counts = np.bincount(labels.astype(np.int64), minlength=2)
    if counts.min() == 0:
        raise UserError(
            f"{where}: {counts[0]} images of class 0 and {counts[1]} of class 1;"
            " both classes are needed"
        )
    bad = int(np.count_nonzero(~np.isfinite(inputs)))
    if bad:
        raise UserError(f"{where}_images: {bad} values are NaN or infinite")
