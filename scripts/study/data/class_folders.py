"""Folders taken as classes whose names say that they are parts or copies of something else.

Light to import: it is used while the Snakefile is read.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from study.data import SPLITS
from study.data.image_globs import literal, matches
from study.data.split_folders import listed, split_of
from study.data.storage_folders import stored_as

# Words for images that were made of others. Not `rot` or `crop`, which are of plants as well.
_CHANGED = re.compile(
    r"(aug(?:s|mented|mentations?)?|[hv]?flip(?:ped)?|mirrored|rotated|resized|rescaled|cropped"
    r"|copy|copies|kopie|copie|copia)\d*$"
)
_STATED = {"original", "originals", "orig", "new", "old"}
# What systems and people call folders that are not classes.
_NO_CLASS = re.compile(
    r"(?:(new|untitled) folder( \d+)?|neuer ordner|nouveau dossier|nueva carpeta|nuova cartella"
    r"|nova pasta|nieuwe map|ny mapp?e?|nowy folder|новая папка|新建文件夹|新增資料夾"
    r"|新しいフォルダー?|새 폴더|un-?labell?ed|un-?sorted|(seg_)?pred(iction)?s?"
    r"|trash|papierkorb|corbeille|papelera|recycled?|(recycle|recycling) bin"
    r"|backups?|bak|duplicates?|excluded?|rejected|discarded"
    r"|ignored?|te?mp|thumbs?|thumbnails?|overlays?|heat[-_ ]?maps?|grad[-_ ]?cams?|bbox(es)?"
    r"|figures|outputs?|results?|plots?|screenshots?|logs|checkpoints?)"
    r"(?:[-_ ](?:outputs?|results?|plots?|images?|maps?))?"
)
_COPY_OF = re.compile(r"(copy of|kopie von|copie de|copia de|copia di) ", re.IGNORECASE)
_COPY = re.compile(r"\s*\(\d+\)$")  # `benign (1)`, as systems call a second one
_MARKS = r"[-_\s\u2010-\u2015\u2212]+"  # also Unicode's hyphens, dashes and minus
_BETWEEN = re.compile(r"[-_. ()\[\]]+|(?<=[a-z])(?=[A-Z])")


class _Name(NamedTuple):
    """The name of a folder, without the words that say what it holds of a class."""

    folder: str
    rest: str  # `benign` of `benign_test` and of `benign (1)`
    split: str | None  # that a word names
    words: list[str]  # that were taken off


def doubtful_classes(classes: list[str], depth: int, patterns: Sequence[str] = ()) -> Iterator[str]:
    """What is wrong with the names of some folders, if they are to be those of classes.

    Args:
        classes: their names.
        depth: how many folders are above those of the classes.
        patterns: which files are read: globs that leave out, or none.

    Yields:
        What is wrong, and what to write.
    """
    every = ", ".join(f'"{pattern}"' for pattern in ("**", *patterns))
    every = f"[{every}]" if patterns else every
    answer = f"`images: {every}`" if depth else "`splits: none`"
    for folder in classes:
        if _NO_CLASS.fullmatch(_COPY.sub("", folder).casefold()):
            glob = f'"!{"*/" * depth}{literal(folder)}/**"'
            yield (
                f"{folder} is unlikely to be a class; leave it out with `images: {glob}`, or"
                f" write {answer} if all are classes"
            )
    alike: dict[str, list[_Name]] = {}
    for folder in classes:
        name = _read(folder, classes)
        alike.setdefault(name.rest.casefold(), []).append(name)
    several = [
        names
        for rest, names in alike.items()
        if rest and len(names) > 1 and any(name.words for name in names)
    ]
    of_splits = [names for names in several if any(name.split for name in names)]
    if of_splits:
        yield _splits_of_one(of_splits[0], answer)
    elif several:
        yield _copies(several, classes, depth, answer)
    yield from stored_as(classes, answer)


def _read(folder: str, folders: list[str]) -> _Name:
    plain = _COPY.sub("", folder)
    words = [folder[len(plain) :].strip()] if plain != folder and plain in folders else []
    if copy_of := _COPY_OF.match(folder):
        plain, words = folder[copy_of.end() :], [copy_of[0].strip()]
    kept: list[str] = []
    splits: list[str] = []
    changed = False  # by the word before
    for token in filter(None, _BETWEEN.split(plain if words else folder)):
        word = token.casefold()
        stem = word.rstrip("0123456789")
        if changed and word.isdigit():  # `rotated_90`, `copy 2`
            continue
        changed = bool(_CHANGED.match(word))
        split = split_of(stem)
        if split:
            splits.append(split)
            kept += filter(None, [word[len(stem) :]])
        elif not changed and word not in _STATED:
            kept.append(token)
            continue
        words.append(word)
    return _Name(folder, "_".join(kept), splits[0] if splits else None, words)


def _splits_of_one(names: list[_Name], answer: str) -> str:
    found = {name.split or "train" for name in names} | {"train"}
    if len(found) == 1:
        found.add("test")
    rest = names[0].rest
    instead = [f"{split}/{rest}" for split in SPLITS if split in found]
    return (
        f"{listed([name.folder for name in names])} are named like one class in several splits; put"
        f" the folders of the classes in those of the splits, as in {listed(instead)}, or write"
        f" {answer} if all are classes"
    )


def _copies(several: list[list[_Name]], classes: list[str], depth: int, answer: str) -> str:
    copies: list[str] = []
    for names in several:
        first = min(names, key=_distance)
        copies += [name.folder for name in names if name is not first]
    globs = [f'"!{"*/" * depth}{glob}/**"' for glob in _globs(copies, classes)]
    images = globs[0] if len(globs) == 1 else f"[{', '.join(globs)}]"
    words = dict.fromkeys(word for name in several[0] for word in name.words)
    return (
        f"{listed([name.folder for name in several[0]])} have the same name except for"
        f" {listed([*words])}, as copies of a class do; leave the copies out, as in"
        f" `images: {images}`, or write {answer} if all are classes"
    )


def _distance(name: _Name) -> tuple[bool, int]:
    """Least for the folder that the others are copies of."""
    return not {*name.words} <= {"original", "originals", "orig"}, len(name.words)


def _globs(folders: list[str], classes: list[str]) -> list[str]:
    """What fits some folders and no others: `*_augmented`, or each by its name."""
    breaks = [found.start() for found in re.finditer(r"[-_. (\[]+", folders[0])]
    endings = [f"*{literal(folders[0][at:])}" for at in breaks]
    beginnings = [f"{literal(folders[0][: at + 1])}*" for at in reversed(breaks)]
    for glob in endings + beginnings:
        if sorted(name for name in classes if matches(name, glob)) == sorted(folders):
            return [glob]
    return [literal(folder) for folder in folders]


def words_of(folder: str) -> list[str]:
    """The words of a name, in lower case: two each for `stage_II` and `typeA`."""
    return [word.casefold() for word in _BETWEEN.split(folder) if word]


def without_marks(folder: str) -> str:
    """A name in lower case, without hyphens, underscores and blanks: the same for one class.

    A hyphen that may be a minus stays, as in `CD4-`, and so does one between digits, as in `1-2`.
    """
    between_digits = re.sub(rf"(?<=\d){_MARKS}(?=\d)", "-", folder.casefold().strip())
    letter, either = r"[^\W\d_]", r"[^\W_]"
    return re.sub(
        rf"(?<={letter}){_MARKS}(?={either})|(?<={either}){_MARKS}(?={letter})", "", between_digits
    )
