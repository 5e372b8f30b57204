"""Data sets of one array a class are read, checked and split."""

import re

import numpy as np
import pytest
from data_sources import prepared, scaled, write_classes

from study.data.prepared import load_all, read_description
from study.store.errors import UserError


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


def test_samples_that_may_be_along_the_last_axis_are_said(tmp_path):
    train = {}
    for name in ("a", "b"):
        train[name] = str(tmp_path / f"{name}.npy")
        np.save(train[name], np.random.default_rng(0).integers(0, 256, (8, 8, 20), np.uint8))
    description = read_description(prepared(tmp_path, kind="arrays", train=train, positive="b"))
    assert description["decided"] == [
        "Arrays of shape (8, 8, 20) were read as 8 samples of (8, 20); if samples are along the"
        " last axis, save np.moveaxis(array, -1, 0)."
    ]


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((9, 9, 3, 20), "9 samples of (9, 3, 20); if samples are along the last axis"),
        ((9, 9, 3), "9 samples of (9, 3); if they are one image in colour"),
        ((9, 64), "9 samples of (64,), with unordered features; if they are images"),
        ((20, 8, 8, 2), "20 samples of (8, 8, 2), as volumes; if the last axis holds channels"),
        ((20, 8, 8, 5), "20 samples of (8, 8, 5), as volumes; if the last axis holds channels"),
        ((20, 2, 8, 8), "20 samples of (2, 8, 8), as volumes; if the second axis holds channels"),
        ((20, 4, 8, 8), "20 samples of (4, 8, 8), as volumes; if the second axis holds channels"),
        ((20, 8, 8, 3), None),
        ((20, 4, 8, 3), None),
        ((9, 9, 9), None),
        ((20, 8, 8), None),
    ],
)
def test_what_shapes_may_mean_is_said(tmp_path, shape, said):
    files = write_classes(tmp_path, counts=(shape[0],) * 2, shape=shape[1:])
    entry = {"kind": "arrays", "train": files, "positive": "normal"}
    decided = read_description(prepared(tmp_path, **entry)).get("decided", [])
    if said:
        assert len(decided) == 1
        assert decided[0].startswith(f"Arrays of shape {shape} were read as {said}")
    else:
        assert decided == []


@pytest.mark.parametrize(
    ("shape", "read", "said"),
    [
        ((1, 6, 4, 3), (6, 4, 3), "have an axis of length 1 and are read as (6, 4, 3)."),
        ((1, 6, 4, 1), (6, 4), "have one channel and are read as (6, 4)."),
    ],
)
def test_axes_of_1_are_left_out(tmp_path, shape, read, said):
    files = write_classes(tmp_path, shape=shape)
    folder = prepared(tmp_path, kind="arrays", train=files, positive="normal")
    splits, names, _ = load_all(folder)
    inputs = np.concatenate([pair[0] for pair in splits.values()])
    image = np.load(files["normal"])[3].reshape(read)
    assert np.array_equal(inputs[names.index("train/normal[3]")], image)
    assert read_description(folder)["decided"][0] == f"images of shape {shape} {said}"


def test_samples_of_the_last_axis_are_thought_of_where_classes_differ_in_it(tmp_path):
    files = write_classes(tmp_path, counts=(8, 8), shape=(9, 20))
    np.save(files["normal"], np.zeros((8, 9, 30), np.uint8))
    with pytest.raises(UserError, match=r"must match; if samples are along the last axis, save"):
        prepared(tmp_path, kind="arrays", train=files, positive="normal")
    np.save(files["normal"], np.zeros((8, 20), np.uint8))
    with pytest.raises(UserError, match=r"must match$"):
        prepared(tmp_path, kind="arrays", train=files, positive="normal")


def test_bytes_in_another_order_are_read(tmp_path):
    """torch takes only the machine's order."""
    files = write_classes(tmp_path, dtype=np.uint16)
    images = {name: np.load(path) * 257 for name, path in files.items()}
    for name, order in (("normal", ">u2"), ("pneumonia", "<u2")):
        np.save(files[name], images[name].astype(order))
    folder = prepared(tmp_path, kind="arrays", train=files, positive="pneumonia")
    splits, names, _ = load_all(folder)
    inputs = np.concatenate([pair[0] for pair in splits.values()])
    assert inputs.dtype == np.dtype("=u2")
    assert np.array_equal(inputs[names.index("train/normal[3]")], images["normal"][3])


