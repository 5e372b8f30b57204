"""Images that belong together by their names: of one patient, day, video or original."""

import re

import pytest
import yaml
from image_names import laid_out

from study.data.groups import read_groups


@pytest.mark.parametrize(
    ("names", "said", "groups"),
    [
        (
            ("a/1_jpg.rf.0a.jpg", "a/1_jpg.rf.1b.jpg", "a/2_png.rf.2c.jpg", "b/1_jpg.rf.3d.jpg"),
            "Judging by their names, 2 images are versions of only 1: a/1_jpg.rf.0a.jpg and a/1_",
            ["a/1_jpg", "a/1_jpg", "a/2_png", "b/1_jpg"],
        ),
        (
            ("test/a/1.rf.0.jpg", "test/b/2.png", "train/a/1.rf.1.jpg", "train/b/3.png"),
            "Judging by their names, 2 images are versions of only 1: ",
            ["a/1", "", "a/1", ""],
        ),
        (
            ("a/P3/1.png", "a/P3/2.png", "b/P3/3.png", "b/P4/x/1.png"),
            "Images of one folder below a class, such as a/P3/1.png, are not kept",
            ["P3", "P3", "P3", "P4"],
        ),
        (
            ("a/1.png", "a/1_flip.png", "a/1-ROT90.png", "a/2.png", "b/1.png", "b/3_rot.png"),
            "Judging by their names, 3 images are versions of only 1: a/1-ROT90.png and a/1.png",
            ["a/1", "a/1", "a/1", "a/2", "b/1", "b/3_rot"],
        ),
        (
            ("train/a/1.jpg", "train/a/1.png", "train/b/1 - Copy.png", "train/b/2.png"),
            "Judging by their names, 2 images are versions of only 1: train/a/1.jpg and train/a/1",
            ["a/1", "a/1", "b/1 - Copy", "b/2"],
        ),
        (
            ("a/x/P3/1.png", "a/x/P3/2.png", "b/x/P5/1.png"),
            "Images of one folder below a class, such as a/x/P3/1.png, are not kept",
            ["P3", "P3", "P5"],
        ),
        (
            ("a/IMG_7001.JPG", "a/IMG_E7001.JPG", "a/IMG_7002.JPG", "b/IMG_E7003.JPG"),
            "Judging by their names, 2 images are versions of only 1: a/IMG_7001.JPG and a/IMG_E7",
            ["7001", "7002", "7001", "7003"],
        ),
        (
            ("a/1-edited.jpg", "a/1.jpg", "a/1~2.jpg", "b/2 (1).jpg", "b/2-300x200.jpg", "b/2.jpg"),
            "Judging by their names, 6 images are versions of only 2: a/1-edited.jpg and a/1.jpg",
            ["a/1", "a/1", "a/1", "b/2", "b/2", "b/2"],
        ),
        (
            (
                *("test/a/1.png", "test/b/2.png", "train/a/3.png", "train/a/3_flip.png"),
                *("train/a/thumb_3.png", "train/b/4_rot90.png"),
            ),
            "Judging by their names, 3 images are versions of only 1: train/a/3.png and train/a/3",
            ["1", "2", "3", "3", "3", "4_rot90"],
        ),
        (
            ("a/x_clip1_frame7.png", "a/x_clip1_frame8_flip.png", "b/x_clip2-f0001.png"),
            "Judging by their names, 2 images are frames of 1 video, such as a/x_clip1_frame7.png",
            ["a/x_clip1", "a/x_clip1", "b/x_clip2"],
        ),
        (
            (
                *("test/a/c1/frame_01.png", "test/b/c2/frame_01.png"),
                *("train/a/c1/frame_02.png", "train/b/c1/frame_01.png"),
            ),
            "Judging by their names, 2 images are frames of 1 video, such as test/a/c1/frame_01",
            ["a/c1", "b/c2", "a/c1", "b/c1"],
        ),
        (
            ("a/video1_0001.png", "a/video1_0002.png", "b/video_2-3.png"),
            "Judging by their names, 2 images are frames of 1 video",
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
    assert re.match(r"\d images have names that begin with .* that they share, ", sentence)
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
    said = r"Judging by their names, \d images come from \d days?; .*, from 2024-?03-?01\. "
    assert re.match(said, sentence)
    assert "identifier" not in sentence and "A date does not say whom or what they" in sentence
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
    assert "8 images come from 2 days" in days and "8 images have names that begin" in patients


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
    assert "frames of 8 videos" in video and "16 images have names that begin" in identifier
    names = [f"{label}/P{n}_{k}{flip}.png" for n, label in enumerate("aabb") for k in (1, 2)
             for flip in ("", "_flip")]  # fmt: skip
    version, identifier = laid_out(tmp_path / "flip", *names).decided
    assert "versions of only 8: " in version
    assert "one of 4 identifiers that they share, such as P0 in " in identifier


def test_frames_of_unnamed_videos_are_said(tmp_path):
    (sentence,) = laid_out(tmp_path, "a/frame_1.png", "b/frame_1.png", "b/frame_2.png").decided
    said = "3 images are frames of videos, such as a/frame_1.png, but the names do not say of which"
    assert said in sentence
    assert laid_out(tmp_path / "x", "a/frame.png", "a/f12.png", "b/p_f1.png").decided == []


def test_versions_whose_names_no_pattern_puts_beside_others_are_to_be_left_out(tmp_path):
    """`1.png` of both classes would be in one group without its folder."""
    names = ("a/1.png", "a/Copy of 1.png", "a/thumb_1.png", "b/1.png", "b/thumb_1.png")
    (sentence,) = laid_out(tmp_path, *names).decided
    assert sentence.startswith(
        "Judging by their names, 3 images are versions of others, such as a/Copy"
    )
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
