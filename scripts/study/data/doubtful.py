"""Files below the folder of a class that may be something other than its images, such as masks.

Light to import: it is used while the Snakefile is read.
"""

import re
from collections.abc import Mapping
from typing import Any

from study.data.class_folders import doubtful_classes
from study.data.folder_levels import crossed_levels, folders_above, repeated_names, two_depths
from study.data.image_globs import ALL, stars
from study.data.mask_files import mask_beside_image
from study.data.split_folders import split_of
from study.store.errors import UserError

# What folders of segmentations, boxes and the like are called, beside the images that they are of.
_BESIDE = re.compile(
    r"mask|annotat|label|segment|ground.?truth"
    r"|(?<![a-z])(gt|seg|rois?|overlays?|contours?|bbox(es)?|boxes|heat.?maps?)(?![a-z])"
)
# A class may be called a mask, of faces with one: only these names alone rule out a class.
_NO_CLASS = re.compile(
    r"((?!.*\b(with|without|no|face|correct|incorrect)[-_. ]).+[-_. ])?"
    r"(masks|annotations?|labels|segmentations?|ground.?truths?)$"
)
# What was put aside, and what was made of images.
_ASIDE = re.compile(
    r"excluded?|old|backups?|bak|aug|augment(ed|ations?)|rejected|discarded|ignored?|duplicates?"
)


def refuse_doubtful(
    where: str, images: list[str], depth: int, classes: list[str], entry: Mapping[str, Any]
) -> None:
    """Stop where some files are probably not images of their class.

    Args:
        where: the folder, for messages.
        images: the names of all that are to be read.
        depth: how many folders are above those of the classes.
        classes: the names of the classes.
        entry: of the configuration, with `positive` and `splits` if it has them.

    Raises:
        UserError: they are, with what to write under `images` or `splits`.
    """
    folders = list(dict.fromkeys(name.rpartition("/")[0] for name in images))
    for problem in (
        _doubtful_class(folders, depth, entry.get("positive")),
        _doubtful_folder(folders, depth, classes),
        crossed_levels(folders, depth),
        two_depths(folders, depth),
        repeated_names(images, depth),
        mask_beside_image(images),
        *(doubtful_classes(classes, depth) if entry.get("splits") != "none" else ()),
    ):
        if problem:
            raise UserError(f"{where}: {problem}")


def _doubtful_class(folders: list[str], depth: int, positive: str | None) -> str | None:
    for folder in folders:
        name = folder.split("/")[depth]
        if _NO_CLASS.match(name.casefold()) and name != positive:
            example = "/".join(["*"] * (depth + 2))
            return (
                f"{name} is named like something that belongs to images, not like a class; put"
                " the images of"
                f' each class in a folder of its own, or write `images: "{example}"` if it is one'
            )
    return None


def _doubtful_folder(folders: list[str], depth: int, classes: list[str]) -> str | None:
    """Below a class: folders of masks and the like, splits, and other classes."""
    names = {name.casefold() for name in classes}
    every = folders_above(folders)
    for folder in every:
        above, _, name = folder.rpartition("/")
        if folder.count("/") <= depth:
            continue
        own = folder.split("/")[depth].casefold()
        if _BESIDE.search(name.casefold()):
            beside = [
                other.rpartition("/")[2]
                for other in every
                if other.rpartition("/")[0] == above and not _BESIDE.search(other.casefold())
            ]
            glob = f'"{stars(above)}{beside[0]}/*"' if beside else f'"!**/{name}/**"'
            return (
                f"{folder} is named like masks or labels of images; say which files are the"
                f" images, as in `images: {glob}`, {ALL}"
            )
        if _ASIDE.fullmatch(name.casefold()):
            return (
                f"{folder} seems to hold images set aside or made from others; leave it out"
                f' with `images: "!**/{name}/**"`, {ALL}'
            )
        if split_of(name):
            return (
                f"{folder} is a split below a class; put the folders of the splits above those of"
                f' the classes, or write `images: "**"` if it is not a split'
            )
        if name.casefold() in names - {own}:
            return (
                f"{folder} is named like a class but lies in the folder of another; say which files"
                f' are the images, as in `images: "{stars(above)}*"`, {ALL}'
            )
    return None
