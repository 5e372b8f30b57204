"""Which folders are classes, and which are parts or copies of one."""

import os
import re

import numpy as np
import pytest
import yaml
from data_sources import prepared, save_image, write_folder
from image_names import CLASSES, laid_out

from study.data.folder import find_images
from study.data.prepared import load_all, read_description
from study.store.errors import UserError


@pytest.mark.parametrize(
    ("folders", "message"),
    {
        ("benign_test", "benign_train", "malignant_test", "malignant_train"): (
            "benign_test and benign_train are .* as in train/benign and test/benign, or .*s: none`"
        ),
        ("Test-Ill", "TrainWell", "trainIll"): "Test-Ill and trainIll .* train/Ill and test/Ill",
        ("ill", "ill_val", "well"): "ill and ill_val are named like one .* train/ill and val/ill",
        ("train/ill", "train/ill_dev"): 'ill and ill_dev are .* write `images: "\\*\\*"`',
        ("ill", "ill_augmented", "well", "well_augmented"): (
            'ill and ill_aug.* except for augmented, .* `images: "!\\*_augmented/\\*\\*"`, or'
            " .*none"
        ),
        ("aug ill", "aug well", "ill", "well"): '`images: "!aug \\*/\\*\\*"`',
        ("ill_cropped", "ill_original", "well"): '"!\\*_cropped/\\*\\*"',
        ("ill", "ill (1)", "well"): r'except for \(1\), .*"!\* \(1\)/\*\*"',
        ("ill_rotated90", "ill_rotated_180", "well"): '"!\\*_rotated_180/\\*\\*"',
        ("new[1]", "old 1", "1", "ill"): r'`images: \["!new\[\[\]1\]/\*\*", "!old 1/\*\*"\]`',
        ("train/ill", "train/illCopy", "train/x"): 'images: "!\\*/illCopy/\\*\\*"`, or .*"\\*\\*"`',
        ("ill", "ill - Kopie", "x"): 'images: "!\\* - Kopie/\\*\\*"`',
        ("fold0", "fold1", "fold2"): "fold0, fold1 and fold2 are named like parts of .*s: none`",
        ("Set_A", "Set_B", "x"): "Set_A and Set_B are named like parts",
        (
            "Copy of ill",
            "ill",
            "well",
        ): "Copy of ill and ill have the same name except for Copy of, as",
        (
            "New folder (2)",
            "ill",
            "well",
        ): 'New folder .* unlikely .* `images: "!New folder \\(2\\)/',
        ("train/a", "train/b", "train/unlabelled"): '"!\\*/unlabelled/\\*\\*"`, or .*"\\*\\*"`',
        ("seg_pred", "ill", "well"): "seg_pred is unlikely to be a class",
        ("Trash", "ill", "well"): "Trash is unlikely to be a class",
        ("GradCAM", "ill", "well"): "GradCAM is unlikely to be a class",
        ("新建文件夹 (2)", "ill", "well"): "新建文件夹 .* is unlikely to be a class",
        tuple(
            f"patient{n:03}" for n in range(5)
        ): "patient004 are named like patients, not like cl",
        tuple(
            f"Subject_{n}" for n in range(3, 9)
        ): "are named like patients, not like classes; put",
        tuple(f"train/{n}" for n in range(1000, 1005)): r'1004 are named like p.* "\*\*"`',
        tuple(
            f"2024-01-{n}" for n in range(8, 13)
        ): "2024-01-9 are named like dates, not like clas",
        (
            "ill-20240301T101010Z-001",
            "ill-20240301T101010Z-002",
            "x",
        ): "Drive; .* per class: ill, or",
        ("a-20240301T101010Z-001", "b-20240301T101010Z-001"): (
            "partial downloads .* per class: a and b, or w"
        ),
        ("HAM_images_part_1", "HAM_images_part_2", "x"): "part_1 and HAM_images_part_2 are named",
        (
            "images_001",
            "images_002",
        ): r"named like folders that store images \(images\), not like classes",
        ("X scan (1)", "X scan (2)"): r"named like folders that store images \(x scan\)",
        ("data", "data2"): "data and data2 are named like folders that store",
        (
            "100APPLE",
            "101APPLE",
        ): "101APPLE are named like the folders of a camera, not like classes",
        ("100CANON", "100MEDIA", "202403__"): "202403__ are named like the folders of a camera",
        ("Subject_1", "Subject_2"): "Subject_2 are named like patients, not like classes",
        ("2024-03-01", "2024-03-02"): "2024-03-02 are named like dates, not like classes",
        ("20240301_101500", "20240302"): "20240302 are named like dates, not like classes",
    }.items(),
)
def test_parts_and_copies_of_classes_are_refused(tmp_path, folders, message):
    names = [f"{folder}/{place}.png" for place, folder in enumerate(folders)]
    with pytest.raises(UserError, match=message) as caught:
        laid_out(tmp_path, *names)
    text = str(caught.value)
    last = yaml.safe_load(re.findall(r"`([^`]*)`", text)[-1])  # if all are classes
    assert len(laid_out(tmp_path, **last).classes) == len(folders)
    if "leave the copies out" in text or "leave it out" in text:
        first = yaml.safe_load(re.findall(r"`([^`]*)`", text)[0])
        assert len(laid_out(tmp_path, **first).classes) < len(folders)


