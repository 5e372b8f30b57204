"""Data sets are read, checked and prepared."""

import hashlib
import json
import pickle

import numpy as np
import pytest
from conftest import tiny_arrays
from sklearn.datasets import load_breast_cancer

from study.errors import UserError
from study.prepared import load_split, read_description, save_prepared
from study.sources import read_source

NPZ = {"kind": "npz"}
NOT_PLAIN = r"cannot be read as an \.npz file of plain arrays"


def write_npz(path, **changes):
    """The small data set as a file, with arrays changed, or left out where None."""
    arrays = tiny_arrays() | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return str(path)


def test_wdbc_is_split_class_by_class_and_standardized_on_the_training_split():
    entry = {"kind": "sklearn", "name": "wdbc", "val_share": 0.2, "split_seed": 0}
    splits, divide_by = read_source("wdbc", entry, None)
    (train, train_labels), (val, val_labels) = splits["train"], splits["val"]
    assert (train.shape, val.shape, divide_by) == ((455, 30), (114, 30), 1.0)
    assert train.dtype == np.float32
    # 212 of the 569 are malignant; scikit-learn has them as class 0
    assert (train_labels.sum(), val_labels.sum()) == (170, 42)
    assert np.abs(train.mean(axis=0)).max() < 1e-6
    assert np.abs(train.std(axis=0) - 1).max() < 1e-5
    # With the standardization undone, every sample is there once: sorted, the two agree.
    original = np.sort(load_breast_cancer().data, axis=0)
    both = np.sort(np.concatenate([train, val]).astype(float), axis=0)
    for feature in range(30):
        slope, offset = np.polyfit(both[:, feature], original[:, feature], 1)
        scale = np.ptp(original[:, feature])
        assert np.abs(both[:, feature] * slope + offset - original[:, feature]).max() < 1e-5 * scale


def test_wdbc_split_follows_its_seed():
    entry = {"kind": "sklearn", "name": "wdbc", "val_share": 0.2, "split_seed": 0}
    first, again = (read_source("wdbc", entry, None)[0]["val"][0] for _ in range(2))
    other = read_source("wdbc", entry | {"split_seed": 1}, None)[0]["val"][0]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_npz_keeps_bytes_and_says_what_to_divide_by(tmp_path):
    arrays = tiny_arrays()
    splits, divide_by = read_source("tiny", NPZ, write_npz(tmp_path / "a.npz"))
    assert list(splits) == ["train", "val"]
    assert np.array_equal(splits["train"][0], arrays["train_images"])
    assert splits["train"][0].dtype == np.uint8
    assert splits["train"][1].shape == (50,)
    assert divide_by == 255


def test_npz_test_split_is_kept(tmp_path):
    arrays = tiny_arrays()
    path = write_npz(
        tmp_path / "a.npz", test_images=arrays["val_images"], test_labels=arrays["val_labels"]
    )
    assert list(read_source("tiny", NPZ, path)[0]) == ["train", "val", "test"]


def test_npz_of_unit_floats_is_kept_as_float32(tmp_path):
    arrays = tiny_arrays()
    images = {name: arrays[name] / 255 for name in arrays if name.endswith("images")}
    splits, divide_by = read_source("tiny", NPZ, write_npz(tmp_path / "a.npz", **images))
    assert (splits["train"][0].dtype, divide_by) == (np.float32, 1.0)


ARRAYS = tiny_arrays()
NAN = ARRAYS["train_images"] / 255
NAN[3, 2, 1] = np.nan
BAD_ARRAYS = {
    "missing": ({"val_labels": None}, "has no array val_labels"),
    "half a test split": ({"test_images": ARRAYS["val_images"]}, "has no array test_labels"),
    "lengths": ({"train_labels": np.zeros((49, 1), int)}, "train: 50 images but 49 labels"),
    "label 2": (
        {"val_labels": np.arange(20) % 3},
        "val_labels hold 2; two-class labels are 0 (negative) and 1 (positive)",
    ),
    "one-hot": ({"val_labels": np.eye(2)[np.arange(20) % 2]}, "shape (20, 2); (n,) or (n, 1)"),
    "label text": ({"val_labels": np.array(["no", "yes"] * 10)}, "val_labels hold no, yes"),
    "one class": (
        {"train_labels": np.ones(50, int)},
        "train: 0 images of class 0 and 50 of class 1; both classes are needed",
    ),
    "empty": (
        {"val_images": np.zeros((0, 5, 5), np.uint8), "val_labels": np.zeros(0, int)},
        "val: 0 images of class 0 and 0 of class 1",
    ),
    "sizes": ({"val_images": np.zeros((20, 4, 4), np.uint8)}, "they must be alike"),
    "types": ({"val_images": np.zeros((20, 5, 5), np.uint16)}, "they must be alike"),
    "NaN": (
        {"train_images": NAN, "val_images": ARRAYS["val_images"] / 255},
        "train_images: 1 values are NaN or infinite",
    ),
    "range": (
        {name: ARRAYS[name].astype(float) for name in ("train_images", "val_images")},
        "floating-point images must lie in [0, 1]",
    ),
    "signed": ({"train_images": ARRAYS["train_images"].astype(int)}, "train_images are int64"),
    "pickled": ({"val_labels": np.array([None] * 20)}, "pickled objects, which are not loaded"),
}


