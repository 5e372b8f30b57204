"""Globs of `images`: which files they fit, and how messages write them.

Light to import: it is used while the Snakefile is read.
"""

import re
from fnmatch import fnmatchcase

from study.data.listing import normalized
from study.store.errors import UserError

ALL = 'or `images: "**"` for all of them'


def named_images(where: str, images: list[str], patterns: list[str]) -> list[str]:
    """The images that patterns name, or all if none names any, without those of patterns with `!`.

    Args:
        where: the folder, for messages.
        images: the names of all images.
        patterns: globs.

    Raises:
        UserError: a pattern matches no image, or they leave out all images.
    """
    wanted = {*images}
    if any(not pattern.startswith("!") for pattern in patterns):
        wanted = set()
    for pattern in sorted(patterns, key=takes_away):
        named = {name for name in images if matches(name, pattern.removeprefix("!"))}
        if not named:
            raise UserError(
                f"{where}: `images` has {pattern!r}, which matches none of the {len(images)}"
                f" images, such as {images[0]}"
            )
        wanted = wanted - named if takes_away(pattern) else wanted | named
    if not wanted:
        raise UserError(f"{where}: `images` leaves out all {len(images)} images")
    return [name for name in images if name in wanted]


def takes_away(pattern: str) -> bool:
    """Whether a glob leaves out what it matches."""
    return pattern.startswith("!")


def matches(name: str, pattern: str) -> bool:
    """Whether a name matches a glob, upper and lower case alike.

    Args:
        name: a path, with `/` between its parts.
        pattern: in which `*`, `?` and `[…]` stand for text within a part, and a part `**` for any
            number of parts; at the end for at least one.
    """
    return _match(normalized(name).casefold().split("/"), normalized(pattern).casefold().split("/"))


def _match(parts: list[str], patterns: list[str]) -> bool:
    if not patterns:
        return not parts
    if patterns == ["**"]:
        return bool(parts)
    if patterns[0] == "**":
        return any(_match(parts[skip:], patterns[1:]) for skip in range(len(parts) + 1))
    if not parts or not fnmatchcase(parts[0], patterns[0]):
        return False
    return _match(parts[1:], patterns[1:])


def literal(text: str) -> str:
    """A glob that fits a name alone."""
    return re.sub(r"[*?[]", r"[\g<0>]", text)


def stars(folder: str) -> str:
    """What stands for folders as deep as one: `*/*/`."""
    return "*/" * (folder.count("/") + 1)