@pytest.mark.parametrize(
    "folders",
    [
        ("grade_1", "grade_2"),
        ("type1", "type 1b", "type2"),
        ("class0", "class1"),
        ("stage_II", "stage_III", "level2"),
        ("stage (1)", "stage (2)"),
        ("old", "new", "original"),
        ("black", "black_rot"),
        ("CD4+", "CD4-", "CD4"),
        ("test_positive", "test_negative"),
        ("set1", "parts"),
        ("label_0", "label_1"),
        ("predicted", "mask_1"),
        ("tempo", "figure", "backup_power", "not ignored"),
        tuple(f"KL_{n}" for n in range(5)),
        tuple(f"c{n}" for n in range(10)),
        tuple(map(str, range(10))),
        ("case1", "case2", "case3", "case4", "well"),
        ("images_ill", "images_well"),
        ("ill_images_1", "well_images_1"),
        ("type_images_1", "type_images_2"),
        ("100 grams", "200 grams"),
        ("100APPLE", "apple"),
        ("2024-03-01", "well"),
        ("0.5-10-20", "0.5-10-30"),
        ("person1", "person2"),
        ("1-2", "12", "1 to 2"),
    ],
)
def test_usual_names_of_classes_are_none_of_parts(tmp_path, folders):
    names = [f"{folder}/{place}.png" for place, folder in enumerate(folders)]
    layout = laid_out(tmp_path, *names)
    assert (layout.classes, layout.decided) == (sorted(folders), [])


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("cat", "cats", True),
        ("Malignant", "malignent", True),
        ("squamous cell", "squamous cells", True),
        ("benign", "bening", False),
        ("grade1", "grade2", False),
        ("type_a", "type_b", False),
        ("typeA", "typeB", False),
        ("stage II", "stage III", False),
        ("typical", "atypical", False),
        ("ab", "abs", False),
    ],
)
def test_classes_that_differ_in_a_letter_are_said(tmp_path, one, other, said):
    decided = laid_out(tmp_path, f"{one}/1.png", f"{other}/2.png", "well/3.png").decided
    first, second = sorted((one, other))
    sentence = f"Classes whose names differ in one letter were treated as different: {first} and"
    assert [text.startswith(f"{sentence} {second};") for text in decided] == [True] * said


@pytest.mark.parametrize(
    ("one", "other"),
    [("covid-19", "covid_19"), ("Covid 19", "covid19"), ("typeA", "type_a"), ("1-2", "1_2")],
)
def test_classes_that_differ_in_hyphens_or_blanks_alone_are_refused(tmp_path, one, other):
    first, second = sorted((one, other))
    with pytest.raises(UserError, match=f"the folders '{first}' and '{second}' differ only in"):
        laid_out(tmp_path, f"{one}/1.png", f"{other}/2.png", "well/3.png")


