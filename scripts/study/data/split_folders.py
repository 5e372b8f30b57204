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
_BEGINNING = re.compile(r"^(seg|data|dataset|images?)[-_ .]")
_ENDING = re.compile(r"[-_ .]?(set|data|images?|split|folder)$")


def split_of(folder: str) -> str | None:
    """The split that a folder is named like: of `Training`, `test_set` or `seg_train`."""
    return SPELLINGS.get(_BEGINNING.sub("", _ENDING.sub("", folder.casefold())))


def depth_of(splits: dict[str, str]) -> int:
    """How many folders are above those of the classes."""
    return 1 + next(iter(splits.values())).count("/") if splits else 0


def find_splits(where: str, declared: Any, every: list[str]) -> dict[str, str]:
    """Which folders are which split; nothing where there are classes alone.

    Args:
        where: the folder that they are in, for messages.
        declared: `splits` of the entry: `none`, or split -> folder; None where it does not say.
        every: the names of all folders. Those of the splits are at the top, or as deep as those
            that are declared.

    Returns:
        Split -> folder, in the order of `SPLITS`.

    Raises:
        UserError: some are splits and others are not, two are the same split, or none is `train`.
    """
    if declared == "none":
        return {}
    depth = 0
    if declared:
        depths = {folder.count("/") for folder in declared.values()}
        if len(depths) > 1:
            raise UserError(
                f"{where}: `splits` has folders at several depths, {listed([*declared.values()])};"
                " put all of them at the same depth, as in"
                " `splits: {train: all/train, test: all/test}`"
            )
        (depth,) = depths
    folders = [folder for folder in every if folder.count("/") == depth]
    splits = _declared(where, declared, folders) if declared else _called(where, folders)
    splits = {split: splits[split] for split in SPLITS if split in splits}
    others = [folder for folder in folders if folder not in splits.values()]
    if splits and others:
        are = "are splits" if len(splits) > 1 else "is a split"
        read = ", ".join(f'"{folder}/**"' for folder in splits.values())
        known = {split: folder for folder in others if (split := split_of(folder)) not in splits}
        known = {split: folder for split, folder in known.items() if split}
        named = splits | known if known else {"train": "Training", "test": "Testing"}
        example = ", ".join(f"{split}: {folder}" for split, folder in named.items())
        raise UserError(
            f"{where}: {listed(list(splits.values()))} {are}, and {listed(others)}"
            f" {'are' if len(others) > 1 else 'is'} not; if all are classes, write `splits: none`;"
            f" otherwise move the rest away, or leave it out with `images: [{read}]`, or name the"
            f" splits, as in `splits: {{{example}}}`"
        )
    if splits and "train" not in splits:
        raise UserError(
            f"{where} has {', '.join(splits.values())} but no train; name it, as in"
            " `splits: {train: Training}`, or write `splits: none` if all are classes"
        )
    _refuse_twice(where, splits, every)
    return splits


def _refuse_twice(where: str, splits: dict[str, str], every: list[str]) -> None:
    """Stop where each folder of a split holds one folder alone, of the same split."""
    inner = {
        split: [name for name in every if name.rpartition("/")[0] == folder]
        for split, folder in splits.items()
    }
    if splits and all(
        len(names) == 1 and split_of(names[0].rpartition("/")[2]) == split
        for split, names in inner.items()
    ):
        below = ", ".join(f"{split}: {names[0]}" for split, names in inner.items())
        raise UserError(
            f"{where}: within {listed(list(splits.values()))} there is another folder of the same"
            " split;"
            f" write `splits: {{{below}}}`"
        )


def _declared(where: str, declared: dict[str, str], folders: list[str]) -> dict[str, str]:
    splits = {split: normalized(folder) for split, folder in declared.items()}
    for split, folder in splits.items():
        if folder not in folders:
            raise UserError(
                f"{where}: `splits` says {split} is {folder}, but there are only {listed(folders)}"
            )
    if len({*splits.values()}) < len(splits):
        raise UserError(f"{where}: `splits` names one folder for two of {listed(list(splits))}")
    return splits


def _called(where: str, folders: list[str]) -> dict[str, str]:
    splits: dict[str, str] = {}
    for folder in folders:
        split = split_of(folder)
        if split in splits:
            raise UserError(
                f"{where}: {splits[split]} and {folder} are both named like {split}; move one"
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
