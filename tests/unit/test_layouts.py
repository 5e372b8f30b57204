"""Which files below a folder are images of which split and class, and what is said of the rest."""

import os
import re
import shutil

import numpy as np
import pytest
import yaml
from data_sources import prepared, save_image, write_folder
from PIL import Image

from study.data.folder import find_images
from study.data.groups import read_groups
from study.data.limits import refuse_shares
from study.data.prepared import load_all, read_description
from study.data.split_folders import find_splits
from study.store.errors import UserError

CLASSES = ("a/1.png", "a/2.png", "b/1.png", "b/2.png")


def laid_out(folder, *names, **entry):
    """The layout of a folder `x` with files of such names, which are images by their names alone.

    A name that ends in `/` is an empty folder.
    """
    for name in names:
        path = folder / "x" / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_text(name)
    return find_images("d", {"kind": "folder", "path": str(folder / "x"), "size": 8, **entry})


def below(*tops, names=CLASSES):
    return [f"{top}/{name}" for top in tops for name in names]


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


def test_what_systems_leave_behind_is_skipped_and_listed(tmp_path):
    layout = laid_out(
        tmp_path,
        *below("train", "test"),
        *("__MACOSX/train/a/._1.png", "train/Thumbs.db", "train/a/.DS_Store", ".DS_Store"),
        *("train/@eaDir/1.png/SYNO.png", "test/a/._1.png", "test/.ipynb_checkpoints/1.png"),
        *("README.md", "train/labels.csv", "test/a/1.txt", "test/a/2.txt", "LICENSE"),
    )
    assert list(layout.images) == sorted(below("train", "test"))
    assert layout.decided == [
        "Files with other extensions were left out: 2 .txt, 1 without an extension, 1 .md, 1 .csv.",
        "What systems and programs leave behind was left out: 2 .DS_Store, __MACOSX,"
        " .ipynb_checkpoints, ._*, @eaDir, ….",
    ]


def test_a_folder_with_the_same_images_again_is_left_out(tmp_path):
    names = below("train", "test")
    laid_out(tmp_path, *names)
    shutil.copytree(tmp_path / "x", tmp_path / "again")
    (tmp_path / "again").rename(tmp_path / "x" / "x")
    layout = laid_out(tmp_path)
    assert list(layout.images) == sorted(names)
    assert layout.decided == [
        "The folder x was left out: it repeats 8 of the images, judging by their names and sizes."
    ]


def test_a_folder_with_other_images_again_is_refused(tmp_path):
    names = below("train", "test")
    laid_out(tmp_path, *names)
    for name in names:
        path = tmp_path / "x" / "again" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("other")
    with pytest.raises(UserError, match="train and test are splits, and again is not"):
        laid_out(tmp_path)
    with pytest.raises(UserError, match="y/a is named like a class but lies in the folder of"):
        laid_out(tmp_path / "classes", *CLASSES, "y/a/3.png", "y/b/3.png")
    with pytest.raises(UserError, match=r"y is the only folder of a class; .* `path: …/y`"):
        laid_out(tmp_path / "one", *below("y"))


def test_links_are_followed_and_listed(tmp_path):
    laid_out(tmp_path / "elsewhere", *CLASSES, "c/1.png")
    root, other = tmp_path / "x", tmp_path / "elsewhere" / "x"
    (root / "train").mkdir(parents=True)
    (root / "train" / "a").symlink_to(other / "a")
    (root / "train" / "b").mkdir()
    (root / "train" / "b" / "5.png").symlink_to(other / "b" / "1.png")
    (root / "val").symlink_to(other)
    with pytest.raises(UserError, match="val/a leads to the same folder as train/a"):
        laid_out(tmp_path)
    (root / "val").unlink()
    laid_out(tmp_path / "more", "a/7.png", "b/8.png")
    (root / "val").symlink_to(tmp_path / "more" / "x")
    layout = laid_out(tmp_path)
    assert list(layout.images) == [
        "train/a/1.png", "train/a/2.png", "train/b/5.png", "val/a/7.png", "val/b/8.png",
    ]  # fmt: skip
    assert layout.decided == ["Links were followed: train/a, val and train/b/5.png."]
    (root / "train" / "b" / "up").symlink_to(root)
    with pytest.raises(UserError, match="train/b/up leads to the same folder as the folder itself"):
        laid_out(tmp_path)
    (root / "train" / "b" / "up").unlink()
    (root / "train" / "b" / "6.png").symlink_to(root / "nowhere")
    (root / "train" / "b" / "self").symlink_to(root / "train" / "b" / "self")
    with pytest.raises(UserError, match=r"train/b/6\.png \(and 1 more\) is neither a fi"):
        laid_out(tmp_path)


