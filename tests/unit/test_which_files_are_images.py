"""Which files are images of a class, and what is said of all others."""

import re
import shutil

import pytest
from image_names import CLASSES, below, laid_out
from PIL import Image

from study.store.errors import UserError


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
        "Files that operating systems and programs leave behind were left out: 2 .DS_Store,"
        " __MACOSX, .ipynb_checkpoints, ._*, @eaDir, ….",
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
    with pytest.raises(UserError, match=r"y is the only class folder; .* `path: …/y`"):
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
            r"a/left and a/right have files with the same names, .*\"\*/left/\*\*\"",
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
            "one and two have folders with the same names, such as ill and well; if those are",
            "**",
            ["one/ill/1.png", "one/well/2.png", "two/ill/1.png", "two/well/2.png", "two/x/3.png"],
        ),
        (
            ("one/0/1.png", "one/1/2.png", "two/0/1.png", "two/1/2.png"),
            "one and two have folders with the same names, such as 0 and 1; if those are",
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
            "one and two have folders with the same names, such as ill and well; if those are",
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
            r"a/Excluded seems to hold images set aside .* `images: \"!\*\*/Excluded/\*\*\"`",
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


def test_boxes_are_said_not_to_be_covered(tmp_path):
    names = [f"{split}/images/1.png" for split in ("train", "val")]
    labels = [name.replace("images", "labels").replace("png", "txt") for name in names]
    with pytest.raises(
        UserError, match=r"train/labels holds 1 \.txt and no image, .*; boxes are n"
    ):
        laid_out(tmp_path, *names, *labels)


def test_another_car_is_no_mask_of_a_car(tmp_path):
    names = ("a/car.png", "a/gt_car.png", "a/van.png", "b/1.png", "b/2.png")
    assert len(laid_out(tmp_path, *names).images) == 5


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
    with pytest.raises(UserError, match=rf"contains no images, but .*; a/{name} is an image by"):
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
        ("x.zip",): "x.zip is an archive and is not read; unpack it, or remove it if",
        (
            "c.tar.gz",
            "b/more.RAR",
        ): "b/more.RAR and c.tar.gz are archives and are not read; unpack them",
        ("c.7z.001", "c.7z.002"): "c.7z.001 and c.7z.002 are archives",
        (
            "c/1.zip",
        ): "c holds no image that is read, but 1 .zip; c/1.zip is an archive and is not read",
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
        UserError, match=r"no images, but 1 \.zip; 1\.zip is an archive and is not read"
    ):
        laid_out(tmp_path / "packed", "1.zip")


def test_images_of_no_class_are_asked_for_their_folders(tmp_path):
    with pytest.raises(
        UserError, match=r"several labels, .* supported\), or if this is the folder of"
    ):
        laid_out(tmp_path, "1.png", "2.png")


def test_images_that_fit_nothing_are_refused(tmp_path):
    with pytest.raises(UserError, match=r"'\*/image/\*', which matches none of the 4 images,"):
        laid_out(tmp_path, *CLASSES, images=["*/*", "*/image/*"])
    with pytest.raises(UserError, match="`images` leaves out all 4 images"):
        laid_out(tmp_path, images="!**")
    assert list(laid_out(tmp_path, images="A/*.PNG").images) == ["a/1.png", "a/2.png"]


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
