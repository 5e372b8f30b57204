"""What a TIFF file's tags say about its values, where Pillow does not look at them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from study.store.errors import UserError

BITS, PHOTOMETRIC, SAMPLE_FORMAT = 258, 262, 339  # tags of TIFF 6.0
SIGNED, FLOATING = 2, 3  # sample formats
MIN_IS_WHITE = 0  # a photometric interpretation


def least_is_white(file: Any) -> bool:
    """Whether an opened image is a TIFF file that says that its smallest value is white.

    Pillow inverts such files of up to 8 bits, and not those of more.
    """
    return tags_of(file).get(PHOTOMETRIC) == MIN_IS_WHITE


def tags_of(file: Any) -> Mapping[int, Any]:
    """The tags of an opened image; none where it is not a TIFF file."""
    return file.tag_v2 if file.format == "TIFF" else {}


def refuse_unread_type(path: Path, tags: Mapping[int, Any]) -> None:
    """Stop if tags are of a TIFF file of signed 8-bit integers, or of 16 or 64-bit floating point.

    Pillow takes the first for unsigned ones, and the others for damaged.

    Raises:
        UserError: they are, with what to save it as.
    """
    bits = {*tags.get(BITS, (1,))}
    formats = {*tags.get(SAMPLE_FORMAT, (1,))}
    if formats == {SIGNED} and bits == {8}:
        raise UserError(
            f"{path}: has signed 8-bit integers, which are not read; save them with 16 bits, or"
            " as unsigned"
        )
    if formats == {FLOATING} and bits != {32}:
        raise UserError(
            f"{path}: has floating-point numbers of {max(bits)} bits, which are not read; save them"
            " as float32"
        )


def stored_tags(path: Path) -> dict[int, Any]:
    """The tags of a TIFF file's first image; none where it is not one, or is damaged."""
    from PIL.TiffImagePlugin import PREFIXES, ImageFileDirectory_v2

    with open(path, "rb") as file:
        header = file.read(8)
        if header[:4] not in PREFIXES:
            return {}
        try:
            # BigTIFF, told by its version, has a longer header
            header += file.read(8) if 43 in (header[2], header[3]) else b""
            directory = ImageFileDirectory_v2(header)
            file.seek(directory.next)
            directory.load(file)
            return {tag: directory[tag] for tag in (BITS, SAMPLE_FORMAT) if tag in directory}
        except Exception:  # of many kinds; that the file is damaged is said where it is decoded
            return {}
