"""Data sets of every kind are read, checked, split and prepared."""

import hashlib
import io
import pickle
import struct

import numpy as np
import pytest
from conftest import tiny_arrays
from PIL import Image
from sklearn.datasets import load_breast_cancer

from study.config import read_config
from study.errors import UserError
from study.locations import locate, source_digest
from study.prepare import prepare
from study.prepared import load_all, load_split, read_description


def prepared(folder, **entry):
    """Prepare an entry, checked and completed as in a configuration, into a folder."""
    config = read_config({"dataset": "d", "datasets": {"d": entry}})
    prepare("d", config["datasets"]["d"], folder / "prepared")
    return folder / "prepared"


def scaled(folder, split):
    """A split as a training job has it."""
    import train

    return train.load_data(folder, "cpu")[split][0].numpy()


def write_npz(path, **changes):
    """The small data set as a file, with arrays changed, or left out where None."""
    arrays = tiny_arrays() | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return str(path)


# ---- sklearn ------------------------------------------------------------------------------------


def test_wdbc_is_split_class_by_class_and_standardized_on_the_training_split(tmp_path):
    folder = prepared(tmp_path, kind="sklearn")
    splits, names, _ = load_all(folder)
    (train, train_labels), (val, val_labels) = splits["train"], splits["val"]
    assert (train.shape, val.shape) == ((455, 30), (114, 30))
    # 212 of the 569 are malignant; scikit-learn has them as class 0
    assert (train_labels.sum(), val_labels.sum()) == (170, 42)
    assert read_description(folder)["classes"] == ["benign", "malignant"]
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
    assert np.array_equal(load_split(one, "train")[1], 1 - load_split(other, "train")[1])
    assert read_description(other)["classes"] == ["malignant", "benign"]


# ---- npz ----------------------------------------------------------------------------------------


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
    assert np.array_equal(load_split(folder, "train")[1], 1 - tiny_arrays()["train_labels"][:, 0])


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
    "three classes": (
        {"val_labels": np.arange(20) % 3},
        "val_labels hold 0, 1, 2; a set of two classes has the labels 0 and 1",
    ),
    "one-hot": ({"val_labels": np.eye(2)[np.arange(20) % 2]}, "shape (20, 2); (n,) or (n, 1)"),
    "label text": ({"val_labels": np.array(["no", "yes"] * 10)}, "val_labels hold no, yes"),
    "one class": (
        {"train_labels": np.ones(50, int)},
        "train has 0 samples of class 0 and 50 of class 1; both classes are needed",
    ),
    "empty": (
        {"val_images": np.zeros((0, 5, 5), np.uint8), "val_labels": np.zeros(0, int)},
        "val has 0 samples of class 0 and 0 of class 1",
    ),
    "sizes": ({"val_images": np.zeros((20, 4, 4), np.uint8)}, "they must be alike"),
    "types": ({"val_images": np.zeros((20, 5, 5), np.uint16)}, "they must be alike"),
    "NaN": (NAN, "train[3] has values that are NaN or infinite"),
    "infinity": (INF, "val[7] has values that are NaN or infinite"),
    "above 1": (UNIT | {"val_images": UNIT["val_images"] * 255}, "must lie in [0, 1]"),
    "below 0": (UNIT | {"val_images": UNIT["val_images"] - 1}, "must lie in [0, 1]"),
    "huge": (UNIT | {"val_images": UNIT["val_images"] - 1e300}, "val[0] has values that are NaN"),
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
    folder = prepared(tmp_path, kind="npz", path=write_npz(tmp_path / "a.npz"))
    path = folder / "inputs.npy"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UserError, match=r"inputs.npy: damaged .*; delete it and run again"):
        load_split(folder, "val")
    np.save(path, np.zeros((60, 5, 5), np.uint8))
    with pytest.raises(UserError, match=r"inputs.npy: 60 rows, 70 expected"):
        load_split(folder, "val")
    (folder / "description.json").write_text("{")
    with pytest.raises(UserError, match=r"description.json: damaged"):
        load_split(folder, "val")