@pytest.mark.parametrize(
    ("names", "message"),
    {
        ("c/",): "c holds no image that is read; put",
        ("c/1.dcm", "c/2.dcm", "c/x.txt"): "c holds no image that is read, but 2 .dcm, 1 .txt",
        ("b/3.DCM", "b/4.nii.gz"): r"1 \.dcm, 1 \.nii\.gz cannot be read, such as b/3\.DCM;",
        ("3.png",): '3.png is not in the folder of a class; put it in one, or .*"!\\*"`$',
    }.items(),
)
def test_what_would_be_missing_is_named(tmp_path, names, message):
    with pytest.raises(UserError, match=message):
        laid_out(tmp_path, *CLASSES, *names)
    if "c/" not in names[0]:  # who says which files are read may leave out others
        assert len(laid_out(tmp_path, images="*/*").images) == 4


@pytest.mark.parametrize("suffix", ["bmp", "tif", "TIFF", "webp", "jfif", "gif"])
def test_files_of_other_formats_are_read(tmp_path, suffix):
    assert len(laid_out(tmp_path, f"a/1.{suffix}", "b/1.png").images) == 2


@pytest.mark.parametrize(
    ("names", "message", "images", "kept"),
    [
        (
            ("a/images/1.png", "a/masks/1.png", "b/images/1.png", "b/masks/1.png"),
            r"a/masks is named like masks or labels .* `images: \"\*/images/\*\"`",
            "*/images/*",
            ["a/images/1.png", "b/images/1.png"],
        ),
        (
            ("a/photo/1.png", "a/lung masks/1.png", "b/3.png"),
            'a/lung masks is named like .* `images: "\\*/photo/\\*"`',
            ["**", "!*/lung masks/*"],
            ["a/photo/1.png", "b/3.png"],
        ),
        (
            ("a/1.png", "a/more/2.png", "b/1.png"),
            'different depths, in a and in a/more; .* as in `images: "\\*/\\*"` or `images: "\\*/',
            "*/*",
            ["a/1.png", "b/1.png"],
        ),
        (
            ("a/left/1.png", "a/right/1.jpg", "b/left/1.png"),
            r"a/left and a/right have files of the same names, .*\"\*/left/\*\*\"",
            "**",
            ["a/left/1.png", "a/right/1.jpg", "b/left/1.png"],
        ),
        (
            ("a/x (1).png", "a/x (1)_mask_1.png", "b/2.png"),
            r"a/x \(1\)_mask_1.png is named like the mask of .* \"!\*\*/\*_mask\*\"",
            "!**/*_mask*",
            ["a/x (1).png", "b/2.png"],
        ),
        (
            ("one/ill/1.png", "one/well/2.png", "two/ill/1.png", "two/well/2.png", "two/x/3.png"),
            "one and two have folders of the same names, such as ill and well; if those are",
            "**",
            ["one/ill/1.png", "one/well/2.png", "two/ill/1.png", "two/well/2.png", "two/x/3.png"],
        ),
        (
            ("one/0/1.png", "one/1/2.png", "two/0/1.png", "two/1/2.png"),
            "one and two have folders of the same names, such as 0 and 1; if those are",
            "*/0/*",
            ["one/0/1.png", "two/0/1.png"],
        ),
        (
            ("a/1.png", "a/1_superpixels.png", "b/2.png"),
            "a/1_superpixels.png is named like the mask of an image beside it",
            "!**/*_superpixels*",
            ["a/1.png", "b/2.png"],
        ),
        (
            ("a/img_1.png", "a/mask_1.png", "a/masked.png", "b/2.png"),
            r"a/mask_1.png is named like the mask of an image beside it; .*\"!\*\*/mask_\*\"",
            "!**/mask_*",
            ["a/img_1.png", "a/masked.png", "b/2.png"],
        ),
        (
            ("a/1.png", "a/gt-1.png", "b/2.png", "b/gt-2.png"),
            r"a/gt-1.png is named like the mask of an image beside it; .*\"!\*\*/gt-\*\"",
            "!**/gt-*",
            ["a/1.png", "b/2.png"],
        ),
        (
            ("one/x/ill/1.png", "one/x/well/2.png", "two/x/ill/1.png", "two/x/well/2.png"),
            "one and two have folders of the same names, such as ill and well; if those are",
            "**/ill/*",
            ["one/x/ill/1.png", "two/x/ill/1.png"],
        ),
        (
            ("all/1.png", "all/2.png", "ill/1.png", "own/2.png"),
            r"all repeats the images of all other classes, .* `images: \"!all/\*\*\"`",
            "!all/**",
            ["ill/1.png", "own/2.png"],
        ),
        (
            ("a/1.png", "a/Excluded/2.png", "b/3.png"),
            r"a/Excluded is named like images put aside, .* `images: \"!\*\*/Excluded/\*\*\"`",
            "!**/Excluded/**",
            ["a/1.png", "b/3.png"],
        ),
        (
            ("image/1.png", "masks/1.png"),
            "masks is named like something that belongs to images",
            "*/*",
            ["image/1.png", "masks/1.png"],
        ),
    ],
)
def test_what_may_be_no_image_of_its_class_is_asked_for(tmp_path, names, message, images, kept):
    with pytest.raises(UserError, match=message):
        laid_out(tmp_path, *names)
    layout = laid_out(tmp_path, images=images)
    assert list(layout.images) == kept
    left = [name for name in sorted(names) if name not in kept]
    said = f"Images that `images` does not name were left out: {len(left)}, such as"
    decided = [text for text in layout.decided if "groups" not in text]
    assert decided == ([f"{said} {left[0]}."] if left else [])


