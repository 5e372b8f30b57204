"""What belongs together, such as a patient's images, and is in more than one split."""

from collections import defaultdict

import numpy as np

from study.data.findings import NOT_CHECKED, finding
from study.data.groups import own_groups
from study.data.identifiers import torn_beginnings
from study.data.videos import torn_videos, videos_of


def check_groups(groups: list[str], split_of: np.ndarray) -> dict:
    """Groups, such as patients, with samples in more than one split.

    A sample without a group is one of its own.
    """
    named = own_groups(groups)
    if named is None:
        return finding("groups", NOT_CHECKED, "no groups are declared")
    group_of, seen = dict(zip(named, groups)), defaultdict(set)
    for group, split in zip(named, split_of):
        seen[group].add(split)
    torn = sorted(group_of[group] for group, splits in seen.items() if len(splits) > 1)
    are = "is" if len(torn) == 1 else "are"
    text = f"{len(torn)} of {len(seen)} groups {are} in more than one split"
    return finding("groups", "error" if torn else "ok", text, [[group] for group in torn])


def check_frames(groups: list[str], names: list[str], split_of: np.ndarray) -> list[dict]:
    """Videos, by the names of their frames, that are in more than one split; without groups."""
    if any(groups):
        return []
    torn, count = torn_videos(_names_of_splits(names, split_of))
    if not torn:
        return []
    text = (
        f"{len(torn)} of {count} videos, judging by frame names,"
        f" {'is' if len(torn) == 1 else 'are'} in more than one split,"
        " and neighbouring frames are nearly the same; `groups` keeps them together"
    )
    return [finding("frames of videos", "warning", text, torn)]


def check_beginnings(
    groups: list[str], names: list[str], labels: np.ndarray, split_of: np.ndarray
) -> list[dict]:
    """Identifiers and days that names of images begin with, in several splits; without groups."""
    if any(groups):
        return []
    videos = videos_of(_names_of_splits(names, split_of))
    findings = []
    for shared, torn in torn_beginnings(names, labels.tolist(), split_of.tolist(), videos):
        torn_of = f"{len(torn)} of {len(shared.images)}"
        if shared.are_days:
            check = "dates in names"
            text = (
                f"judging by image names, {torn_of} days"
                f" {'is' if len(torn) == 1 else 'are'} in more than one split;"
                " images of one series may be nearly the same, and `groups` keeps those of a day"
                " together"
            )
        else:
            check = "identifiers in names"
            text = (
                f"{torn_of} identifiers at the start of image names, such as those of patients,"
                f" {'is' if len(torn) == 1 else 'are'} in more than one split; `groups` keeps their"
                " images together"
            )
        findings.append(finding(check, "warning", text, torn))
    return findings


def _names_of_splits(names: list[str], split_of: np.ndarray) -> list[tuple[str, list[str]]]:
    """Each split, and the names of its samples."""
    samples = np.array(names)
    return [(split, samples[split_of == split].tolist()) for split in dict.fromkeys(split_of)]
