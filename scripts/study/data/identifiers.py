"""Images whose names begin with one identifier, such as a patient's: `P001_slice03.png`; or with
one date, such as `IMG_20240301_101010.jpg`, which identifies nothing but a day.

An identifier is the shortest beginning of a name, up to `_`, `-`, `.` or a blank, that has a digit
in it and is not all of the name: `P001`, `aug_3` of `aug_3_4821`; `img_001` has none. Where it
is the same in all of a class, what comes after it counts: `22549AB` of `SOB_B_A-14-22549AB-40`.
The same one in two folders is one, as a patient may be in two splits or classes.

Light to import: it is used while the Snakefile is read.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from study.data.pattern_advice import Advice, as_entry, groups_by

_PART = "[^-_. /]*[-_. ]"  # of a name, up to what parts it
_IDENTIFIERS = "([^0-9/]*[0-9][^-_. /]*)[-_. ][^/]*[.][A-Za-z]+$"
# Without the word before it and the time of day behind it
_DAYS = (
    "^(?:.*/)?[^0-9/]*((?:19|20)[0-9]{2}[-_.]?[0-9]{2}[-_.]?[0-9]{2})(?:[0-9]{6})?"
    "(?:[^0-9/][^/]*)?[.][A-Za-z]+$"
)
_OF_CAMERAS = re.compile(
    r"(img|mvimg|pxl|vid|dsc|wp|p|photo|image|picture|scan|screenshot|signal|whatsapp image)?"
    r"[-_. ]*",
    re.IGNORECASE,
)


class Shared(NamedTuple):
    """Images that share what their names begin with."""

    images: dict[str, list[str]]  # identifier or day -> the names of its images
    pattern: str
    are_days: bool


def shared_beginnings(names: Sequence[str], classes: Sequence[str | int]) -> list[Shared]:
    """Which images share a day or an identifier.

    Nothing where fewer than half share theirs with others, or where no class has two identifiers,
    as where they are the names of classes.

    Args:
        names: of all images.
        classes: the class of each.
    """
    class_of = dict(zip(names, classes))
    days = _days(class_of)
    dated = {name for inside in days.values() for name in inside}
    rest = [name for name in names if name not in dated]
    found = [Shared(days, _DAYS, are_days=True)] if _many_share(days, class_of, len(names)) else []
    for parts in dict.fromkeys([0, _parts_alike(rest, class_of)]):
        skipped = f"(?:{_PART}){{{parts}}}" if parts else ""
        pattern = f"^(?:.*/)?{skipped}{_IDENTIFIERS}"
        identified = groups_by(rest, pattern)
        if _many_share(identified, class_of, len(rest)):
            return [*found, Shared(identified, pattern, are_days=False)]
    return found


def _parts_alike(names: Sequence[str], class_of: Mapping[str, str | int]) -> int:
    """How many parts all names of a class begin with alike, for the class with the fewest."""
    begin: dict[str | int, list[str]] = {}
    for name in names:
        parts = re.findall(_PART, name.rpartition("/")[2])
        alike = begin.setdefault(class_of[name], parts)
        same = [one == other for one, other in zip(alike, parts)]
        del alike[[*same, False].index(False) :]
    return min(map(len, begin.values()), default=0)


def _days(class_of: Mapping[str, str | int]) -> dict[str, list[str]]:
    """Day -> its images; none where not all are dates, or where other words may be identifiers."""
    found = groups_by([*class_of], _DAYS)
    if not all(map(_is_date, found)):
        return {}
    names = [name for inside in found.values() for name in inside]
    before = {(class_of[name], _before_digits(name.rpartition("/")[2])) for name in names}
    one_each = len(before) == len({label for label, _ in before})
    return found if one_each or all(_OF_CAMERAS.fullmatch(word) for _, word in before) else {}


def _before_digits(file: str) -> str:
    return re.split("[0-9]", file, maxsplit=1)[0]


def _is_date(day: str) -> bool:
    try:
        datetime.strptime(re.sub("[^0-9]", "", day), "%Y%m%d")
    except ValueError:
        return False
    return True


def _many_share(
    found: Mapping[str, list[str]], class_of: Mapping[str, str | int], count: int
) -> bool:
    """Whether at least half of `count` images share their key with others, and a class has two."""
    pairs = {(class_of[name], key) for key, inside in found.items() for name in inside}
    shared = sum(len(inside) for inside in found.values() if len(inside) > 1)
    return 2 * shared >= count > 0 and len(pairs) > len({label for label, _ in pairs})


def begun_alike(read: list[str], depth: int, said: Sequence[Advice]) -> list[Advice]:
    """What is said of images that share a day or an identifier, unless it has been said.

    Args:
        read: the names of the images that are read.
        depth: how many folders are above those of the classes.
        said: what has been said of what belongs together.
    """
    return [
        Advice(_sentence(read, shared), shared.pattern)
        for shared in shared_beginnings(read, [name.split("/")[depth] for name in read])
        if not any(_keeps_together(advice, shared.images) for advice in said)
    ]


def _sentence(read: list[str], shared: Shared) -> str:
    several = {key: names for key, names in shared.images.items() if len(names) > 1}
    key, (one, other, *_) = next(iter(several.items()))
    count = sum(map(len, several.values()))
    groups = as_entry(read, shared.images, shared.pattern)
    if shared.are_days:
        return (
            f"Judging by their names, {count} images come from {len(several)}"
            f" day{'s' * (len(several) > 1)}; {one} and {other}, for example, from {key}. A date"
            " does not say whom or what they show. Images of one series, seconds apart, may be"
            f" nearly the same; to keep those of a day in one split, write {groups}."
        )
    alike = (
        f"one of {len(several)} identifiers that they share, such as"
        if len(several) > 1
        else "an identifier that they share,"
    )
    return (
        f"{count} images have names that begin with {alike} {key} in {one} and {other}; without"
        " `groups`, each image is its own group. If images whose names begin alike come from"
        f" one patient, or the like, write {groups} to keep them in one split."
    )


def _keeps_together(advice: Advice, found: dict[str, list[str]]) -> bool:
    """Whether the advised groups keep together the images of a folder that share an identifier."""
    if advice.pattern is None:
        return False
    inside: dict[tuple[str, str], set[str]] = {}
    for key, names in found.items():
        for name in names:
            match = re.search(advice.pattern, name)
            folder = name.rpartition("/")[0]
            inside.setdefault((key, folder), set()).add(match[1] if match else name)
    return all(len(groups) == 1 for groups in inside.values())


def torn_beginnings(
    names: Sequence[str],
    classes: Sequence[str | int],
    splits: Sequence[str],
    videos: Mapping[str, str],
) -> list[tuple[Shared, list[list[str]]]]:
    """What names share, and an image in each of two splits for what is in several splits.

    Args:
        names: of all samples.
        classes: the class of each.
        splits: the split of each.
        videos: frame -> its video. Images of one video are left to what is said of videos.
    """
    split_of = dict(zip(names, splits))
    found = []
    for shared in shared_beginnings(names, classes):
        torn = []
        for inside in shared.images.values():
            first = {split_of[name]: name for name in reversed(inside)}
            of_videos = {videos.get(name) for name in inside}
            if len(first) > 1 and (len(of_videos) > 1 or None in of_videos):
                torn.append([first[split] for split in dict.fromkeys(splits) if split in first][:2])
        if torn:
            found.append((shared, torn))
    return found