@pytest.mark.parametrize(
    ("folders", "message"),
    {
        ("benign_test", "benign_train", "malignant_test", "malignant_train"): (
            "benign_test and benign_train are .* as train/benign and test/benign, or .*s: none`"
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
        ("New folder (2)", "ill", "well"): 'New folder .* hardly .* `images: "!New folder \\(2\\)/',
        ("train/a", "train/b", "train/unlabelled"): '"!\\*/unlabelled/\\*\\*"`, or .*"\\*\\*"`',
        ("seg_pred", "ill", "well"): "seg_pred is hardly the name of a class",
        ("Trash", "ill", "well"): "Trash is hardly the name of a class",
        ("GradCAM", "ill", "well"): "GradCAM is hardly the name of a class",
        ("新建文件夹 (2)", "ill", "well"): "新建文件夹 .* is hardly the name of a class",
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
        ): "Drive; .* folder, ill, or",
        ("a-20240301T101010Z-001", "b-20240301T101010Z-001"): "in parts .* folder, a and b, or w",
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
    if "leave those out" in text or "leave it out" in text:
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
    ("names", "said", "groups"),
    [
        (
            ("a/1_jpg.rf.0a.jpg", "a/1_jpg.rf.1b.jpg", "a/2_png.rf.2c.jpg", "b/1_jpg.rf.3d.jpg"),
            "By their names, 2 images are versions of 1, such as a/1_jpg.rf.0a.jpg and a/1_",
            ["a/1_jpg", "a/1_jpg", "a/2_png", "b/1_jpg"],
        ),
        (
            ("test/a/1.rf.0.jpg", "test/b/2.png", "train/a/1.rf.1.jpg", "train/b/3.png"),
            "By their names, 2 images are versions of 1",
            ["a/1", "", "a/1", ""],
        ),
        (
            ("a/P3/1.png", "a/P3/2.png", "b/P3/3.png", "b/P4/x/1.png"),
            "Images of one folder below a class, such as a/P3/1.png, are not kept",
            ["P3", "P3", "P3", "P4"],
        ),
        (
            ("a/1.png", "a/1_flip.png", "a/1-ROT90.png", "a/2.png", "b/1.png", "b/3_rot.png"),
            "By their names, 3 images are versions of 1, such as a/1-ROT90.png and a/1.png",
            ["a/1", "a/1", "a/1", "a/2", "b/1", "b/3_rot"],
        ),
        (
            ("train/a/1.jpg", "train/a/1.png", "train/b/1 - Copy.png", "train/b/2.png"),
            "By their names, 2 images are versions of 1, such as train/a/1.jpg and train/a/1.png",
            ["a/1", "a/1", "b/1 - Copy", "b/2"],
        ),
        (
            ("a/x/P3/1.png", "a/x/P3/2.png", "b/x/P5/1.png"),
            "Images of one folder below a class, such as a/x/P3/1.png, are not kept",
            ["P3", "P3", "P5"],
        ),
        (
            ("a/IMG_7001.JPG", "a/IMG_E7001.JPG", "a/IMG_7002.JPG", "b/IMG_E7003.JPG"),
            "By their names, 2 images are versions of 1, such as a/IMG_7001.JPG and a/IMG_E7001",
            ["7001", "7002", "7001", "7003"],
        ),
        (
            ("a/1-edited.jpg", "a/1.jpg", "a/1~2.jpg", "b/2 (1).jpg", "b/2-300x200.jpg", "b/2.jpg"),
            "By their names, 6 images are versions of 2, such as a/1-edited.jpg and a/1.jpg",
            ["a/1", "a/1", "a/1", "b/2", "b/2", "b/2"],
        ),
        (
            (
                *("test/a/1.png", "test/b/2.png", "train/a/3.png", "train/a/3_flip.png"),
                *("train/a/thumb_3.png", "train/b/4_rot90.png"),
            ),
            "By their names, 3 images are versions of 1, such as train/a/3.png and train/a/3_flip",
            ["1", "2", "3", "3", "3", "4_rot90"],
        ),
        (
            ("a/x_clip1_frame7.png", "a/x_clip1_frame8_flip.png", "b/x_clip2-f0001.png"),
            "By their names, 2 images are frames of 1 video, such as a/x_clip1_frame7.png and a/x",
            ["a/x_clip1", "a/x_clip1", "b/x_clip2"],
        ),
        (
            (
                *("test/a/c1/frame_01.png", "test/b/c2/frame_01.png"),
                *("train/a/c1/frame_02.png", "train/b/c1/frame_01.png"),
            ),
            "By their names, 2 images are frames of 1 video, such as test/a/c1/frame_01.png and t",
            ["a/c1", "b/c2", "a/c1", "b/c1"],
        ),
        (
            ("a/video1_0001.png", "a/video1_0002.png", "b/video_2-3.png"),
            "By their names, 2 images are frames of 1 video",
            ["a/video1", "a/video1", "b/video_2"],
        ),
        (
            ("train/a/P3/1.png", "train/b/P4/1.png"),
            "Images of one folder below a class, such as train/a/P3/1.png",
            ["P3", "P4"],
        ),
    ],
)
def test_what_may_belong_together_is_said_with_a_pattern_that_works(tmp_path, names, said, groups):
    images = "**" if "b/P4/x/1.png" in names else None
    entry = {"images": images} if images else {}
    layout = laid_out(tmp_path, *names, **entry)
    (sentence,) = layout.decided
    assert sentence.startswith(said)
    written = yaml.safe_load(re.search("`(.*)`", sentence)[1])
    found, _ = read_groups("d", written["groups"], [*layout.images], {})
    assert found.tolist() == groups
    assert laid_out(tmp_path, **entry, **written).decided == []
    assert laid_out(tmp_path / "plain", "a/x/1.png", "b/x/1.rf.0.png").decided == []


@pytest.mark.parametrize(
    ("names", "identifiers"),
    [
        (("a/P001_slice03.png", "a/P001_slice04.png", "a/P002_slice03.png"), "P001 P001 P002"),
        (("a/aug_3_4821.png", "a/aug_3_77.png", "a/aug_4_1.png", "b/aug_4_2.png"),
         "aug_3 aug_3 aug_4 aug_4"),
        (("a/8861_idx5_x150.png", "a/8861_idx5_x200.png", "a/8862_idx5_x150.png"),
         "8861 8861 8862"),
        (("a/10_left.jpg", "a/9_left.jpg", "b/10_right.jpg", "b/9_right.jpg"), "10 9 10 9"),
        (("a/20240302_1.jpg", "a/20240302_2.jpg", "a/20249903_1.jpg"),
         "20240302 20240302 20249903"),
        (("a/ann_20240302_1.jpg", "a/ann_20240302_2.jpg", "a/bo_20240302_1.jpg"),
         "ann_20240302 ann_20240302 bo_20240302"),
        (("train/a/p1 x.jpg", "train/a/p2-x.jpg", "train/b/001.jpg", "val/a/p1.2.jpg",
          "val/b/002.jpg", "val/b/p2_x.jpg"), "p1 p2  p1  p2"),
        # after what all names of a class begin with
        (("a/SOB_B_A-14-22549AB-40-001.png", "a/SOB_B_A-14-22549AB-100-001.png",
          "b/SOB_M_DC-14-2980-40-001.png", "b/SOB_M_DC-14-2981-40-001.png"),
         "22549AB 22549AB 2980 2981"),
        (("a/1.2.840.113619.60.777.1.png", "a/1.2.840.113619.60.777.2.png",
          "b/1.2.840.113619.61.777.1.png", "b/1.2.840.113619.62.777.1.png"), "60 60 61 62"),
    ],
)  # fmt: skip
def test_images_that_begin_with_one_identifier_are_said(tmp_path, names, identifiers):
    """In two classes or splits as well; the advised pattern takes the identifier."""
    layout = laid_out(tmp_path, *names, *([] if len(names) > 3 else ["b/1.png"]))
    (sentence,) = layout.decided
    assert "share the identifier that they begin with" in sentence
    written = yaml.safe_load(re.search("`(groups: .*)`", sentence)[1])
    found, _ = read_groups("d", written["groups"], names, {})
    assert found.tolist() == identifiers.split(" ")
    assert laid_out(tmp_path, **written).decided == []


@pytest.mark.parametrize(
    ("names", "days"),
    [
        (("a/IMG_20240301_101010.jpg", "a/IMG_20240301_101011_COVER.jpg", "b/IMG_20240301_3.jpg",
          "b/PXL_20240302_101010123.jpg"), "20240301 20240301 20240301 20240302"),
        (("a/2024-03-01 10.10.10.png", "a/2024-03-01 10.10.11.png", "a/2024-03-02 9.10.10.png",
          "b/x.png"), "2024-03-01 2024-03-01 2024-03-02 "),
        (("a/20240301101010.jpg", "a/20240301101011.jpg", "b/20240302101010.jpg",
          "b/20240301101010.jpg"), "20240301 20240301 20240302 20240301"),
        (("a/cat_20240301_1.jpg", "a/cat_20240302_2.jpg", "b/dog_20240301_1.jpg",
          "b/dog_20240302_7.jpg"), "20240301 20240302 20240301 20240302"),
    ],
)  # fmt: skip
def test_images_of_a_day_are_of_no_identifier(tmp_path, names, days):
    (sentence,) = laid_out(tmp_path, *names).decided
    assert re.match(r"By their names, \d images are of \d days?, such as 2024-?03-?01 of", sentence)
    assert "identifier" not in sentence and "a date does not say of whom" in sentence
    written = yaml.safe_load(re.search("`(groups: .*)`", sentence)[1])
    found, _ = read_groups("d", written["groups"], names, {})
    assert found.tolist() == days.split(" ")
    assert laid_out(tmp_path, **written).decided == []


def test_images_of_days_and_others_of_patients_are_said_apart(tmp_path):
    dated = [
        f"{label}/IMG_2024030{day}_{n}.jpg" for label in "ab" for day in (1, 2) for n in (1, 2)
    ]
    others = [f"{label}/P{patient}_{n}.jpg" for label in "ab" for patient in (3, 4) for n in (1, 2)]
    days, patients = laid_out(tmp_path, *dated, *others).decided
    assert "8 images are of 2 days" in days and "8 images share the identifier" in patients


@pytest.mark.parametrize(
    "names",
    [
        ("a/img_001.png", "a/img_002.png", "b/img_001.png", "b/img_002.png"),
        ("a/ISIC_0024306.png", "a/ISIC_0024307.png", "b/0001.png", "b/0002.png"),
        ("a/grade1_1.png", "a/grade1_2.png", "b/grade2_1.png", "b/grade2_2.png"),
        ("a/p1_1.png", "a/p1_2.png", "a/p2_1.png", "b/p3_1.png", "b/p4_1.png"),
        ("a/p1_1.png", "a/p1_2.png", "b/p1_3.png"),
        ("a/IMG_20240301_1.png", "a/IMG_20240301_2.png", "b/IMG_20240302_3.png"),
    ],
)
def test_numbers_of_images_and_names_of_classes_are_no_identifiers(tmp_path, names):
    """Nor what few images share, or all."""
    assert laid_out(tmp_path, *names).decided == []


def test_identifiers_are_said_beside_videos_and_versions_if_they_take_more(tmp_path):
    names = [f"{label}/P{n}_{n}_f00{k}.png" for n, label in enumerate("aabb") for k in (1, 2)]
    (video,) = laid_out(tmp_path / "same", *names).decided
    assert "frames of 4 videos" in video
    names += [name.replace("_f", "0_f") for name in names]
    video, identifier = laid_out(tmp_path / "more", *names).decided
    assert "frames of 8 videos" in video and "16 images share the identifier" in identifier
    names = [f"{label}/P{n}_{k}{flip}.png" for n, label in enumerate("aabb") for k in (1, 2)
             for flip in ("", "_flip")]  # fmt: skip
    version, identifier = laid_out(tmp_path / "flip", *names).decided
    assert "versions of 8" in version and "of 4, such as P0" in identifier


def test_frames_of_unnamed_videos_are_said(tmp_path):
    (sentence,) = laid_out(tmp_path, "a/frame_1.png", "b/frame_1.png", "b/frame_2.png").decided
    assert "3 images are frames of videos, such as a/frame_1.png, but not of which ones" in sentence
    assert laid_out(tmp_path / "x", "a/frame.png", "a/f12.png", "b/p_f1.png").decided == []


def test_versions_whose_names_no_pattern_puts_beside_others_are_to_be_left_out(tmp_path):
    """`1.png` of both classes would be in one group without its folder."""
    names = ("a/1.png", "a/Copy of 1.png", "a/thumb_1.png", "b/1.png", "b/thumb_1.png")
    (sentence,) = laid_out(tmp_path, *names).decided
    assert sentence.startswith("By their names, 3 images are versions of others, such as a/Copy of")
    written = yaml.safe_load(re.search("`(.*)`", sentence)[1])
    assert [*laid_out(tmp_path, **written).images] == ["a/1.png", "b/1.png"]
    (sentence,) = laid_out(tmp_path, "b/thumb_2.png").decided  # of which nothing else is there
    assert "write `groups: {file: groups.csv}`" in sentence and "images:" not in sentence


def test_numbers_of_images_are_no_versions_because_one_is_without(tmp_path):
    names = ("a/x (1).png", "a/x (2).png", "b/y (1).png", "b/y.png", "b/y_flip.png")
    numbered, flipped = laid_out(tmp_path, *names).decided
    assert "1 image is a version of another, such as b/y (1).png" in numbered
    written = yaml.safe_load(re.search("`(.*)`", flipped)[1])
    found, _ = read_groups("d", written["groups"], sorted(names), {})
    assert found.tolist() == ["a/x (1)", "a/x (2)", "b/y (1)", "b/y", "b/y"]


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
    with pytest.raises(UserError, match="different depths, seg_train and seg_test/seg_test; put"):
        laid_out(tmp_path, splits={"train": "seg_train", "test": "seg_test/seg_test"})


def test_splits_in_folders_of_their_own_are_prepared(tmp_path):
    entry = write_folder(tmp_path / "x", ("one/Train", "two/Test"))
    splits = {"train": "one/Train", "test": "two/Test"}
    prepared_splits, names, _ = load_all(prepared(tmp_path, **entry, splits=splits))
    labels = {split: labels.tolist() for split, (_, labels) in prepared_splits.items()}
    assert labels["test"] == [0] * 6 + [1] * 6
    assert all(name.startswith("two/Test/") for name in names[-12:])
    assert sum(labels["train"] + labels["val"]) == 6


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


def test_boxes_are_said_not_to_be_covered(tmp_path):
    names = [f"{split}/images/1.png" for split in ("train", "val")]
    labels = [name.replace("images", "labels").replace("png", "txt") for name in names]
    with pytest.raises(
        UserError, match=r"train/labels holds 1 \.txt and no image, .*; boxes are n"
    ):
        laid_out(tmp_path, *names, *labels)


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
    sentence = (
        f"Classes whose names differ in one letter were taken for different ones: {first} and"
    )
    assert [text.startswith(f"{sentence} {second};") for text in decided] == [True] * said


@pytest.mark.parametrize(
    ("one", "other"),
    [("covid-19", "covid_19"), ("Covid 19", "covid19"), ("typeA", "type_a"), ("1-2", "1_2")],
)
def test_classes_that_differ_in_hyphens_or_blanks_alone_are_refused(tmp_path, one, other):
    first, second = sorted((one, other))
    with pytest.raises(UserError, match=f"the folders '{first}' and '{second}' differ only in"):
        laid_out(tmp_path, f"{one}/1.png", f"{other}/2.png", "well/3.png")


def test_another_car_is_no_mask_of_a_car(tmp_path):
    names = ("a/car.png", "a/gt_car.png", "a/van.png", "b/1.png", "b/2.png")
    assert len(laid_out(tmp_path, *names).images) == 5


def test_classes_with_the_numbers_of_all_others_are_no_copies_of_them(tmp_path):
    names = ("a/1.png", "another/2.png", "c/1.png", "c/2.png")  # of the sizes of their names
    assert laid_out(tmp_path, *names).classes == ["a", "another", "c"]


@pytest.mark.parametrize("name", ["IM0001", "1.2.840.113619"])
def test_dicom_without_an_ending_is_refused(tmp_path, name):
    laid_out(tmp_path, *CLASSES, "b/LICENSE", f"b/{name}")
    (tmp_path / "x" / "b" / name).write_bytes(bytes(128) + b"DICM")
    with pytest.raises(UserError, match=rf"b/{name} is a DICOM file, .* of the 2 that have no"):
        laid_out(tmp_path)
    assert len(laid_out(tmp_path, images="**").images) == 4


@pytest.mark.parametrize(
    ("name", "format", "message"),
    [
        ("1.png.1", "PNG", r"; \.1 is added when a file is downloaded again, .* to b/1\.p"),
        ("7", "JPEG", r"b/7 is an image by its first bytes \(JPEG\), .* to b/7\.jpeg, or"),
        ("x.jpg_original", "JPEG", r"b/x\.jpg_original is an image by its first bytes \(J"),
        ("scan.img", "TIFF", r"\(TIFF\), but not by its extension; .*\.img\.tiff"),
        ("2.gif.part", "GIF", r"\(GIF\).*\.part\.gif"),
        ("3.webp-large", "WebP", r"\(WebP\).*-large\.webp"),
        ("4.dib", "BMP", r"\(BMP\).*\.dib\.bmp"),
    ],
)
def test_images_that_are_not_called_as_such_are_refused(tmp_path, name, format, message):
    laid_out(tmp_path, *CLASSES, "b/LICENSE", "BMI.csv")  # begins with BM, as a bitmap does
    Image.new("L", (4, 4)).save(tmp_path / "x" / "b" / name, format)
    with pytest.raises(UserError, match=message):
        laid_out(tmp_path)
    layout = laid_out(tmp_path, images="**")
    assert [*layout.images] == [*CLASSES] and "1 .csv" in layout.decided[0]
    for other in ("a/1.png", "a/2.png"):
        (tmp_path / "x" / other).unlink()
    (tmp_path / "x" / "b" / name).rename(tmp_path / "x" / "a" / name)
    with pytest.raises(UserError, match=rf"a holds no image that is read, but 1 .*; a/{name} is"):
        laid_out(tmp_path)
    for other in ("b/1.png", "b/2.png"):
        (tmp_path / "x" / other).unlink()
    with pytest.raises(UserError, match=rf"has no image below it, but .*; a/{name} is an image by"):
        laid_out(tmp_path)


def test_images_that_were_downloaded_again_are_counted(tmp_path):
    laid_out(tmp_path, *CLASSES)
    for number in (1, 2, 3):
        Image.new("L", (4, 4)).save(tmp_path / "x" / "b" / f"{number}.jpg.1", "JPEG")
    with pytest.raises(UserError, match=r"b/1\.jpg\.1 is .*, and so may be others of 3 \.1; "):
        laid_out(tmp_path)


@pytest.mark.parametrize(
    ("names", "said"),
    {
        ("x.zip",): "x.zip is an archive and not read; unpack it, or remove it if",
        (
            "c.tar.gz",
            "b/more.RAR",
        ): "b/more.RAR and c.tar.gz are archives and not read; unpack them",
        ("c.7z.001", "c.7z.002"): "c.7z.001 and c.7z.002 are archives",
        (
            "c/1.zip",
        ): "c holds no image that is read, but 1 .zip; c/1.zip is an archive and not read",
    }.items(),
)
def test_archives_are_named(tmp_path, names, said):
    with pytest.raises(UserError, match=re.escape(said)):
        laid_out(tmp_path, *CLASSES, *names, "labels.csv", "labels.csv.gz")
    layout = laid_out(tmp_path, images="**")
    packed = ", ".join(sorted(names))
    assert [*layout.images] == [*CLASSES] and layout.decided == [
        f"Archives were not read: {packed}.",
        "Files with other extensions were left out: 1 .csv, 1 .gz.",
    ]
    with pytest.raises(
        UserError, match=r"below it, but 1 \.zip; 1\.zip is an archive and not read"
    ):
        laid_out(tmp_path / "packed", "1.zip")


def test_images_of_no_class_are_asked_for_their_folders(tmp_path):
    with pytest.raises(
        UserError, match=r"several labels, .* supported\), or if this is the folder of"
    ):
        laid_out(tmp_path, "1.png", "2.png")


def test_folders_of_patients_are_read(tmp_path):
    """Numbered ones may have files of the same names."""
    names = ("a/patient7/1.png", "a/patient12/1.png", "b/patient7/1.png", "b/patient12/2.png")
    assert len(laid_out(tmp_path, *names, "a/patient8/2.png").images) == 5
    names = ("a/3f2a-1/1.png", "a/91bc-2/1.png", "b/P01/1.png", "b/P02b/1.png")
    assert len(laid_out(tmp_path / "codes", *names).images) == 4
    with pytest.raises(UserError, match="b/P01 and b/photo1 have files of the same names"):
        laid_out(tmp_path / "codes", "b/photo1/1.png")
    names = ("a/Ann/1.png", "a/Bo/2.png", "b/Cy/1.png")
    assert len(laid_out(tmp_path / "named", *names).images) == 3


def test_images_that_fit_nothing_are_refused(tmp_path):
    with pytest.raises(UserError, match=r"'\*/image/\*', which fits none of the 4 images, such as"):
        laid_out(tmp_path, *CLASSES, images=["*/*", "*/image/*"])
    with pytest.raises(UserError, match="images leaves none of the 4 images"):
        laid_out(tmp_path, images="!**")
    assert list(laid_out(tmp_path, images="A/*.PNG").images) == ["a/1.png", "a/2.png"]


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
        UserError, match=rf"datasets\.d\.{key}.*(does not fit|unknown|too short|non-)"
    ):
        prepared(tmp_path, **entry)


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
    with pytest.raises(UserError, match="is there twice, its name written in two ways"):
        find_images("d", entry)


