"""Which folders are splits, and which are refused because they may be none."""

import re

import pytest
import yaml
from data_sources import prepared, write_folder
from image_names import CLASSES, below, laid_out

from study.data.limits import refuse_shares
from study.data.prepared import load_all, read_description
from study.data.split_folders import find_splits
from study.store.errors import UserError


@pytest.mark.parametrize(
    ("folders", "splits"),
    {
        ("train", "valid", "test"): ["train", "val", "test"],
        ("Training", "Testing"): ["train", "test"],
        ("Train", "Val", "Test"): ["train", "val", "test"],
        ("training_set", "test_set"): ["train", "test"],
        ("train-images", "validation"): ["train", "val"],
        ("TRAIN",): ["train"],
    }.items(),
)
def test_the_usual_names_of_splits_are_taken(tmp_path, folders, splits):
    layout = laid_out(tmp_path, *below(*folders))
    assert layout.splits == dict(zip(splits, folders)) and layout.classes == ["a", "b"]
    (sentence,) = layout.decided
    for split, folder in layout.splits.items():
        assert (f"{folder} is {split}" in sentence) == (folder != split)


def test_folders_with_the_names_of_splits_say_nothing_more(tmp_path):
    layout = laid_out(tmp_path, *below("train", "test"))
    assert (layout.splits, layout.decided) == ({"train": "train", "test": "test"}, [])


def test_which_folders_are_splits_can_be_said(tmp_path):
    names = below("Set1", "Set2")
    layout = laid_out(tmp_path, *names, splits={"train": "Set2", "val": "Set1"})
    assert layout.splits == {"train": "Set2", "val": "Set1"}
    with pytest.raises(UserError, match="test is Set3, but there are only Set1 and Set2"):
        laid_out(tmp_path, splits={"train": "Set1", "test": "Set3"})
    with pytest.raises(UserError, match="one folder for two of train and test"):
        laid_out(tmp_path, splits={"train": "Set1", "test": "Set1"})
    layout = laid_out(tmp_path / "classes", "Test/1.png", "Train/1.png", splits="none")
    assert (layout.splits, layout.classes) == ({}, ["Test", "Train"])


@pytest.mark.parametrize(
    ("names", "message"),
    {
        (*below("train"), "extra/1.png"): "train is a split, and extra is not; .*`splits: none`",
        (*below("train"), "extra/"): "train is a split, and extra is not",
        ("test/1.png", "control/1.png"): "test is a split, and control is not",
        tuple(below("train", "val", "valid")): "val and valid are both named like val",
        tuple(below("valid", "test")): r"has valid, test but no train; .*`splits: \{train: Tr",
        (*below("train", "val"), "val/c/1.png"): "there is val/c but no train/c; every split",
        (*below("train"), "val/a/1.png", "val/B/1.png"): "there is val/B but no train/B;",
        (*below("train"), "val/"): "there is train/a but no val/a",
        (
            "Train/1.png",
            "Test/1.png",
        ): r"Test/1\.png is not in the folder of a class, nor is any other image; .*: none` if",
        ("ill\u200b/1.png", "ill/1.png"): r"'ill' and 'ill\\u200b' differ only in capital let",
        ("Ill/1.png", "ill/1.png"): "the folders 'Ill' and 'ill' differ only in capital",
        ("a/train/1.png", "a/test/2.png", "b/1.png"): "a/te.* is a split below a class",
    }.items(),
)
def test_splits_that_may_be_none_are_refused(tmp_path, names, message):
    with pytest.raises(UserError, match=message):
        laid_out(tmp_path, *names)


def test_splits_that_are_called_otherwise_are_prepared_as_such(tmp_path):
    entry = write_folder(tmp_path / "x", ("Training", "valid"))
    folder = prepared(tmp_path, **entry)
    splits, names, _ = load_all(folder)
    assert [(split, len(labels)) for split, (_, labels) in splits.items()] == [
        ("train", 12), ("val", 12),
    ]  # fmt: skip
    assert all(name.startswith("valid/") for name in names[12:])
    decided = ["Folders were taken as splits: Training is train, valid is val."]
    assert read_description(folder)["decided"][: len(decided)] == decided
    refuse_shares("d", entry | {"val_share": 0.6, "test_share": 0.4})  # one of which is not drawn
    plain = prepared(tmp_path / "plain", **write_folder(tmp_path / "plain" / "x"))
    assert decided[0] not in read_description(plain)["decided"]


def test_folders_of_a_split_in_one_of_the_same_are_named_by_their_paths(tmp_path):
    names = [f"seg_{split}/seg_{split}/{name}" for split in ("test", "train") for name in CLASSES]
    with pytest.raises(UserError, match="seg_train and seg_test are splits, and seg_pred is") as no:
        laid_out(tmp_path, *names, "seg_pred/seg_pred/1.png")
    images = yaml.safe_load(re.search("`(images.*?)`", str(no.value))[1])
    with pytest.raises(
        UserError, match="seg_train and seg_test there is another folder of the same"
    ) as no:
        laid_out(tmp_path, **images)
    entry = images | yaml.safe_load(re.search("`(.*)`", str(no.value))[1])
    layout = laid_out(tmp_path, **entry)
    assert layout.splits == {"train": "seg_train/seg_train", "test": "seg_test/seg_test"}
    assert (layout.classes, [*layout.images]) == (["a", "b"], names)
    with pytest.raises(UserError, match="several depths, seg_train and seg_test/seg_test; put"):
        laid_out(tmp_path, splits={"train": "seg_train", "test": "seg_test/seg_test"})


def test_splits_in_folders_of_their_own_are_prepared(tmp_path):
    entry = write_folder(tmp_path / "x", ("one/Train", "two/Test"))
    splits = {"train": "one/Train", "test": "two/Test"}
    prepared_splits, names, _ = load_all(prepared(tmp_path, **entry, splits=splits))
    labels = {split: labels.tolist() for split, (_, labels) in prepared_splits.items()}
    assert labels["test"] == [0] * 6 + [1] * 6
    assert all(name.startswith("two/Test/") for name in names[-12:])
    assert sum(labels["train"] + labels["val"]) == 6


def test_the_advice_names_the_split_that_was_forgotten():
    every = ["Training", "Testing", "Validation"]
    declared = {"train": "Training", "test": "Testing"}
    with pytest.raises(UserError) as error:
        find_splits("d", declared, every)
    assert "`splits: {train: Training, test: Testing, val: Validation}`" in str(error.value)
