"""Data sets of one array a class are read, checked and split."""

import numpy as np
import pytest
from data_sources import prepared, write_classes

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
        ({"train": {"normal": "normal.npy"}}, "1 classes, normal; a study needs from two to 127"),
        ({"positive": None}, "missing positive, which of the two classes normal and pneumonia"),
        (
            {"train": {"a": "a.npy", "b": "b.npy", "c": "c.npy"}, "positive": "b"},
            "datasets.d: positive is for two classes, and there are 3; leave it out",
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