# ---- arrays -------------------------------------------------------------------------------------


def write_classes(folder, counts=(20, 30), shape=(6, 4), dtype=np.uint8):
    """normal.npy and pneumonia.npy, of distinct images."""
    generator = np.random.default_rng(1)
    files = {}
    for name, count in zip(("normal", "pneumonia"), counts):
        images = generator.integers(0, 255, (count, *shape)).astype(dtype)
        np.save(folder / f"{name}.npy", images)
        files[name] = str(folder / f"{name}.npy")
    return files


def test_two_arrays_are_split_class_by_class(tmp_path):
    files = write_classes(tmp_path)
    folder = prepared(tmp_path, kind="arrays", train=files, positive="pneumonia", test_share=0.1)
    splits, names, _ = load_all(folder)
    counts = {split: (len(labels), int(labels.sum())) for split, (_, labels) in splits.items()}
    assert counts == {"train": (35, 21), "val": (10, 6), "test": (5, 3)}
    arrays = {name: np.load(path) for name, path in files.items()}
    inputs = np.concatenate([pair[0] for pair in splits.values()])
    labels = np.concatenate([pair[1] for pair in splits.values()])
    for name, image, label in zip(names, inputs, labels):
        class_name, _, row = name.removeprefix("train/").partition("[")
        assert np.array_equal(image, arrays[class_name][int(row.rstrip("]"))])
        assert label == (class_name == "pneumonia")
    assert len(set(names)) == 50


