"""Which folders of a data set are its splits.

Light to import: it is used while the Snakefile is read.
"""

import re
from typing import Any

from study.data import SPLITS
from study.data.listing import normalized
from study.store.errors import UserError

# Words for splits, as the folders of data sets have them.
SPELLINGS = {
    **dict.fromkeys(("train", "training", "trn"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "validate", "dev"), "val"),
    **dict.fromkeys(("test", "testing", "tst"), "test"),
}
_ENDING = re.compile(r"[-_ .]?(set|data|images?|split|folder)$")


def split_of(folder: str) -> str | None:
    """The split that a folder is called as: of `Training`, `test_set` or `val-images`."""
    return SPELLINGS.get(_ENDING.sub("", folder.casefold()))


def find_splits(where: str, declared: Any, folders: list[str]) -> dict[str, str]:
    """Which of some folders is which split; nothing where they are classes.

    Args:
        where: the folder that they are in, for messages.
        declared: `splits` of the entry: `none`, or split -> folder; None where it does not say.
        folders: the names of all that are to be splits or classes.

    Returns:
        Split -> folder, in the order of `SPLITS`.

    Raises:
        UserError: some are splits and others are not, two are the same split, or none is `train`.
    """
    if declared == "none":
        return {}
    splits = _declared(where, declared, folders) if declared else _called(where, folders)
    splits = {split: splits[split] for split in SPLITS if split in splits}
    others = [folder for folder in folders if folder not in splits.values()]
    if splits and others:
        are = "are splits" if len(splits) > 1 else "is a split"
        read = ", ".join(f'"{folder}/**"' for folder in splits.values())
        raise UserError(
            f"{where}: {listed(list(splits.values()))} {are}, and {listed(others)}"
            f" {'are' if len(others) > 1 else 'is'} not; if all are classes, write `splits: none`;"
            f" else move the rest away, or leave it out with `images: [{read}]`, or name the"
            " splits, as in `splits: {train: Training, test: Testing}`"
        )
    if splits and "train" not in splits:
        raise UserError(
            f"{where} has {', '.join(splits.values())} but no train; name it, as in"
            " `splits: {train: Training}`, or write `splits: none` if all are classes"
        )
    return splits


def _declared(where: str, declared: dict[str, str], folders: list[str]) -> dict[str, str]:
    splits = {split: normalized(folder) for split, folder in declared.items()}
    for split, folder in splits.items():
        if folder not in folders:
            raise UserError(
                f"{where}: splits says that {split} is {folder}, and there are {listed(folders)}"
            )
    if len({*splits.values()}) < len(splits):
        raise UserError(f"{where}: splits has one folder for two of {listed(list(splits))}")
    return splits


def _called(where: str, folders: list[str]) -> dict[str, str]:
    splits: dict[str, str] = {}
    for folder in folders:
        split = split_of(folder)
        if split in splits:
            raise UserError(
                f"{where}: {splits[split]} and {folder} are both called as {split} is; move one"
                " away, or write `splits: none` if all are classes"
            )
        if split:
            splits[split] = folder
    return splits


def listed(names: list[str], most: int = 5) -> str:
    """`a, b and c`; of many the first."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} others"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
