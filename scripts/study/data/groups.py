"""What belongs together, such as the images of one patient: which group each sample is in.

A sample without a group is refused, or is a group of its own where the entry says so. Names are
compared in Unicode's composed form (NFC), because file systems and spreadsheets differ in it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from study.data.group_names import made_by_spreadsheets, some, spelt_alike
from study.data.listed_groups import plain, read_listed
from study.data.name_patterns import groups_by_pattern, refuse_folders_of_splits
from study.data.split_folders import listed, split_of
from study.store.errors import UserError

MERGED = (
    "each group is in one row, above blank ones: if these were merged cells of a spreadsheet, fill"
    " the group down to all of its rows"
)


def read_groups(
    name: str, entry: Mapping[str, Any] | None, names: Sequence[str], files: Mapping[str, Path]
) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """The group of each sample, by a pattern on its name or from a file.

    Args:
        name: the data set's name.
        entry: its `groups`.
        names: of the samples.
        files: of the data set, with the file of groups as `groups`.

    Returns:
        (n,) of text, empty where a sample is a group of its own, and None where there is no entry;
        and what was decided, in sentences.

    Raises:
        UserError: the file or the pattern does not give each sample a group, or gives it two.
    """
    if entry is None:
        return None, ()
    wanted = [plain(sample) for sample in names]
    extra: list[str] = []
    nothing: list[str] = []
    cut: list[str] = []
    merged = False
    if "pattern" in entry:
        where = f"datasets.{name}.groups.pattern: {entry['pattern']}"
        groups, cut = groups_by_pattern(where, entry["pattern"], wanted)
    else:
        where = str(files["groups"])
        by_image, nothing, merged = read_listed(files["groups"], wanted)
        groups = [by_image.get(sample, (0, ""))[1] for sample in wanted]
        present = {*wanted}
        extra = [
            f"{image} (line {by_image[image][0]})" for image in by_image if image not in present
        ]
    missing = [sample for sample, group in zip(names, groups) if not group]
    if missing and (extra or len(missing) == len(names) or entry.get("missing") != "own"):
        text = _missing_text(where, missing, len(names), extra, entry, merged)
        raise UserError(text + f" ({some(nothing)} is not a group)" * bool(nothing))
    _refuse_splits_as_groups(where, groups)
    decided = _decided(where, missing, groups, extra)
    if merged:
        decided.append(f"{Path(where).name}: {MERGED}.")
    return np.array(groups), (*cut, *decided)


def _refuse_splits_as_groups(where: str, groups: Sequence[str]) -> None:
    """Stop where groups are named like splits: they would be drawn into other splits."""
    names = sorted({group for group in groups if group})
    if len(names) > 1 and all(split_of(name) for name in names):
        raise UserError(
            f"{where}: the groups are {listed(names)}, which are splits: a group is, for example,"
            " all images of a patient; put the images of each split into a folder named"
            " after it, above the class folders"
        )


def refuse_groups_of_splits(
    name: str,
    entry: Mapping[str, Any] | None,
    names: Sequence[str],
    splits: Mapping[str, np.ndarray],
) -> None:
    """Stop where a pattern finds the folders of the splits.

    Args:
        name: the data set's name.
        entry: its `groups`.
        names: of the samples.
        splits: split -> rows, before others are drawn from them.

    Raises:
        UserError: it does, so that each split would be one group.
    """
    if entry and "pattern" in entry:
        where = f"datasets.{name}.groups.pattern: {entry['pattern']}"
        named = {
            split: [plain(names[row]) for row in rows]
            for split, rows in splits.items()
            if len(rows)
        }
        refuse_folders_of_splits(where, entry["pattern"], named)


def own_groups(groups: Sequence[str] | np.ndarray | None) -> np.ndarray | None:
    """Names of groups, with a name of its own for each sample without one; None where none has one.

    Args:
        groups: (n,) of text, empty where a sample has no group.
    """
    if groups is None or not any(groups):
        return None
    return np.array([f"group {name}" if name else f"row {row}" for row, name in enumerate(groups)])


def _missing_text(
    where: str,
    missing: list[str],
    count: int,
    extra: list[str],
    entry: Mapping[str, Any],
    merged: bool,
) -> str:
    text = f"{where}: {len(missing)} of {count} samples have no group: {some(missing)}"
    if extra:
        text += (
            f"; listed there, but not samples: {some(extra)}; an image is named by its path, as"
            f" {missing[0]} is"
        )
    if len(missing) == count:
        return text
    if merged:
        text += f"; {MERGED}"
    if entry.get("missing") == "own":
        return f"{text}; or remove these lines"
    return f"{text}; or write `missing: own` to make each of these samples a group of its own"


def _decided(where: str, missing: list[str], groups: list[str], extra: list[str]) -> list[str]:
    """What was decided about groups, in sentences."""
    decided = []
    if missing:
        decided.append(
            f"{len(missing)} of {len(groups)} samples have no group, and each is its own group:"
            f" {some(missing)}."
        )
    if extra:
        decided.append(f"{Path(where).name} lists images that are not samples: {some(extra)}.")
    decided += made_by_spreadsheets({*filter(None, groups)})
    if len({*filter(None, groups)}) == sum(map(bool, groups)) > 1:
        decided.append("No group has two samples, so groups keep nothing together.")
    (largest, most), *others = Counter(filter(None, groups)).most_common(2) or [("", 0)]
    if most > 4 and most > 3 * max((count for _, count in others), default=0) and others:
        decided.append(
            f"The group {largest} has {most} of {len(groups)} samples, more than three times as"
            " many as any other; if it stands for samples whose group is not known, leave it blank."
        )
    decided += spelt_alike([*filter(None, groups)])
    return decided