def test_classes_with_the_numbers_of_all_others_are_no_copies_of_them(tmp_path):
    names = ("a/1.png", "another/2.png", "c/1.png", "c/2.png")  # of the sizes of their names
    assert laid_out(tmp_path, *names).classes == ["a", "another", "c"]


def test_folders_of_patients_are_read(tmp_path):
    """Numbered ones may have files of the same names."""
    names = ("a/patient7/1.png", "a/patient12/1.png", "b/patient7/1.png", "b/patient12/2.png")
    assert len(laid_out(tmp_path, *names, "a/patient8/2.png").images) == 5
    names = ("a/3f2a-1/1.png", "a/91bc-2/1.png", "b/P01/1.png", "b/P02b/1.png")
    assert len(laid_out(tmp_path / "codes", *names).images) == 4
    with pytest.raises(UserError, match="b/P01 and b/photo1 have files with the same names"):
        laid_out(tmp_path / "codes", "b/photo1/1.png")
    names = ("a/Ann/1.png", "a/Bo/2.png", "b/Cy/1.png")
    assert len(laid_out(tmp_path / "named", *names).images) == 3


def test_names_are_compared_as_they_look(tmp_path):
    """The folder is NFD, as macOS writes it, and the configuration NFC, as keyboards do."""
    for number in range(4):
        save_image(tmp_path / "x" / "Me\u0301nie\u0300re" / f"{number}.png", value=10 * number)
        save_image(tmp_path / "x" / "healthy" / f"{number}.png", value=100 + number)
    entry = {"kind": "folder", "path": str(tmp_path / "x"), "size": 4, "val_share": 0.5}
    folder = prepared(tmp_path, **entry, positive="M\u00e9ni\u00e8re")
    assert read_description(folder)["classes"] == ["healthy", "M\u00e9ni\u00e8re"]
    assert "M\u00e9ni\u00e8re/0.png" in load_all(folder)[1]
    labels = np.concatenate([pair[1] for pair in load_all(folder)[0].values()])
    assert labels.sum() == 4
    save_image(tmp_path / "x" / "M\u00e9ni\u00e8re" / "9.png")
    with pytest.raises(UserError, match="exists twice, its name written in two ways"):
        find_images("d", entry)


def test_names_that_cannot_be_written_are_named(tmp_path):
    laid_out(tmp_path, *CLASSES)
    for name in (b"M\xe9.png", b"\xff.png"):
        with open(os.fsencode(tmp_path / "x" / "a") + b"/" + name, "wb"):
            pass
    with pytest.raises(UserError, match=r"a/M\\xe9\.png \(and 1 more\) has a name that is not UTF"):
        laid_out(tmp_path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"splits": "no"},
        {"splits": {"test": "Test"}},
        {"splits": {"train": "a//b"}},
        {"splits": {"train": "a/.."}},
        {"images": "/a/*"},
        {"images": "../*"},
        {"images": "a\\*"},
        {"images": []},
        {"images": ["*/*", ""]},
    ],
)
def test_keys_of_a_folder_are_checked(tmp_path, wrong):
    entry = write_folder(tmp_path / "x", count=2) | wrong
    (key,) = wrong
    with pytest.raises(
        UserError, match=rf"datasets\.d\.{key}.*(is not valid|unknown|too short|non-)"
    ):
        prepared(tmp_path, **entry)


def test_patterns_answer_which_files_are_images_and_not_which_folders_are_classes(tmp_path):
    names = ("ill/1.png", "ill_val/2.png", "well/1.png")
    with pytest.raises(UserError, match=r"ill and ill_val .* `splits: none`"):
        laid_out(tmp_path, *names, images="**")
    assert len(laid_out(tmp_path, images="**", splits="none").classes) == 3
    names = [f"train/{name}" for name in ("ill/1.png", "ill_old/2.png", "well/1.png", "well/2.png")]
    with pytest.raises(UserError, match="ill and ill_old") as error:
        laid_out(tmp_path / "splits", *names, images="!train/well/2.png")
    written = yaml.safe_load(re.findall("`([^`]*)`", str(error.value))[-1])
    assert written == {"images": ["**", "!train/well/2.png"]}
    assert list(laid_out(tmp_path / "splits", **written).images) == names[:3]