def test_arrays_with_their_own_splits(tmp_path):
    files = write_classes(tmp_path)
    folder = prepared(tmp_path, kind="arrays", train=files, val=files, positive="normal")
    splits, _, _ = load_all(folder)
    assert [len(splits[split][1]) for split in ("train", "val")] == [50, 50]
    assert read_description(folder)["classes"] == ["pneumonia", "normal"]
    assert splits["train"][1].sum() == 20


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"positive": "sick"}, "positive is 'sick', but the classes are normal and pneumonia"),
        ({"val": {"healthy": "normal.npy"}}, "d.val: unknown class 'healthy'"),
        ({"val": {"normal": "normal.npy"}}, "val has 20 samples of class normal and 0 of class"),
        ({"train": {"normal": "normal.npy"}}, "1 classes, normal; a study needs exactly two"),
        ({"train": {"a": "a.npy", "b": "b.npy", "c": "c.npy"}}, "3 classes, a, b, c"),
        ({"train": {"normal": "no.npy"}}, "datasets.d.train.normal: there is no file"),
        ({"val_share": 0.5, "test_share": 0.5}, "leave nothing to train on"),
    ],
)
def test_bad_arrays_entries(entry, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = write_classes(tmp_path)
    for name in "abc":
        np.save(f"{name}.npy", np.zeros((3, 6, 4), np.uint8))
    with pytest.raises(UserError) as error:
        prepared(tmp_path, **({"kind": "arrays", "train": files, "positive": "pneumonia"} | entry))
    assert expected in str(error.value)


def test_bad_arrays_files(tmp_path):
    files = write_classes(tmp_path)
    entry = {"kind": "arrays", "train": files, "positive": "pneumonia"}
    for array, expected in (
        (np.zeros((30, 5, 5), np.uint8), "they must be alike"),
        (np.zeros(30, np.uint8), r"has shape \(30,\)"),
        (np.array([None] * 3), "pickled objects, which are not loaded"),
        (np.zeros((0, 6, 4), np.uint8), "0 positive samples to draw 2 splits from"),
        (np.zeros((1, 6, 4), np.uint8), "1 positive samples to draw 2 splits from"),
    ):
        np.save(tmp_path / "pneumonia.npy", array, allow_pickle=True)
        with pytest.raises(UserError, match=expected):
            prepared(tmp_path, **entry)
    (tmp_path / "pneumonia.npy").write_bytes((tmp_path / "normal.npy").read_bytes()[:300])
    with pytest.raises(UserError, match=r"pneumonia\.npy: cannot be read"):
        prepared(tmp_path, **entry)


# ---- folder -------------------------------------------------------------------------------------


def save_image(path, mode="L", size=(40, 30), value=100):
    """An image of one value, of `size` (width, height)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if mode == "I;16":
        Image.fromarray(np.full(size[::-1], value * 257, np.uint16)).save(path)
    else:
        colour = {"L": value, "RGB": (value,) * 3, "RGBA": (value,) * 3 + (255,), "1": value > 127}
        Image.new(mode, size, colour[mode]).save(path)


def write_folder(folder, splits=("",), count=6):
    """Images of both classes in each split; sizes and modes differ."""
    for split in splits:
        for class_name, value in (("NORMAL", 60), ("PNEUMONIA", 180)):
            for number in range(count):
                mode, suffix = (("L", "jpeg"), ("RGB", "JPG"), ("I;16", "png"))[number % 3]
                path = folder / split / class_name / f"person{number // 2}_{number}.{suffix}"
                save_image(path, mode, (20 + number, 30 - number), value)
    return {"kind": "folder", "path": str(folder), "size": [8, 10], "positive": "PNEUMONIA"}


def test_folders_are_made_grey_and_resized(tmp_path):
    folder = prepared(tmp_path, **write_folder(tmp_path / "x"))
    splits, names, _ = load_all(folder)
    inputs = np.concatenate([pair[0] for pair in splits.values()])
    labels = np.concatenate([pair[1] for pair in splits.values()])
    assert inputs.shape == (12, 8, 10) and inputs.dtype == np.uint8
    assert np.abs(inputs.astype(int) - np.where(labels, 180, 60)[:, None, None]).max() <= 1
    assert all(("PNEUMONIA" in name) == label for name, label in zip(names, labels))
    assert [len(pair[1]) for pair in splits.values()] == [9, 3]


def test_folders_with_splits_above(tmp_path):
    entry = write_folder(tmp_path / "x", ("train", "val", "test"))
    splits, names, _ = load_all(prepared(tmp_path, **entry))
    assert [(split, len(pair[1])) for split, pair in splits.items()] == [
        ("train", 12), ("val", 12), ("test", 12),
    ]  # fmt: skip
    assert all(name.startswith("val/") for name in names[12:24])


def test_an_image_is_averaged_when_it_is_made_smaller(tmp_path):
    board = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    for class_name in ("a", "b"):
        for number in range(2):
            path = tmp_path / "x" / class_name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(board).save(path)
    entry = {"kind": "folder", "path": str(tmp_path / "x"), "size": 8, "positive": "a"}
    inputs, _ = load_split(prepared(tmp_path, **entry, val_share=0.5), "train")
    assert np.abs(inputs.astype(int) - 127).max() <= 6


def test_orientation_noted_in_a_file_is_applied(tmp_path):
    entry = write_folder(tmp_path / "x", count=2) | {"size": [2, 4], "val_share": 0.5}
    image = Image.fromarray(
        np.repeat(np.array([[0, 250]], np.uint8), 20, axis=1).repeat(20, axis=0)
    )
    exif = Image.Exif()
    exif[0x0112] = 3  # turned by 180 degrees
    for path in (tmp_path / "x").rglob("*.*"):
        image.save(path, exif=exif) if path.suffix == ".jpeg" else image.save(path)
    splits, names, _ = load_all(prepared(tmp_path, **entry))
    inputs = np.concatenate([pair[0] for pair in splits.values()]).astype(int)
    for name, picture in zip(names, inputs):
        assert (picture[0, 0] > 200) == name.endswith(".jpeg")


def test_bad_folders_are_named(tmp_path):
    entry = write_folder(tmp_path / "x")
    broken = tmp_path / "x" / "NORMAL" / "broken.png"
    for content in (b"", b"no image", (tmp_path / "x/NORMAL/person1_2.png").read_bytes()[:60]):
        broken.write_bytes(content)
        with pytest.raises(UserError, match=r"NORMAL/broken\.png: cannot be decoded"):
            prepared(tmp_path, **entry)
    broken.unlink()
    save_image(tmp_path / "x" / "stray.png")
    with pytest.raises(UserError, match=r"stray\.png is not in the folder of a class"):
        prepared(tmp_path, **entry)
    (tmp_path / "x" / "stray.png").unlink()
    save_image(tmp_path / "outside.png")
    (tmp_path / "x" / "NORMAL" / "link.png").symlink_to(tmp_path / "outside.png")
    with pytest.raises(UserError, match=r"link\.png is a link that leads outside"):
        prepared(tmp_path, **entry)
    (tmp_path / "x" / "NORMAL" / "link.png").unlink()
    save_image(tmp_path / "x" / "COVID" / "1.png")
    with pytest.raises(
        UserError, match="3 classes, COVID, NORMAL, PNEUMONIA; a study needs exactly"
    ):
        prepared(tmp_path, **entry)
    with pytest.raises(UserError, match="there is no folder"):
        prepared(tmp_path, **entry | {"path": str(tmp_path / "nowhere")})
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="has no PNG or JPEG below it"):
        prepared(tmp_path, **entry | {"path": str(tmp_path / "empty")})
    with pytest.raises(UserError, match="is a file, not a folder; an archive must be unpacked"):
        prepared(tmp_path, **entry | {"path": str(tmp_path / "outside.png")})


def test_hidden_and_other_files_are_left_out(tmp_path):
    entry = write_folder(tmp_path / "x")
    for name in (".DS_Store", "._person0.png", "notes.txt"):
        (tmp_path / "x" / "NORMAL" / name).write_text("")
    assert len(load_all(prepared(tmp_path, **entry))[1]) == 12


# ---- What is noticed ----------------------------------------------------------------------------


def test_source_is_known_by_its_content(tmp_path):
    entry = write_folder(tmp_path / "x")
    cache = tmp_path / "cache.json"
    first = source_digest("d", entry, cache)
    assert source_digest("d", entry, cache) == first
    (tmp_path / "x").rename(tmp_path / "y")
    moved = entry | {"path": str(tmp_path / "y")}
    assert source_digest("d", moved, cache) == first
    image = tmp_path / "y" / "NORMAL" / "person0_0.jpeg"
    content, status = image.read_bytes(), image.stat()
    image.write_bytes(content[:-3] + bytes([content[-3] ^ 1]) + content[-2:])
    import os

    os.utime(image, ns=(status.st_atime_ns, status.st_mtime_ns))  # the same size and time
    assert source_digest("d", moved, cache) != first
    image.write_bytes(content)
    assert source_digest("d", moved, cache) == first
    image.rename(image.with_name("person9_0.jpeg"))
    assert source_digest("d", moved, cache) != first
    assert source_digest("d", moved | {"size": 9}, cache) != first


def test_medmnist_is_known_by_its_published_digest(tmp_path):
    entry = {"kind": "medmnist", "name": "pneumoniamnist", "size": 28}
    assert locate("d", entry) == {}
    first = source_digest("d", entry, tmp_path / "cache.json")
    other_place = entry | {"url": "http://localhost/x", "cache": "/somewhere"}
    assert source_digest("d", other_place, tmp_path / "cache.json") == first
    assert source_digest("d", entry | {"size": 64}, tmp_path / "cache.json") != first
    with pytest.raises(UserError, match="nodulemnist3d has the sizes 28, 64"):
        source_digest("d", entry | {"name": "nodulemnist3d", "size": 224}, tmp_path / "c")
