"""Files below the folder of a class that may be something else than its images, such as masks.

Light to import: it is used while the Snakefile is read.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from study.data.class_folders import doubtful_classes
from study.data.split_folders import split_of
from study.store.errors import UserError

ALL = 'or `images: "**"` for all of them'
# What folders of segmentations, boxes and the like are called, beside the images that they are of.
_BESIDE = re.compile(
    r"mask|annotat|label|segment|ground.?truth"
    r"|(?<![a-z])(gt|seg|rois?|overlays?|contours?|bbox(es)?|boxes|heat.?maps?)(?![a-z])"
)
# As a class may be called a mask, of faces with one, only these are no class by their name alone.
_NO_CLASS = re.compile(
    r"((?!.*\b(with|without|no|face|correct|incorrect)[-_. ]).+[-_. ])?"
    r"(masks|annotations?|labels|segmentations?|ground.?truths?)$"
)
# What was put aside, and what was made of images.
_ASIDE = re.compile(
    r"excluded?|old|backups?|bak|aug|augment(ed|ations?)|rejected|discarded|ignored?|duplicates?"
)
_MASK_OF = re.compile(
    r"(.+?)[-_. ]+"
    r"(masks?|annotations?|labels?|seg|segmentations?|gt|ground.?truth|superpixels?)([-_. ]?\d+)?$"
)
_OF_MASK = re.compile(r"((?:masks?|labels?|seg|gt)[-_. ]+)(.+)")  # `mask_1`
_OF_IMAGE = ("", "img_", "image_", "img", "image")  # how the image of such a mask begins
_NUMBER = re.compile(r"(?<![^\W_])([^\W\d_]*)\d[^\W_]*")  # 12, patient7, 3f2a


def refuse_doubtful(
    where: str, images: list[str], depth: int, classes: list[str], entry: Mapping[str, Any]
) -> None:
    """Stop where some files are likely to be no images of their class.

    Args:
        where: the folder, for messages.
        images: their names, of all that are to be read.
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
        _crossed(folders, depth),
        _two_depths(folders, depth),
        _repeated(images, depth),
        _paired(images),
        *(doubtful_classes(classes, depth) if entry.get("splits") != "none" else ()),
    ):
        if problem:
            raise UserError(f"{where}: {problem}")


def folders_above(folders: Iterable[str]) -> list[str]:
    """Some folders and those above them, each once."""
    found: dict[str, None] = {}
    for folder in folders:
        parts = folder.split("/")
        found.update(dict.fromkeys("/".join(parts[: end + 1]) for end in range(len(parts))))
    return list(found)