def test_a_declared_range_of_which_next_to_nothing_is_used_is_refused(tmp_path):
    files = write_classes(tmp_path, dtype=np.float32)
    for path in files.values():
        np.save(path, np.load(path) / 255)
    entry = {"kind": "arrays", "train": files, "positive": "normal"}
    with pytest.raises(
        UserError,
        match=r"all values are from 0 to 0\.99.*, a tiny part of `range`, 0 to 255",
    ):
        prepared(tmp_path, **entry, range=[0, 255])
    assert prepared(tmp_path, **entry, range=[0, 255], normalize="standardize")
    folder = prepared(tmp_path, **entry, range=[0, 2])
    assert not any("`range`" in told for told in read_description(folder)["decided"])


def test_a_declared_range_of_which_little_is_used_is_noted(tmp_path):
    files = write_classes(tmp_path, dtype=np.uint16)
    entry = {"kind": "arrays", "train": files, "positive": "normal"}
    described = read_description(prepared(tmp_path, **entry, range=[0, 4095]))
    (sentence,) = [told for told in described["decided"] if "`range`" in told]
    assert re.fullmatch(
        r"All values are from \d+ to 25\d, but `range` says 0 to 4095: the images use 6% of it.",
        sentence,
    )


def test_a_file_that_is_called_as_another_class_is_said(tmp_path):
    paths = write_classes(tmp_path)
    val = {}
    for name, other in (("normal", "pneumonia"), ("pneumonia", "normal")):
        val[name] = str(tmp_path / f"val_{other}.npy")
        np.save(val[name], np.load(paths[other]))
    entry = {"kind": "arrays", "train": paths, "val": val, "positive": "pneumonia"}
    decided = read_description(prepared(tmp_path, **entry))["decided"]
    assert f"{val['normal']} is given for normal, but its name says pneumonia." in decided
    assert sum("its name says" in told for told in decided) == 2


def test_booleans_are_refused_with_what_to_save(tmp_path):
    """What the message says is then read."""
    files = write_classes(tmp_path)
    for path in files.values():
        np.save(path, np.load(path) > 127)
    entry = {"kind": "arrays", "train": files, "positive": "normal"}
    for name, path in files.items():
        with pytest.raises(UserError) as error:
            prepared(tmp_path, **entry)
        assert str(error.value) == (
            f"datasets.d: train/{name}: images are booleans; save"
            ' images.astype("uint8"), of 0 and 1, and write `range: [0, 1]`'
        )
        np.save(path, np.load(path).astype("uint8"))
    folder = prepared(tmp_path, **entry, range=[0, 1])
    assert {*np.unique(scaled(folder, "train"))} == {0, 1}


def test_a_pointer_of_git_lfs_is_no_array(tmp_path):
    files = write_classes(tmp_path)
    (tmp_path / "normal.npy").write_text("version https://git-lfs.github.com/spec/v1\noid x\n")
    with pytest.raises(UserError, match=r"normal\.npy: is a Git LFS pointer, .*`git lfs pull`"):
        prepared(tmp_path, kind="arrays", train=files, positive="normal")


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
        ({"train": {"normal": "normal.npy"}}, "1 class, normal; a study needs from two to 127"),
        ({"positive": None}, "missing `positive`; say which of the classes normal and pneumonia"),
        (
            {"train": {"a": "a.npy", "b": "b.npy", "c": "c.npy"}, "positive": "b"},
            "datasets.d: positive is for two classes, but there are 3; leave it out",
        ),
        (
            {"train": {"normal": "no.npy", "pneumonia": "a.npy"}},
            "datasets.d.train.normal: there is no file",
        ),
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
        (np.zeros((30, 5, 5), np.uint8), "they must match"),
        (np.zeros(30, np.uint8), r"has shape \(30,\)"),
        (np.array([None] * 3), "pickled objects, which are not loaded"),
        (np.zeros((0, 6, 4), np.uint8), "0 positive samples for 2 splits"),
        (np.zeros((1, 6, 4), np.uint8), "1 positive samples for 2 splits"),
    ):
        np.save(tmp_path / "pneumonia.npy", array, allow_pickle=True)
        with pytest.raises(UserError, match=expected):
            prepared(tmp_path, **entry)
    (tmp_path / "pneumonia.npy").write_bytes((tmp_path / "normal.npy").read_bytes()[:300])
    with pytest.raises(UserError, match=r"pneumonia\.npy: cannot be read"):
        prepared(tmp_path, **entry)
