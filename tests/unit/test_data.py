"""Data sets in one file are read, checked and prepared: scikit-learn's, and .npz."""

import hashlib
import io
import pickle
import struct

import numpy as np
import pytest
from data_sources import prepared, scaled, write_npz
from sklearn.datasets import load_breast_cancer
from small_study import tiny_arrays

from study.data.prepared import load_all, load_splits, read_description
from study.data.redrawn import redraw
from study.store.errors import UserError

# ---- sklearn -------------------------------------------------------------------------------------


def test_wdbc_is_split_class_by_class_and_standardized_on_the_training_split(tmp_path):
    folder = prepared(tmp_path, kind="sklearn")
    splits, names, _ = load_all(folder)
    (train, train_labels), (val, val_labels) = splits["train"], splits["val"]
    assert (train.shape, val.shape) == ((455, 30), (114, 30))
    # 212 of the 569 are malignant; scikit-learn has them as class 0
    assert (train_labels.sum(), val_labels.sum()) == (170, 42)
    description = read_description(folder)
    assert description["classes"] == ["benign", "malignant"]
    assert "decided" not in description  # nothing is doubtful about what its shape means
    data = load_breast_cancer()
    rows = [int(name.partition("[")[2].rstrip("]")) for name in names]
    assert sorted(rows) == list(range(569))
    assert np.array_equal(np.concatenate([train, val]), data.data[rows])
    assert np.array_equal(np.concatenate([train_labels, val_labels]), 1 - data.target[rows])
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    for split, raw in (("train", train), ("val", val)):
        np.testing.assert_allclose(scaled(folder, split), (raw - mean) / deviation, atol=2e-5)


def test_the_other_class_can_be_the_positive_one(tmp_path):
    one, other = (
        prepared(tmp_path / positive, kind="sklearn", positive=positive)
        for positive in ("malignant", "benign")
    )
    assert np.array_equal(load_splits(one)["train"][1], 1 - load_splits(other)["train"][1])
    assert read_description(other)["classes"] == ["malignant", "benign"]


# ---- npz -----------------------------------------------------------------------------------------


def test_npz_keeps_its_splits_and_bytes(tmp_path):
    arrays = tiny_arrays()
    path = write_npz(
        tmp_path / "a.npz", test_images=arrays["val_images"], test_labels=arrays["val_labels"]
    )
    folder = prepared(tmp_path, kind="npz", path=path)
    splits, names, groups = load_all(folder)
    assert list(splits) == ["train", "val", "test"]
    for split in ("train", "val"):
        inputs, labels = splits[split]
        assert isinstance(inputs, np.memmap) and inputs.dtype == np.uint8
        assert np.array_equal(inputs, arrays[f"{split}_images"])
        assert np.array_equal(labels, arrays[f"{split}_labels"][:, 0])
        flat = arrays[f"{split}_images"].reshape(len(labels), -1)
        assert np.array_equal(scaled(folder, split), flat.astype(np.float32) / np.float32(255))
    assert (names[0], names[50], names[-1]) == ("train[0]", "val[0]", "test[19]")
    assert not any(groups)


def test_description_of_a_prepared_set(tmp_path):
    arrays = tiny_arrays()
    folder = prepared(tmp_path, kind="npz", path=write_npz(tmp_path / "a.npz"))
    inputs = np.concatenate([arrays["train_images"], arrays["val_images"]])
    labels = np.concatenate([arrays["train_labels"], arrays["val_labels"]])[:, 0].astype("<i8")
    digest = hashlib.sha256(b"|u1 (70, 5, 5)" + inputs.tobytes() + b"<i8 (70,)" + labels.tobytes())
    assert read_description(folder) == {
        "dataset": "d",
        "kind": "npz",
        "classes": ["0", "1"],
        "shape": [5, 5],
        "dtype": "uint8",
        "normalize": "unit",
        "subtract": [0.0],
        "divide_by": [255.0],
        "sha256": digest.hexdigest(),
        "splits": {
            "train": {"first_row": 0, "count": 50, "negative": 25, "positive": 25},
            "val": {"first_row": 50, "count": 20, "negative": 10, "positive": 10},
        },
    }


