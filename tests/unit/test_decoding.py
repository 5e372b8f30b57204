"""Image files of every sort are decoded by one rule each, or refused."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from data_sources import prepared
from PIL import Image, ImageOps

from study.data.decode import Rules, read_image
from study.data.prepared import load_all, read_description
from study.store.errors import UserError

HALVES = np.repeat([[40, 240]], 20, axis=0).repeat(20, axis=1).astype(np.uint8)  # 20 × 40


def halves(scale=1.0, dtype=np.uint8):
    return Image.fromarray((HALVES.astype(float) * scale).astype(dtype))


def decoded(path, size=(2, 4), **rules):
    return read_image(path, Rules(size, **rules))[0]


def write_classes(folder, images):
    """Of each class some images, by their names."""
    for name, image in images.items():
        path = folder / "x" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path)
    return {"kind": "folder", "path": str(folder / "x"), "size": [2, 4], "val_share": 0.5,
            "positive": "ill"}  # fmt: skip


def twice(image, suffix="png", more=None):
    """Four images of two classes: one image, or another for the class ill."""
    pictures = {"well": image, "ill": more or image}
    return {f"{name}/{n}.{suffix}": picture for name, picture in pictures.items() for n in (1, 2)}


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("a.bmp", halves()),
        ("a.gif", halves()),
        ("a.tif", halves()),
        ("a.png", halves(257, np.uint16)),
        ("b.tif", halves(257, np.uint16)),
        ("c.tif", halves(1 / 255, np.float32)),
        ("a.jfif", halves()),
        ("a.webp", halves()),
        ("a.jpg", halves().convert("CMYK")),
        ("b.png", halves().convert("P")),
        ("c.png", halves().convert("RGBA")),  # nothing in it is transparent
    ],
)
def test_formats_and_modes_show_the_same(tmp_path, name, image):
    image.save(tmp_path / name)
    pixels = decoded(tmp_path / name).astype(int)
    assert np.abs(pixels[:, [0, 3]] - [40, 240]).max() <= 2


def test_every_orientation_is_applied_to_every_format(tmp_path):
    """An uncompressed TIFF included, which Pillow turns wrongly where it is mapped into memory."""
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        for name in ("a.png", "a.tif", "a.jpg"):
            halves().save(tmp_path / name, exif=exif)
        with Image.open(tmp_path / "a.png") as file:
            turned = np.asarray(ImageOps.exif_transpose(file), dtype=int)
        for name in ("a.png", "a.tif", "a.jpg"):
            found, facts = read_image(tmp_path / name, Rules(turned.shape))
            assert np.abs(found - turned).max() <= 8
            assert (facts.turned, facts.size) == (orientation > 1, turned.shape[::-1])


def save_frames(path):
    halves().save(path, save_all=True, append_images=[halves(0.5)])


def write_tiff(path, values, photometric=1):
    """A TIFF file with values as they are: Pillow writes neither all types nor MinIsWhite."""
    kind = {"u": 1, "i": 2, "f": 3}[values.dtype.kind]
    tags = {256: values.shape[1], 257: values.shape[0], 258: 8 * values.itemsize, 259: 1,
            262: photometric, 273: 134, 277: 1, 278: values.shape[0], 279: values.nbytes,
            339: kind}  # fmt: skip
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    path.write_bytes(b"II*\0" + struct.pack("<IH", 8, 10) + entries + bytes(4) + values.tobytes())


def see_through(mode="RGBA"):
    image = halves().convert(mode)
    hidden = np.full(HALVES.shape, 255, np.uint8)
    hidden[:, :20] = 0
    image.putalpha(Image.fromarray(hidden))
    return image


UNCLEAR = {
    "frames.gif": (save_frames, "holds 2 pictures; save the intended one"),
    "pages.tif": (save_frames, "holds 2 pictures"),
    "frames.webp": (save_frames, "holds 2 pictures"),
    "alpha.png": (see_through().save, "transparent pixels, and what is behind them is not known"),
    "grey.png": (see_through("LA").save, "transparent pixels"),
    "alpha.gif": (see_through().save, "transparent pixels"),
    "value.png": (lambda path: halves().save(path, transparency=40), "transparent pixels"),
    "ints.tif": (
        halves(10, np.int32).save,
        "has 32-bit integers from 400 to 2400; say what black and white are, with `range: [low",
    ),
    "floats.tif": (halves(1, np.float32).save, "has floating-point numbers from 40 to 240; say"),
    "nan.tif": (halves(np.nan, np.float32).save, "has values that are NaN or infinite"),
    "signed.tif": (
        lambda path: write_tiff(path, HALVES.astype(np.int8)),
        "has signed 8-bit integers, which are not read; save them with 16 bits",
    ),
    "double.tif": (
        lambda path: write_tiff(path, HALVES / 255),
        "has floating-point numbers of 64 bits, which are not read; save them as float32",
    ),
    "lab.tif": (Image.new("LAB", (4, 4)).save, "cannot be decoded as an image"),
    "text.png": (lambda path: path.write_text("<svg/>"), "cannot be decoded as an image"),
    "empty.png": (Path.touch, "is empty; if it is the placeholder of a cloud folder, download"),
    "phone.jpg": (
        lambda path: path.write_bytes(b"\0\0\0\x24ftypheic\0\0\0\0mif1heic" + bytes(99)),
        "is a HEIC image, whatever its extension says; convert it to JPEG",
    ),
}


@pytest.mark.parametrize("name", UNCLEAR)
def test_what_would_be_a_guess_is_refused(tmp_path, name):
    save, expected = UNCLEAR[name]
    save(tmp_path / name)
    with pytest.raises(UserError) as error:
        decoded(tmp_path / name)
    assert str(error.value).startswith(f"{tmp_path / name}: ") and expected in str(error.value)


def test_tiffs_whose_least_value_is_white_are_inverted(tmp_path):
    entry = write_classes(tmp_path, twice(halves(), "tif"))
    paths = [*(tmp_path / "x").rglob("*.tif")]
    for values, declared, white, black in (
        (HALVES, {}, 0, 255),
        (HALVES.astype(np.uint16) * 257, {}, 0, 65535),
        (HALVES.astype(np.uint16) * 16, {"range": [0, 4080]}, 0, 4080),
        ((HALVES / 255).astype(np.float32), {}, 0, 1),
        (HALVES.astype(np.float32) - 100, {"range": [-100, 155]}, -100, 155),
    ):
        for path in paths:
            write_tiff(path, values, photometric=0)
        folder = prepared(tmp_path, **entry, **declared)
        inputs = load_all(folder)[0]["train"][0].astype(int)
        assert np.abs(inputs[:, :, [0, 3]] - [215, 15]).max() <= 1
        for sentence in read_description(folder).get("decided", []):
            assert sentence.endswith(f"(MinIsWhite): {white} is white and {black} black.")


def test_transparent_pixels_are_shown_as_declared(tmp_path):
    see_through().save(tmp_path / "a.png")
    for transparency, left in (("black", 0), ("white", 255), ("stored", 40)):
        pixels = decoded(tmp_path / "a.png", transparency=transparency)
        assert pixels[:, 0].tolist() == [left] * 2 and pixels[:, 3].tolist() == [240] * 2


def test_metadata_of_any_size_are_ignored_and_the_limit_of_pixels_is_a_key(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    for name in ("a.png", "a.jpg"):
        halves().save(tmp_path / name, icc_profile=bytes(2**21))
        assert abs(int(decoded(tmp_path / name)[0, 3]) - 240) <= 2
    with pytest.raises(UserError, match=r"0\.0008 megapixels, but at most 0\.0005 .*`max_megapix"):
        decoded(tmp_path / "a.png", max_megapixels=0.0005)


def test_a_pointer_of_git_lfs_is_no_image(tmp_path):
    (tmp_path / "1.png").write_text("version https://git-lfs.github.com/spec/v1\noid x\n")
    with pytest.raises(UserError, match=r"1\.png: is a Git LFS pointer, .* `git lfs pull`"):
        decoded(tmp_path / "1.png")


def test_files_that_use_next_to_nothing_of_a_declared_range_are_refused(tmp_path):
    entry = write_classes(tmp_path, twice(halves(1 / 255, np.float32), "tif"))
    with pytest.raises(
        UserError,
        match=r"all values are from 0\.156.* to 0\.94.* of `range`, 0 to 255",
    ):
        prepared(tmp_path, **entry, range=[0, 255])
    assert prepared(tmp_path, **entry, range=[0, 40])


def test_several_broken_images_are_all_named(tmp_path):
    entry = write_classes(tmp_path, {f"{name}/{n}.png": halves() for name in ("well", "ill")
                                     for n in range(8)})  # fmt: skip
    for n in range(6):
        (tmp_path / "x" / "well" / f"{n}.png").write_bytes(b"")
        see_through().save(tmp_path / "x" / "ill" / f"{n}.png")
    with pytest.raises(UserError, match="12 of 16 images cannot be used") as error:
        prepared(tmp_path, **entry)
    lines = str(error.value).splitlines()
    assert len(lines) == 12 and lines[-1].strip() == "and 2 more"
    assert "ill/0.png: has transparent" in lines[1] and "well/3.png: is empty; if" in lines[10]


def save_16_bit_colour(path, value):
    """A PNG with three channels of 16 bits, which Pillow reads and does not write."""

    def chunk(name, content):
        crc = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + crc

    row = b"\0" + np.full(3 * 8, value, ">u2").tobytes()
    header = struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0)
    pixels = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row * 8)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + pixels)


def test_12_bits_in_files_of_16_are_refused_until_their_range_is_declared(tmp_path):
    entry = write_classes(tmp_path, twice(halves(4095 / 255, np.uint16)))
    with pytest.raises(UserError) as error:
        prepared(tmp_path, **entry)
    assert "its images (16 bit) have values only from 642 to 3854" in str(error.value)
    assert str(error.value).endswith("such as `range: [0, 4095]`")
    folder = prepared(tmp_path, **entry, range=[0, 4095])
    inputs = np.concatenate([images for images, _ in load_all(folder)[0].values()])
    assert np.abs(inputs[:, :, [0, 3]].astype(int) - [40, 240]).max() <= 1
    description = read_description(folder)
    assert description["decided"] == [
        "4 of 4 images have 16-bit values, which were converted to 8 bits: 0 is black and 4095"
        " white."
    ]
    assert description["divide_by"] == [255.0] and "range" not in description
    with pytest.raises(UserError, match=r"1\.png: has values from 642 to 3854, but `range` says 0"):
        prepared(tmp_path, **entry, range=[0, 3000])
    with pytest.raises(UserError, match=r"d\.range: \[9, 9\]: the first value, black, must be bel"):
        prepared(tmp_path, **entry, range=[9, 9])


def test_one_depth_may_not_hide_behind_another(tmp_path):
    """Of one class 12 bits in 16, of the other 8: the 16-bit images alone use too little."""
    entry = write_classes(tmp_path, twice(halves(4095 / 255, np.uint16), more=halves()))
    with pytest.raises(UserError, match=r"its images \(16 bit\) have values only from 642 to 3854"):
        prepared(tmp_path, **entry)
    with pytest.raises(UserError, match=r"ill/1\.png: has 8 bits, but `range` says 0 to 4095"):
        prepared(tmp_path, **entry, range=[0, 4095])
    for number, path in enumerate((tmp_path / "x").rglob("*.png")):
        save_16_bit_colour(path, 1000 * number)
    with pytest.raises(UserError, match=r"\(16 bit in colour\).*; .*: save them in grey or with 8"):
        prepared(tmp_path, **entry)


def test_masks_are_refused_and_dark_images_are_not(tmp_path):
    entry = write_classes(tmp_path, twice(Image.fromarray((HALVES > 100).astype(np.uint8))))
    with pytest.raises(UserError, match=r"values only from 0 to 1, .*`range: \[0, 1\]`"):
        prepared(tmp_path, **entry)
    inputs = load_all(prepared(tmp_path, **entry, range=[0, 1]))[0]["train"][0]
    assert (inputs.min(), inputs.max()) == (0, 255)
    for path in (tmp_path / "x").rglob("*.png"):
        halves(0.2).save(path)  # from 8 to 48
    prepared(tmp_path, **entry)


def test_what_is_decided_and_what_differs_among_files_is_noted(tmp_path):
    images = twice(halves(), more=halves(257, np.uint16))
    exif = Image.Exif()
    exif[0x0112] = 3
    entry = write_classes(tmp_path, images)
    halves().convert("RGB").save(tmp_path / "x" / "well" / "3.jpg", exif=exif)
    description = read_description(prepared(tmp_path, **entry))
    assert description["decided"] == [
        "1 of 5 images were converted to grey by luma.",
        "2 of 5 images have 16-bit values, which were converted to 8 bits: 0 is black and 65535"
        " white.",
        "1 of 5 images are oriented as their EXIF data say.",
    ]
    assert description["files"] == {
        "format": {"PNG": [2, 2], "JPEG": [1, 0]},
        "depth": {"16 bit": [0, 2], "8 bit": [3, 0]},
        "colour": {"grey": [2, 2], "colour": [1, 0]},
    }


def test_rounding_errors_of_floating_point_images_are_clipped_and_said(tmp_path):
    values = HALVES.astype(np.float32) / 240
    values[0, 0], values[0, 1] = -1e-8, np.nextafter(np.float32(1), np.float32(2))
    entry = write_classes(tmp_path, twice(Image.fromarray(values), "tif"))
    decided = read_description(prepared(tmp_path, **entry))["decided"]
    assert decided[1].startswith("4 of 4 images have values just outside their range, clipped")


def test_a_class_of_14_bits_beside_one_of_16_is_noted(tmp_path):
    """In files of 8 bits its largest value is a quarter of the other's, and not less."""
    images = {f"well/{n}.png": halves(16383 / 240, np.uint16) for n in range(3)}
    images |= {f"ill/{n}.png": halves(65535 / 240, np.uint16) for n in range(2)}
    entry = write_classes(tmp_path, images | {"ill/dark.png": halves(9000 / 240, np.uint16)})
    files = read_description(prepared(tmp_path, **entry))["files"]
    assert files == {"largest value": {"up to 16383": [3, 1], "above 16383": [0, 2]}}
    halves(16400 / 240, np.uint16).save(tmp_path / "x" / "well" / "4.png")
    assert "files" not in read_description(prepared(tmp_path / "alike", **entry))


def test_of_plain_images_nothing_is_noted(tmp_path):
    description = read_description(prepared(tmp_path, **write_classes(tmp_path, twice(halves()))))
    assert not {"decided", "files", "range"} & set(description)