def test_names_that_cannot_be_written_are_named(tmp_path):
    laid_out(tmp_path, *CLASSES)
    for name in (b"M\xe9.png", b"\xff.png"):
        with open(os.fsencode(tmp_path / "x" / "a") + b"/" + name, "wb"):
            pass
    with pytest.raises(UserError, match=r"a/M\\xe9\.png \(and 1 more\) has a name that is not UTF"):
        laid_out(tmp_path)


def test_the_advice_names_the_split_that_was_forgotten():
    every = ["Training", "Testing", "Validation"]
    declared = {"train": "Training", "test": "Testing"}
    with pytest.raises(UserError) as error:
        find_splits("d", declared, every)
    assert "`splits: {train: Training, test: Testing, val: Validation}`" in str(error.value)


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("infection masks", True),
        ("ground_truth_masks", True),
        ("with_masks", False),  # of faces
        ("without masks", False),
        ("unmasked", False),
    ],
)
def test_masks_with_a_word_before_them_are_no_class(tmp_path, name, refused):
    names = [f"faces/{name[:2]}1.png", f"{name}/2.png"]
    if refused:
        with pytest.raises(
            UserError, match=f"{name} is named like something that belongs to images"
        ):
            laid_out(tmp_path, *names)
    else:
        assert sorted(laid_out(tmp_path, *names).images) == names
