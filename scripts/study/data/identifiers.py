"""Images whose names begin with one identifier, such as a patient's: `P001_slice03.png`.

An identifier is the shortest beginning of a name, up to `_`, `-`, `.` or a blank, that has a digit
in it and is not all of the name: `P001`, `aug_3` of `aug_3_4821`, and none of `img_001`. The same
one in two folders is one, as a patient may be in two splits or classes.

Light to import: it is used while the Snakefile is read.
"""

import re
from collections.abc import Mapping, Sequence

from study.data.pattern_advice import Advice, as_entry, groups_by

_PATTERN = "^(?:.*/)?([^0-9/]*[0-9][^-_. /]*)[-_. ][^/]*[.][A-Za-z]+$"


def shared_identifiers(names: Sequence[str], classes: Sequence[str | int]) -> dict[str, list[str]]:
    """Identifier -> the names of its images; nothing where few images share theirs with others.

    Few are less than half. Nor is there anything where no class has two identifiers, as where they
    are the names of classes.

    Args:
        names: of all images.
        classes: the class of each.
    """
    found = groups_by(names, _PATTERN)
    class_of = dict(zip(names, classes))
    pairs = {(class_of[name], key) for key, inside in found.items() for name in inside}
    shared = sum(len(inside) for inside in found.values() if len(inside) > 1)
    if 2 * shared < len(names) or len(pairs) == len({label for label, _ in pairs}):
        return {}
    return found


def begun_alike(read: list[str], depth: int, said: Sequence[Advice]) -> list[Advice]:
    """What is said of images that share an identifier, unless it has been said.

    Args:
        read: the names of the images that are read.
        depth: how many folders are above those of the classes.
        said: what has been said of what belongs together.
    """
    found = shared_identifiers(read, [name.split("/")[depth] for name in read])
    if not found or any(_keeps_together(advice, found) for advice in said):
        return []
    several = {key: names for key, names in found.items() if len(names) > 1}
    key, (one, other, *_) = next(iter(several.items()))
    count = sum(map(len, several.values()))
    text = (
        f"By their names, {count} images share the identifier that they begin with, of"
        f" {len(several)}, such as {key} of {one} and {other}; without `groups`, each image is one"
        " of its own. If images that begin alike are of one patient or the like, write"
        f" {as_entry(read, found, _PATTERN)} to keep them in one split."
    )
    return [Advice(text, _PATTERN)]


def _keeps_together(advice: Advice, found: dict[str, list[str]]) -> bool:
    """Whether the advised groups have all images of one folder that share an identifier in one."""
    if advice.pattern is None:
        return False
    inside: dict[tuple[str, str], set[str]] = {}
    for key, names in found.items():
        for name in names:
            match = re.search(advice.pattern, name)
            folder = name.rpartition("/")[0]
            inside.setdefault((key, folder), set()).add(match[1] if match else name)
    return all(len(groups) == 1 for groups in inside.values())


def torn_identifiers(
    names: Sequence[str],
    classes: Sequence[str | int],
    splits: Sequence[str],
    videos: Mapping[str, str],
) -> tuple[list[list[str]], int]:
    """Of each identifier in several splits an image in two of them; and how many identifiers.

    Args:
        names: of all samples.
        classes: the class of each.
        splits: the split of each.
        videos: frame -> its video. Images of one video are left to what is said of videos.
    """
    found = shared_identifiers(names, classes)
    split_of = dict(zip(names, splits))
    torn = []
    for inside in found.values():
        first = {split_of[name]: name for name in reversed(inside)}
        of_videos = {videos.get(name) for name in inside}
        if len(first) > 1 and (len(of_videos) > 1 or None in of_videos):
            torn.append([first[split] for split in dict.fromkeys(splits) if split in first][:2])
    return torn, len(found)