@pytest.mark.parametrize(("changes", "expected"), BAD_ARRAYS.values(), ids=BAD_ARRAYS.keys())
def test_bad_arrays_are_named(changes, expected, tmp_path):
    path = write_npz(tmp_path / "bad.npz", **changes)
    with pytest.raises(UserError) as error:
        read_source("tiny", NPZ, path)
    assert str(error.value).startswith(path)
    assert expected in str(error.value)


@pytest.mark.parametrize("kept", [0, 10, 400, 1000])
def test_truncated_file_is_named(kept, tmp_path):
    path = write_npz(tmp_path / "bad.npz")
    with open(path, "rb") as file:
        start = file.read(kept)
    with open(path, "wb") as file:
        file.write(start)
    with pytest.raises(UserError, match=NOT_PLAIN):
        read_source("tiny", NPZ, path)


def test_damaged_byte_is_noticed(tmp_path):
    path = tmp_path / "bad.npz"
    np.savez_compressed(path, **tiny_arrays())
    content = bytearray(path.read_bytes())
    content[200] ^= 255
    path.write_bytes(content)
    with pytest.raises(UserError, match=NOT_PLAIN):
        read_source("tiny", NPZ, str(path))


def test_a_pickle_is_never_loaded(tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    path = tmp_path / "bad.npz"
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(UserError, match=NOT_PLAIN):
        read_source("tiny", NPZ, str(path))
    assert not (tmp_path / "sprung").exists()


def test_single_array_is_refused(tmp_path):
    np.save(tmp_path / "one.npy", np.zeros(3))
    with pytest.raises(UserError, match=r"one array, not an \.npz file"):
        read_source("tiny", NPZ, str(tmp_path / "one.npy"))


def test_prepared_set_reads_back(tmp_path):
    arrays = tiny_arrays()
    splits, divide_by = read_source("tiny", NPZ, write_npz(tmp_path / "a.npz"))
    save_prepared(tmp_path / "data", splits, divide_by, {"dataset": "tiny"})
    for split in ("train", "val"):
        inputs, labels = load_split(tmp_path / "data", split)
        assert isinstance(inputs, np.memmap)
        assert np.array_equal(inputs, arrays[f"{split}_images"])
        assert np.array_equal(labels, arrays[f"{split}_labels"][:, 0])
    inputs = np.concatenate([arrays["train_images"], arrays["val_images"]])
    labels = np.concatenate([arrays["train_labels"], arrays["val_labels"]])[:, 0].astype("<i8")
    digest = hashlib.sha256(b"|u1 (70, 5, 5)" + inputs.tobytes() + b"<i8 (70,)" + labels.tobytes())
    assert read_description(tmp_path / "data") == {
        "dataset": "tiny",
        "shape": [5, 5],
        "dtype": "uint8",
        "divide_by": 255.0,
        "sha256": digest.hexdigest(),
        "splits": {
            "train": {"first_row": 0, "count": 50, "negative": 25, "positive": 25},
            "val": {"first_row": 50, "count": 20, "negative": 10, "positive": 10},
        },
    }


def test_damaged_prepared_set_is_named(tmp_path):
    splits, divide_by = read_source("tiny", NPZ, write_npz(tmp_path / "a.npz"))
    save_prepared(tmp_path, splits, divide_by, {})
    path = tmp_path / "inputs.npy"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UserError, match=r"inputs.npy: damaged .*; delete it and run again"):
        load_split(tmp_path, "val")
    np.save(path, np.zeros((60, 5, 5), np.uint8))
    with pytest.raises(UserError, match=r"inputs.npy: 60 rows, 70 expected"):
        load_split(tmp_path, "val")
    description = json.loads((tmp_path / "description.json").read_text())
    assert description["splits"]["val"]["count"] == 20
