"""Images that are frames of videos by their names; neighbouring frames are nearly the same.

Light to import: it is used while the Snakefile is read.
"""

import re
from collections.abc import Sequence

from study.data.pattern_advice import LISTED, Advice, as_entry, groups_by

# The video of a frame, with its folders from that of the class on, comes before `_frame7`,
# `/frame_0001` or `-f0007`; or it is called so, as in `video3_0007`.
_VIDEOS = (
    "([^/]+/.+?)[-_. /]+(?i:frames?|frm|f(?=[0-9][0-9][0-9]))[-_. ]?[0-9]+[^0-9/][^/]*$",
    "([^/]+/(?:.*[-_. /])?(?i:videos?|vid|clip|movie)[-_. ]?[0-9]+)[-_. ]+[0-9]+[.][^.]+$",
)
_OF_NO_VIDEO = re.compile(r"(?:frames?|frm)[-_. ]?\d+\.[^.]+", re.IGNORECASE)


def frames_of_videos(read: list[str], above: str) -> tuple[list[Advice], int]:
    """What is said of frames, and how many images are frames.

    Args:
        read: the names of the images that are read.
        above: a pattern of the folders above those of the classes.
    """
    for video in _VIDEOS:
        found = groups_by(read, pattern := f"^{above}{video}")
        several = [names for names in found.values() if len(names) > 1]
        if several:
            count = sum(map(len, several))
            text = (
                f"Judging by their names, {count} images are frames of {len(several)}"
                f" video{'s' * (len(several) > 1)}, such as {several[0][0]} and {several[0][1]};"
                " neighbouring frames are nearly the same, and"
                f" to keep those of a video in one split, write {as_entry(read, found, pattern)}."
            )
            return [Advice(text, pattern)], sum(map(len, found.values()))
    frames = [name for name in read if _OF_NO_VIDEO.fullmatch(name.rpartition("/")[2])]
    if len(frames) < 2:
        return [], 0
    text = (
        f"Judging by their names, {len(frames)} images are frames of videos, such as {frames[0]},"
        " but the names do not say of which videos; neighbouring frames are nearly the same, and to"
        f" keep those of a video in one split, write {LISTED}."
    )
    return [Advice(text)], len(frames)


def torn_videos(splits: Sequence[tuple[str, list[str]]]) -> tuple[list[list[str]], int]:
    """For each video with frames in several splits, the first in two of them; and how many videos.

    Args:
        splits: each one's name, and the names of its samples. Folders that all of them are in are
            the split's, not part of a video's name.
    """
    videos = videos_of(splits)
    parts: dict[str, dict[str, str]] = {}  # video -> split -> a frame
    for split, names in splits:
        for name in names:
            if name in videos:
                parts.setdefault(videos[name], {}).setdefault(split, name)
    torn = [list(frames.values())[:2] for frames in parts.values() if len(frames) > 1]
    return torn, len(parts)


def videos_of(splits: Sequence[tuple[str, list[str]]]) -> dict[str, str]:
    """Frame -> its video, of all samples that are frames of videos: see `torn_videos`."""
    videos: dict[str, str] = {}
    for _, names in splits:
        folders = _common([name.split("/")[:-1] for name in names])
        for name in names:
            below = "/".join(name.split("/")[folders:])
            for video in _VIDEOS:
                if match := re.match(video, below):
                    videos[name] = match[1]
                    break
    return videos


def _common(paths: list[list[str]]) -> int:
    """How many of their first folders all paths share."""
    first, last = min(paths), max(paths)
    same = [one == other for one, other in zip(first, last)]
    return [*same, False].index(False)
