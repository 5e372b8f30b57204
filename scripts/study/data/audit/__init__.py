"""The audit of a prepared data set: its balance, values, duplicates, leaks, and floors."""

import numpy as np

from study.data.audit.balance import check_balance, describe_split
from study.data.audit.duplicates import check_exact, check_near, find_exact
from study.data.audit.floors import check_size, measure_floors
from study.data.audit.image_properties import check_files
from study.data.audit.leaks import check_beginnings, check_frames, check_groups
from study.data.audit.thumbnails import make_thumbnails
from study.data.audit.values import check_pixels, check_ranges, check_telling, describe_pixels


def audit(
    splits: dict,
    names: list[str],
    groups: list[str],
    classes: list[str],
    files: dict[str, dict[str, list[int]]] | None = None,
) -> dict:
    """All facts and findings about a data set.

    Args:
        splits: split -> inputs (n, ...) and labels (n,), in the order of the rows.
        names: of all samples, in that order.
        groups: of all samples, empty texts where there are none.
        classes: names of the classes in the order of their labels.
        files: of images that were decoded, what differs among their files, as property -> value ->
            how many files of each class.

    Returns:
        `splits` (counts), `pixels`, `floors` (what a network must beat), `findings`.
    """
    split_of = np.concatenate([[split] * len(pair[1]) for split, pair in splits.items()])
    labels = np.concatenate([pair[1] for pair in splits.values()])
    thumbnails = {split: make_thumbnails(pair[0]) for split, pair in splits.items()}
    exact = find_exact(splits)
    floors = measure_floors(thumbnails, splits)
    findings = [
        *check_balance(splits, classes),
        *check_pixels(splits, names),
        check_telling(splits, classes),
        *check_ranges(splits, classes),
        *check_files(files, classes),
        *check_exact(exact, split_of, labels, names),
        check_near(splits, thumbnails, exact, names),
        check_groups(groups, split_of),
        *check_frames(groups, names, split_of),
        *check_beginnings(groups, names, labels, split_of),
        check_size(splits, floors),
    ]
    return {
        "splits": {split: describe_split(pair[1], classes) for split, pair in splits.items()},
        "pixels": describe_pixels(splits["train"][0]),
        "floors": floors,
        "findings": findings,
    }