def test_labels_are_turned_round_where_0_is_the_positive_class(tmp_path):
    path = write_npz(tmp_path / "a.npz")
    folder = prepared(tmp_path, kind="npz", path=path, positive=0)
    assert np.array_equal(load_splits(folder)["train"][1], 1 - tiny_arrays()["train_labels"][:, 0])


def test_standardized_images(tmp_path):
    """One mean and deviation over all grey pixels, one for each colour."""
    grey = tiny_arrays()
    folder = prepared(
        tmp_path, kind="npz", path=write_npz(tmp_path / "a.npz"), normalize="standardize"
    )
    pixels = grey["train_images"].astype(float)
    expected = (grey["val_images"].reshape(20, -1) - pixels.mean()) / pixels.std()
    np.testing.assert_allclose(scaled(folder, "val"), expected, atol=1e-5)
    colour = {
        name: np.stack([grey[name], grey[name] // 2, 255 - grey[name]], axis=-1)
        for name in ("train_images", "val_images")
    }
    path = write_npz(tmp_path / "b.npz", **colour)
    folder = prepared(tmp_path / "colour", kind="npz", path=path, normalize="standardize")
    train = scaled(folder, "train").reshape(50, 25, 3)
    np.testing.assert_allclose(train.mean(axis=(0, 1)), 0, atol=1e-5)
    np.testing.assert_allclose(train.std(axis=(0, 1)), 1, atol=1e-5)


def test_small_deviations_of_large_features_do_not_cancel(tmp_path):
    noise = np.random.default_rng(0).standard_normal((70, 2))
    features = 1e6 + 0.01 * noise
    path = write_npz(tmp_path / "a.npz", train_images=features[:50], val_images=features[50:])
    folder = prepared(tmp_path, kind="npz", path=path, normalize="standardize")
    description = read_description(folder)
    np.testing.assert_allclose(description["divide_by"], features[:50].std(axis=0), rtol=1e-6)
    np.testing.assert_allclose(description["subtract"], features[:50].mean(axis=0), rtol=1e-14)
    (sentence,) = (text for text in description["decided"] if "float32" in text)
    assert sentence.startswith("2 of 2 features vary so little for their size that float32")


def test_constant_features_stay_at_zero(tmp_path):
    images = {
        name: np.concatenate([tiny_arrays()[name].reshape(-1, 25) / 255, np.ones((n, 1))], axis=1)
        for name, n in (("train_images", 50), ("val_images", 20))
    }
    path = write_npz(tmp_path / "a.npz", **images)
    folder = prepared(tmp_path, kind="npz", path=path, normalize="standardize")
    assert np.abs(scaled(folder, "val")[:, -1]).max() == 0


ARRAYS = tiny_arrays()
UNIT = {name: ARRAYS[name] / 255 for name in ("train_images", "val_images")}
NAN = {name: images.copy() for name, images in UNIT.items()}
NAN["train_images"][3, 2, 1] = np.nan
INF = {name: images.copy() for name, images in UNIT.items()}
INF["val_images"][7, 0, 0] = np.inf
BAD_ARRAYS = {
    "missing": ({"train_labels": None}, "has no array train_labels"),
    "half a split": ({"test_images": ARRAYS["val_images"]}, "has no array test_labels"),
    "lengths": ({"train_labels": np.zeros((49, 1), int)}, "train: 50 images but 49 labels"),
    "a class in one split": (
        {"val_labels": np.arange(20) % 3},
        "train has no sample of class 2; every split needs all of the 3 classes",
    ),
    "labels from 1": (
        {"train_labels": 1 + np.arange(50) % 3, "val_labels": 1 + np.arange(20) % 3},
        "labels are 1, 2, 3; they must count from 0, without a gap: 0 to 2 for 3 classes",
    ),
    "a gap": (
        {"train_labels": np.arange(50) % 3 * 2, "val_labels": np.arange(20) % 3 * 2},
        "labels are 0, 2, 4; they must count from 0, without a gap: 0 to 2 for 3 classes",
    ),
    "a label between": (
        {"val_labels": np.arange(20) % 2 / 2},
        "val_labels hold 0.0, 0.5; a label is the number of a class, from 0 to 126; regression is",
    ),
    "one-hot": (
        {"val_labels": np.eye(2)[np.arange(20) % 2]},
        "shape (20, 2); (n,) or (n, 1) expected, one",
    ),
    "label text": ({"val_labels": np.array(["no", "yes"] * 10)}, "val_labels hold no, yes"),
    "one class": (
        {"train_labels": np.ones(50, int)},
        "train has 0 samples of class 0 and 50 of class 1; both classes are needed",
    ),
    "empty": (
        {"val_images": np.zeros((0, 5, 5), np.uint8), "val_labels": np.zeros(0, int)},
        "val has 0 samples of class 0 and 0 of class 1",
    ),
    "sizes": ({"val_images": np.zeros((20, 4, 4), np.uint8)}, "they must match"),
    "types": (
        {"val_images": np.zeros((20, 5, 5), np.uint16)},
        "they must match; save all as one type, with values on one scale",
    ),
    "filtered": (
        UNIT | {"val_images": UNIT["val_images"] - 0.01},
        "if resizing or filtering went beyond [0, 1], save np.clip(images, 0, 1)",
    ),
    "NaN": (NAN, "train[3] has values that are NaN or infinite"),
    "infinity": (INF, "val[7] has values that are NaN or infinite"),
    "above 1": (UNIT | {"val_images": UNIT["val_images"] * 255}, "must lie in [0, 1]"),
    "below 0": (UNIT | {"val_images": UNIT["val_images"] - 1}, "must lie in [0, 1]"),
    "huge": (
        UNIT | {"val_images": UNIT["val_images"] - 1e300},
        "val[0] has values that are too large for float32",
    ),
    "no pixels": (
        {
            "train_images": np.zeros((50, 0, 5), np.uint8),
            "val_images": np.zeros((20, 0, 5), np.uint8),
        },
        "images of shape (0, 5) hold nothing",
    ),
    "signed": (
        {name: ARRAYS[name].astype(int) for name in UNIT},
        "images are int64; unsigned integers or floating-point numbers expected",
    ),
    "floats up to 1 / 255": (
        {name: images / 255 for name, images in UNIT.items()},
        "to 0.00367551, but their type holds 0 to 1; say what black and white are, such as"
        " `range: [0, 0.003676]`",
    ),
    "0 and 1": (
        {name: ARRAYS[name] // 128 for name in UNIT},
        "values only from 0 to 1, but their type holds 0 to 255; say what black and white are, such"
        " as `range: [0, 1]`",
    ),
    "booleans": (
        {name: ARRAYS[name] > 127 for name in UNIT},
        'train: images are booleans; save images.astype("uint8"), of 0 and 1, and write `range:',
    ),
    "12 of 16 bits": (
        {name: ARRAYS[name].astype(np.uint16) * 16 for name in UNIT},
        "such as `range: [0, 4095]`",
    ),
    "one value": (
        {name: np.zeros_like(ARRAYS[name]) for name in UNIT},
        "all values of images of uint8 are 0, so they show nothing",
    ),
    "another spelling of a split": (
        {"valid_images": ARRAYS["val_images"], "valid_labels": ARRAYS["val_labels"]},
        "valid_images, valid_labels would not be read; rename what is to be read to one of",
    ),
    "other names": (
        {"X_train": np.zeros(3), "train_images": None},
        "has no array train_images; its arrays are train_labels, val_images, val_labels, X_train",
    ),
    "more images": ({"XTest": np.zeros(3), "yTest": np.zeros(3)}, "XTest, yTest would not be read"),
    "a number": ({"val_images": np.uint8(3)}, "val_images has shape (); (n, ...) expected"),
    "labels without numbers": ({"val_labels": np.full(20, np.nan)}, "val_labels hold nan"),
    "colours first": (
        {name: np.stack([ARRAYS[name]] * 3, axis=1) for name in UNIT},
        "shape (50, 3, 5, 5), whose colours seem to come before height and width",
    ),
    "transparency": (
        {name: np.stack([ARRAYS[name]] * 4, axis=3) for name in UNIT},
        "shape (50, 5, 5, 4), as if with transparency",
    ),
    "pickled": ({"val_labels": np.array([None] * 20)}, "pickled objects, which are not loaded"),
}


@pytest.mark.parametrize(("changes", "expected"), BAD_ARRAYS.values(), ids=BAD_ARRAYS.keys())
def test_bad_arrays_are_named(changes, expected, tmp_path):
    path = write_npz(tmp_path / "bad.npz", **changes)
    with pytest.raises(UserError) as error:
        prepared(tmp_path, kind="npz", path=path)
    assert str(error.value).startswith(path)
    assert expected in str(error.value)
    assert not (tmp_path / "prepared" / "description.json").exists()


def test_more_names_than_classes_are_counted(tmp_path):
    path = write_npz(tmp_path / "a.npz")
    with pytest.raises(UserError, match=r"`classes` has 3 names, but the labels are of 2 classes"):
        prepared(tmp_path, kind="npz", path=path, classes=["a", "b", "c"])


def test_declared_ranges_become_0_to_1(tmp_path):
    """Of 12 bits in 16, of signed numbers such as Hounsfield units, and of floats up to 255."""
    for dtype, scale, low, high in (
        (np.uint16, 16, 0, 4080), (np.int16, 8, -1024, 1016), (np.float32, 1, 0, 255),
    ):  # fmt: skip
        images = {name: (ARRAYS[name].astype(int) * scale + low).astype(dtype) for name in UNIT}
        path, folder = write_npz(tmp_path / "a.npz", **images), tmp_path / np.dtype(dtype).name
        done = prepared(folder, kind="npz", path=path, range=[low, high])
        expected = ARRAYS["val_images"].reshape(20, -1) / 255
        np.testing.assert_allclose(scaled(done, "val"), expected, atol=1e-6)
        assert read_description(done)["range"] == [low, high]
        redraw(done, 1, folder / "again")
        assert read_description(folder / "again")["divide_by"] == [high - low]
        with pytest.raises(UserError, match=rf"but `range` says {low} to {low + 9}$"):
            prepared(folder, kind="npz", path=path, range=[low, low + 9])


def test_rounding_errors_outside_of_a_range_are_clipped_and_said(tmp_path):
    images = UNIT["val_images"].copy()
    images[3, 0, 0], images[4, 0, 0] = -1e-17, 1.0000000000000002
    path = write_npz(tmp_path / "a.npz", **UNIT | {"val_images": images})
    folder = prepared(tmp_path, kind="npz", path=path)
    (sentence,) = read_description(folder)["decided"]
    assert sentence.startswith("2 samples have values outside 0 to 1 by a rounding error of at")
    assert np.array_equal(load_splits(folder)["val"][0], np.clip(images, 0, 1))
    path = write_npz(tmp_path / "b.npz", **UNIT | {"val_images": images * 9})
    sentences = read_description(prepared(tmp_path / "b", kind="npz", path=path, range=[0, 9]))
    assert sentences["decided"][0].startswith("2 samples have values outside 0 to 9")


def test_a_range_that_a_type_cannot_have_is_refused(tmp_path):
    path = write_npz(tmp_path / "a.npz")
    with pytest.raises(UserError, match="`range` goes up to 4095, but uint8 only to 255"):
        prepared(tmp_path, kind="npz", path=path, range=[0, 4095])


def test_one_channel_is_grey_and_arrays_that_are_not_read_are_listed(tmp_path):
    for axis in (1, 3):
        images = {name: np.expand_dims(ARRAYS[name], axis) for name in UNIT}
        path = write_npz(tmp_path / "a.npz", **images, patient_ids=np.arange(50))
        folder = prepared(tmp_path / str(axis), kind="npz", path=path)
        assert np.array_equal(load_splits(folder)["val"][0], ARRAYS["val_images"])
        shape = (1, 5, 5) if axis == 1 else (5, 5, 1)
        assert read_description(folder)["decided"] == [
            f"images of shape {shape} have one channel and are read as (5, 5).",
            "arrays of the file that were not read: patient_ids.",
        ]


def test_names_of_classes_in_the_file_are_those_of_the_entry(tmp_path):
    entry = {"kind": "npz", "path": write_npz(tmp_path / "a.npz"), "classes": ["Benign", "ill"]}
    for named in (["benign", "ill "], [b"Benign", b"ill"], np.array(["x", "y"], object), [1, 0]):
        write_npz(tmp_path / "a.npz", class_names=np.array(named))
        assert read_description(prepared(tmp_path, **entry))["classes"] == ["Benign", "ill"]
    for named, told in ((["ill", "benign"], "ill, benign"), (["benign", "b", "ill"], "benign, b,")):
        write_npz(tmp_path / "a.npz", Class_Names=np.array(named))
        with pytest.raises(UserError) as error:
            prepared(tmp_path, **entry)
        assert f"Class_Names are {told}" in str(error.value)
        assert "but the `classes` of the data set are Benign, ill; make" in str(error.value)
    write_npz(tmp_path / "a.npz", class_names=np.array(["ill", "benign"]))
    assert prepared(tmp_path, **entry | {"classes": ["ill", "benign"]})


# ---- medmnist ------------------------------------------------------------------------------------


def test_another_medmnist_set_or_size_is_not_taken_for_the_declared_one(tmp_path):
    """The right numbers of samples, their shape and classes are what can be compared."""
    counts = {"train": 546, "val": 78, "test": 156}  # of breastmnist
    arrays = {}
    for split, count in counts.items():
        images = np.random.default_rng(1).integers(0, 256, (count, 28, 28), dtype=np.uint8)
        arrays |= {f"{split}_images": images, f"{split}_labels": np.arange(count)[:, None] % 2}
    np.savez(tmp_path / "a.npz", **arrays)
    entry = {"kind": "medmnist", "name": "breastmnist", "path": str(tmp_path / "a.npz")}
    (told,) = read_description(prepared(tmp_path, **entry))["decided"]
    assert told.startswith("a.npz is not the published file of breastmnist, judging by its MD5, ")
    with pytest.raises(
        UserError, match=r"size 64: images of shape \(28, 28\), not \(64, 64\)\. Cor"
    ):
        prepared(tmp_path, **entry, size=64)
    with pytest.raises(
        UserError, match=r"is not pneumoniamnist of size 28: samples 780, not 5856\."
    ):
        prepared(tmp_path, **entry | {"name": "pneumoniamnist"})
    with pytest.raises(
        UserError, match=r"datasets\.d\.md5: 0+, but that of .*a\.npz is [0-9a-f]{32}"
    ):
        prepared(tmp_path, **entry, md5="0" * 32)


def damage(content: bytes, how: str) -> bytes:
    if how.startswith("first "):
        return content[: int(how.split()[1])]
    changed = bytearray(content)
    if how == "a byte":
        changed[200] ^= 255
    elif how == "unknown compression":
        changed[8:10] = struct.pack("<H", 99)
        central = content.index(b"PK\x01\x02")
        changed[central + 10 : central + 12] = struct.pack("<H", 99)
    elif how == "encrypted":
        changed[6] |= 1
        changed[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


@pytest.mark.parametrize(
    "how",
    [
        "first 0",
        "first 10",
        "first 400",
        "first 1000",
        "a byte",
        "unknown compression",
        "encrypted",
    ],
)
def test_damaged_file_is_named(how, tmp_path):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **tiny_arrays())
    (tmp_path / "bad.npz").write_bytes(damage(buffer.getvalue(), how))
    with pytest.raises(UserError, match=r"bad\.npz: cannot be read as a file of plain arrays"):
        prepared(tmp_path, kind="npz", path=str(tmp_path / "bad.npz"))


def test_a_pickle_is_never_loaded(tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    path = tmp_path / "bad.npz"
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(UserError, match="cannot be read as a file of plain arrays"):
        prepared(tmp_path, kind="npz", path=str(path))
    assert not (tmp_path / "sprung").exists()


def test_damaged_prepared_set_is_named(tmp_path):
    """Cut, or whole and with one other byte."""
    folder = prepared(tmp_path, kind="npz", path=write_npz(tmp_path / "a.npz"))
    again = "add --forcerun prepare_data --until prepare_data"
    for name in ("inputs.npy", "labels.npy"):
        path = folder / name
        whole = path.read_bytes()
        path.write_bytes(whole[:-1])
        with pytest.raises(UserError, match=rf"{name}: damaged .*; {again}"):
            load_splits(folder)
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(UserError, match=rf"inputs.npy or labels.npy: damaged, .*; {again}"):
            load_splits(folder)
        path.write_bytes(whole)
    assert list(load_splits(folder)) == ["train", "val"]
    (folder / "description.json").write_text("{")
    with pytest.raises(UserError, match=rf"description.json: damaged .*; {again}"):
        load_splits(folder)