def _doubtful_class(folders: list[str], depth: int, positive: str | None) -> str | None:
    for folder in folders:
        name = folder.split("/")[depth]
        if _NO_CLASS.match(name.casefold()) and name != positive:
            example = "/".join(["*"] * (depth + 2))
            return (
                f"{name} is called as what belongs to images, not as a class; put the images of"
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
            glob = f'"{_stars(above)}{beside[0]}/*"' if beside else f'"!**/{name}/**"'
            return (
                f"{folder} is called as masks or labels of images are; say which files are the"
                f" images, as in `images: {glob}`, {ALL}"
            )
        if _ASIDE.fullmatch(name.casefold()):
            return (
                f"{folder} is called as what was put aside, or made of other images; leave it out"
                f' with `images: "!**/{name}/**"`, {ALL}'
            )
        if split_of(name):
            return (
                f"{folder} is a split below a class; put the folders of the splits above those of"
                f' the classes, or write `images: "**"` if it is none'
            )
        if name.casefold() in names - {own}:
            return (
                f"{folder} is called as a class, and is in the folder of another; say which files"
                f' are the images, as in `images: "{_stars(above)}*"`, {ALL}'
            )
    return None


def _crossed(folders: list[str], depth: int) -> str | None:
    """All classes have folders of the same names: which of the two levels is that of the classes?

    Not so folders that are numbered, such as patient7, unless each class has the same.
    """
    paths = [folder.split("/") for folder in folders]
    level = _first_that_differs(paths, depth + 1)
    inner: dict[str, set[str]] = {}
    for parts in paths:
        inner.setdefault(parts[depth], set()).update(parts[level : level + 1])
    common = set.intersection(*inner.values())
    numbered = len({_shape(name) for name in common}) < 2
    same = all(names == common for names in inner.values())
    if len(inner) < 2 or len(common) < 2 or (numbered and not same):
        return None
    first, second = sorted(inner)[:2]
    some = " and ".join(sorted(common)[:2])
    return (
        f"{first} and {second} have folders of the same names, such as {some}; if those are the"
        " classes, put them above the others; if they are parts of the classes, write"
        ' `images: "**"`'
    )


def _first_that_differs(paths: list[list[str]], level: int) -> int:
    """The first level from one on at which paths have several names: 2 of `benign/SOB/40X`."""
    levels = list(zip(*paths))
    while level < len(levels) and len({*levels[level]}) == 1:
        level += 1
    return level


def _two_depths(folders: list[str], depth: int) -> str | None:
    first: dict[str, str] = {}
    for folder in folders:
        parts = folder.split("/")
        other = first.setdefault("/".join(parts[: depth + 1]), folder)
        if other.count("/") != len(parts) - 1:
            globs = [f'`images: "{_stars(name)}*"`' for name in (other, folder)]
            return (
                f"images of a class lie at different depths, in {other} and in {folder}; say"
                f" which are meant, as in {globs[0]} or {globs[1]}, {ALL}"
            )
    return None


def _repeated(images: list[str], depth: int) -> str | None:
    """Folders of a class beside each other have files of the same names, as images and masks do.

    Not so folders that are numbered, such as patient7 and patient12.
    """
    first: dict[tuple[str, str], str] = {}
    for image in images:
        parts = image.split("/")
        for level in range(depth + 1, len(parts) - 1):
            rest = "/".join(parts[level + 1 :]).rpartition(".")[0].casefold()
            above = "/".join(parts[:level])
            other = first.setdefault((above, rest), parts[level])
            if other != parts[level] and _shape(other) != _shape(parts[level]):
                return (
                    f"{above}/{other} and {above}/{parts[level]} have files of the same names, as"
                    f" images and their masks do, such as {image}; say which are the images, as in"
                    f' `images: "{_stars(above)}{other}/**"`, {ALL}'
                )
    return None


def _shape(folder: str) -> str:
    """A folder's name without its numbers: the same for those that are numbered alike."""
    return _NUMBER.sub(r"\1#", folder)


def _paired(images: list[str]) -> str | None:
    """A file is called as the mask of one beside it: `1_mask.png` or `mask_1.png`, and `1.png`."""
    stems = [image.casefold().rpartition(".")[0] for image in images]
    ended = [
        (image, found) for image, stem in zip(images, stems) if (found := _MASK_OF.match(stem))
    ]
    begun = [
        (image, stem, found)
        for image, stem in zip(images, stems)
        if (found := _OF_MASK.match(stem, stem.rfind("/") + 1))
    ]
    beside = {*stems} if ended or begun else set()
    for image, found in ended:
        if found[1] in beside:
            ending = image.rpartition(".")[0][len(found[1]) :]
            word = re.sub(r"[-_. ]?\d+$", "", ending)
            return _mask_beside(image, f"*{word}*")
    paired: dict[str, list[str]] = {}
    for image, stem, found in begun:
        if any(f"{stem[: found.start()]}{word}{found[2]}" in beside for word in _OF_IMAGE):
            paired.setdefault(found[1], []).append(image)
    for beginning, masks in paired.items():
        # `gt_car.png` beside `car.png` may be another car: short words count if half are in pairs
        if beginning.startswith("mask") or 4 * len(masks) >= len(images):
            return _mask_beside(masks[0], f"{beginning}*")
    return None


def _mask_beside(image: str, glob: str) -> str:
    return (
        f"{image} is called as the mask of an image beside it; leave such files out with"
        f' `images: "!**/{glob}"`, {ALL}'
    )


def _stars(folder: str) -> str:
    """What stands for folders as deep as one: `*/*/`."""
    return "*/" * (folder.count("/") + 1)
