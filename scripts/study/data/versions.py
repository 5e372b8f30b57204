"""Images that are versions of others by their names: edited, resized, copied, augmented.

Light to import: it is used while the Snakefile is read.
"""

import re
from typing import NamedTuple

from study.data.image_globs import literal, matches
from study.data.pattern_advice import LISTED, Advice, as_entry, groups_by

_WORDS = (
    r"[hv]?flip(?:ped)?|mirror(?:ed)?|rot(?:90|180|270)|rotat(?:ed?|ion)|aug(?:mented)?"
    r"|copy|kopie|copie|copia"
    r"|edit(?:ed)?|bearbeitet|modifi[eé]e?|editad[oa]|modificat[oa]"
    r"|thumb(?:nail)?|preview|small|medium|large|scaled|resized|crop(?:ped)?"
)
# What the name of a version ends in: its kind -> what fits it, and what is written in a pattern.
# `1_flip2`, `1 - Copy`; `1~2`, of a camera's app; `1-300x200`, of WordPress; `1 (1)`
_WORD = r"[-_. ]+(?i:{})[-_. ]?[0-9]*"
_ENDINGS = {"~": r"~[0-9]+", "x": r"[-_][0-9]+x[0-9]+", "(": r" ?[(][0-9]+[)]"}
_ENDED = re.compile(
    rf"(.+?)(?:{_WORD.format(f'(?P<word>{_WORDS})')}|(?P<other>{'|'.join(_ENDINGS.values())}))"
)
# How it begins, with what is there in its place: `thumb_1`, `Copy of 1`, `IMG_E7001` of `IMG_7001`
_BEGUN = re.compile(
    r"(?P<start>(?i:(?:thumb(?:nail)?|tn|preview|small|edited|cropped|resized|flip(?:ped)?"
    r"|aug(?:mented)?)[-_. ]+|copy of |kopie von |copie de |copia d[ei] ))(?P<rest>.+)"
    r"|(?P<iphone>IMG_E)(?P<number>[0-9]+)"
)


class _Begun(NamedTuple):
    """An image that was made of another, by how its name begins."""

    name: str
    beginning: str  # in lower case, or `IMG_E`


def versions_of_others(read: list[str], above: str) -> list[Advice]:
    """What is said of images that differ only in their extension, or that were made from others.

    Args:
        read: the names of the images that are read.
        above: a pattern of the folders above those of the classes.
    """
    stems = {name.rpartition(".")[0] for name in read}
    endings = {ending for stem in stems for ending in _endings_of(stem, stems)}
    said: list[Advice] = []
    if "(" in endings and _overreaches(read, above, _pattern(above, endings)):
        # `x (1)` to `x (99)` may be as many images, although there is an `x` elsewhere
        numbered = [name for name in read if "(" in _endings_of(name.rpartition(".")[0], stems)]
        said = [_made_of_others(numbered, None)]
        endings -= {"("}
    begun = [made for name in read if (made := _begun(name, stems))]
    if begun:
        wide = _pattern_without_folders(above, endings, begun)
        if not _merges(read, wide):
            return [*said, *several_by(read, wide)]
        globs = [f"{literal(beginning)}*" for beginning in dict.fromkeys(b for _, b in begun)]
        said.append(_made_of_others([name for name, _ in begun], _exact(read, begun, globs)))
    if endings or len(stems) < len(read):
        said += several_by(read, _pattern(above, endings))
    return said


def several_by(read: list[str], pattern: str) -> list[Advice]:
    """What is said of several images that are of one group by a pattern."""
    found = groups_by(read, pattern)
    several = [names for names in found.values() if len(names) > 1]
    if not several:
        return []
    count = sum(len(names) for names in several)
    text = (
        f"Judging by their names, {count} images are versions of only {len(several)}:"
        f" {several[0][0]} and {several[0][1]}, for example, are versions of one image. To keep"
        f" versions of one image in one split, write {as_entry(read, found, pattern)}."
    )
    return [Advice(text, pattern)]


def _endings_of(stem: str, stems: set[str]) -> list[str]:
    """What was added to the name of another image that is there: words, or kinds of `_ENDINGS`."""
    endings: list[str] = []
    while match := _ENDED.fullmatch(stem):
        word, other = match["word"], match["other"]
        endings.append(word.casefold() if word else next(k for k in _ENDINGS if k in other))
        stem = match[1]
        if stem in stems:
            return endings
    return []


def _begun(name: str, stems: set[str]) -> _Begun | None:
    folder, slash, file = name.rpartition(".")[0].rpartition("/")
    match = _BEGUN.fullmatch(file)
    if match is None:
        return None
    rest = match["rest"] or f"IMG_{match['number']}"
    stem = f"{folder}{slash}{rest}"
    if stem in stems or _endings_of(stem, stems):
        return _Begun(name, match["iphone"] or match["start"].casefold())
    return None


def _pattern(above: str, endings: set[str]) -> str:
    """The group of an image is its path without what was added."""
    return f"^{above}(.+?){_any_of(endings)}[.][^.]+$" if endings else f"^{above}(.+)[.][^.]+$"


def _pattern_without_folders(above: str, endings: set[str], begun: list[_Begun]) -> str:
    """The group of an image is its file's name without what was added in front and behind."""
    beginnings = sorted({made.beginning for made in begun})
    starts = "|".join(
        "IMG_E?(?=[0-9])" if start == "IMG_E" else f"(?i:{start.replace('.', '[.]')})"
        for start in beginnings
    )
    return f"^{above}[^/]+/(?:.*/)?(?:{starts})?(.+?){_any_of(endings)}[.][^.]+$"


def _any_of(endings: set[str]) -> str:
    words = sorted(endings - _ENDINGS.keys())
    parts = [_WORD.format("|".join(words))] if words else []
    parts += [pattern for kind, pattern in _ENDINGS.items() if kind in endings]
    return f"(?:{'|'.join(parts)})*" if parts else ""


def _overreaches(read: list[str], above: str, pattern: str) -> bool:
    """Whether a pattern puts images together none of which is the original of the others."""
    return any(
        len(names) > 1
        and not any(re.fullmatch(f"{above}{re.escape(group)}[.][^.]+", name) for name in names)
        for group, names in groups_by(read, pattern).items()
    )


def _merges(read: list[str], pattern: str) -> bool:
    """Whether a pattern puts images of several folders into one group."""
    return any(
        len({name.rpartition("/")[0] for name in names}) > 1
        for names in groups_by(read, pattern).values()
    )


def _exact(read: list[str], begun: list[_Begun], globs: list[str]) -> list[str] | None:
    """Globs that leave out what was made of others, if they leave out nothing else."""
    fitting = {name for name in read if any(matches(name, f"**/{glob}") for glob in globs)}
    return globs if fitting == {made.name for made in begun} else None


def _made_of_others(names: list[str], globs: list[str] | None) -> Advice:
    leave = ", ".join(f'"!**/{glob}"' for glob in globs or [])
    advice = f"leave them out with `images: [{leave}]`" if globs else f"write {LISTED}"
    several = f"{len(names)} images are versions of others"
    said = several if len(names) > 1 else "1 image is a version of another"
    return Advice(
        f"Judging by their names, {said}, such as {names[0]}; to keep versions of one image in"
        f" one split, {advice}."
    )
