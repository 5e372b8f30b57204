"""Images that are not read: in other formats, not named like images, or packed into archives.

Without some of them, it would be a different data set. Light to import: it is used while the
Snakefile is read.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from study.data.endings import archives, kinds, suffix
from study.data.listing import Listing
from study.data.split_folders import listed

# Images as people have them
OTHER_FORMATS = {
    *(".dcm", ".dicom", ".ima", ".nii", ".nii.gz", ".mha", ".mhd", ".nrrd", ".svs", ".ndpi"),
    *(".heic", ".heif", ".avif", ".jp2", ".j2k", ".jxl", ".tga", ".exr", ".psd"),
    *(".pgm", ".ppm", ".pbm", ".pnm"),
    *(".cr2", ".nef", ".dng", ".arw"),
}
LOOKED_INTO = 50  # files without an ending, which may be images
# What files of the formats that are read begin with
_BEGINNINGS = {
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "GIF": re.compile(rb"GIF8[79]a"),
    "TIFF": re.compile(rb"II\*\0|MM\0\*"),
    "WebP": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "BMP": re.compile(rb"BM.{4}\0{4}", re.DOTALL),
}
_DICOM = re.compile(rb".{128}DICM", re.DOTALL)
_LOOKED_AT = 132  # bytes


def unread_images(listing: Listing, names: Sequence[str]) -> str | None:
    """Which of some files are images that are not read, or may hold some, and what to do.

    Args:
        listing: all that is there.
        names: of files that have none of the endings of images that are read.
    """
    packed = archives(names)
    if packed:
        one = len(packed) == 1
        return (
            f"{listed(packed)} {'is an archive and is' if one else 'are archives and are'} not"
            f" read; unpack {'it, or remove it' if one else 'them, or remove them'} if that has"
            " been done"
        )
    other = [name for name in names if suffix(name) in OTHER_FORMATS]
    if other:
        return f"{kinds(other)} cannot be read, such as {other[0]}; convert them"
    return _by_first_bytes(listing, names)


def _by_first_bytes(listing: Listing, names: Sequence[str]) -> str | None:
    """Which files are images by what they begin with, and not by their endings."""
    unnamed = [name for name in names if not suffix(name).strip(".0123456789")]
    one_each = {suffix(name): name for name in reversed(names)}
    for name in [*unnamed[:: 1 + len(unnamed) // LOOKED_INTO], *one_each.values()]:
        begins = _beginning(Path(listing.files[name].path))
        if _DICOM.match(begins) and name in unnamed:
            return (
                f"{name} is a DICOM file, and so may be others of the {len(unnamed)} that have no"
                " extension; they are not read: convert them"
            )
        for called, beginning in _BEGINNINGS.items():
            if beginning.match(begins):
                return _misnamed(name, called, names)
    return None


def _misnamed(name: str, called: str, names: Sequence[str]) -> str:
    """What is said of an image whose extension is not that of an image."""
    ending = suffix(name)
    alike = [other for other in names if suffix(other) == ending]
    others = f", and so may be others of {kinds(alike)}" if len(alike) > 1 else ""
    again = (
        f"; {ending} is added when a file is downloaded again, so these may be copies"
        if ending.strip(".").isdigit()
        else ""
    )
    return (
        f"{name} is an image by its first bytes ({called}), but not by its extension"
        f"{others}{again}; rename such files, here to {name}.{called.lower()}, or remove them"
    )


def _beginning(path: Path) -> bytes:
    """A file's first bytes; nothing where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(_LOOKED_AT)
    except OSError:
        return b""
