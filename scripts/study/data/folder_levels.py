"""Folders below those of classes, level by level: which of them may be something else.

`folders` are those that images are directly in, and `depth` is how many are above the classes'.

Light to import: it is used while the Snakefile is read.
"""

import re
from collections.abc import Iterable

from study.data.image_globs import ALL, stars

_NUMBER = re.compile(r"(?<![^\W_])([^\W\d_]*)\d[^\W_]*")  # 12, patient7, 3f2a


def folders_above(folders: Iterable[str]) -> list[str]:
    """Some folders and those above them, each once."""
    found: dict[str, None] = {}
    for folder in folders:
        parts = folder.split("/")
        found.update(dict.fromkeys("/".join(parts[: end + 1]) for end in range(len(parts))))
    return list(found)


def crossed_levels(folders: list[str], depth: int) -> str | None:
    """All classes have folders with the same names: which of the two levels is that of the classes?

    Numbered folders, such as patient7, do not count, unless each class has the same ones.
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
        f"{first} and {second} have folders with the same names, such as {some}; if those are the"
        " classes, put them above the others; if they are parts of the classes, write"
        ' `images: "**"`'
    )


def _first_that_differs(paths: list[list[str]], level: int) -> int:
    """The first level from one on at which paths have several names: 2 of `benign/SOB/40X`."""
    levels = list(zip(*paths))
    while level < len(levels) and len({*levels[level]}) == 1:
        level += 1
    return level


def two_depths(folders: list[str], depth: int) -> str | None:
    """Images of a class lie at several depths, some of them in folders of others."""
    first: dict[str, str] = {}
    for folder in folders:
        parts = folder.split("/")
        other = first.setdefault("/".join(parts[: depth + 1]), folder)
        if other.count("/") != len(parts) - 1:
            globs = [f'`images: "{stars(name)}*"`' for name in (other, folder)]
            return (
                f"images of a class lie at different depths, in {other} and in {folder}; say"
                f" which to use, as in {globs[0]} or {globs[1]}, {ALL}"
            )
    return None


def repeated_names(images: list[str], depth: int) -> str | None:
    """Sibling folders of a class have files with the same names, as images and masks do.

    Numbered folders, such as patient7 and patient12, do not count.
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
                    f"{above}/{other} and {above}/{parts[level]} have files with the same names, as"
                    f" images and their masks do, such as {image}; say which are the images, as in"
                    f' `images: "{stars(above)}{other}/**"`, {ALL}'
                )
    return None


def _shape(folder: str) -> str:
    """A folder's name without its numbers: the same for those that are numbered alike."""
    return _NUMBER.sub(r"\1#", folder)
