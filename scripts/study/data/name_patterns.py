"""The group of each sample by a pattern on its name, and what a pattern takes by mistake."""

import re
from collections.abc import Mapping, Sequence
from posixpath import commonpath
from unicodedata import normalize

from study.store.errors import UserError

# The end of a group that takes one digit, or some; not that of a hash, `[0-9a-f]{8}`
_ONE_DIGIT = re.compile(r"(?:\[[01]-9\]|\\d)(?:[?]|\{1\}|[+*]\?)?\)")
_ENDS_IN_DIGITS = re.compile(r"(?:\[[01]-9\]|\\d|[0-9])(?:\{[0-9,]+\})?[)|]")
NUMERALS = "0123456789"


def groups_by_pattern(
    where: str, written: str, names: Sequence[str]
) -> tuple[list[str], list[str]]:
    """The group of each sample, empty where the pattern finds none; and what was decided.

    Args:
        where: the key and the pattern, for messages.
        written: the pattern.
        names: of the samples, composed.

    Raises:
        UserError: one digit of a longer number is taken, and no more of the name is looked at.
    """
    pattern = re.compile(normalize("NFC", written))
    matches = [pattern.search(name) for name in names]
    groups = [(match and match[1]) or "" for match in matches]
    cut = [match for match in matches if match and _is_cut(match)]
    if {len(_digits(match)) for match in cut} == {1} and _ONE_DIGIT.search(written):
        raise UserError(
            f"{where}: matches {cut[0][1]} in {cut[0].string}, but the number continues; write"
            f" `{_ONE_DIGIT.sub('[0-9]+)', written)}` for all of it, or `[0-9]*` after the"
            " parentheses if the rest does not distinguish groups"
        )
    # of one length, a patient's and an image's number may be one
    lengths = {len(_digits(match)) + _more(match) for match in cut}
    if len(lengths) < 2 or not _ENDS_IN_DIGITS.search(written):
        return groups, []
    return groups, [
        f"The pattern of groups matches part of a number in {len(cut)} of {len(names)} names, such"
        f" as {cut[0][1]} in {cut[0].string}; `[0-9]+` matches all of it."
    ]


def _is_cut(match: re.Match[str]) -> bool:
    """Whether a number at the end of the group goes on in the name, and nothing else takes it."""
    return bool(match[1] and _digits(match) and match.end() == match.end(1) and _more(match))


def _digits(match: re.Match[str]) -> str:
    """The number at the end of the group."""
    return match[1][len(match[1].rstrip(NUMERALS)) :]


def _more(match: re.Match[str]) -> int:
    """How many digits follow the group."""
    after = match.string[match.end(1) :]
    return len(after) - len(after.lstrip(NUMERALS))


def refuse_folders_of_splits(where: str, written: str, splits: Mapping[str, Sequence[str]]) -> None:
    """Stop where a pattern of groups finds what all names of a split begin with, in every split.

    Args:
        where: the key and the pattern, for messages.
        written: the pattern.
        splits: split -> the names of its samples, composed, before others are drawn from them.

    Raises:
        UserError: it does, so that each split is one group, with a pattern that does not.
    """
    if not _in_common(written, splits):
        return
    name = next(iter(splits.values()))[0]
    found = re.search(normalize("NFC", written), name)
    advised = _beyond(written, splits)
    raise UserError(
        f"{where}: matches what all names of a split begin with, such as"
        f" {found[1] if found else ''} in {name}, so each split is one group; write a pattern that"
        " begins after it"
        f"{f', such as `{advised}`' if advised else ''}"
    )


def _in_common(written: str, splits: Mapping[str, Sequence[str]]) -> bool:
    """Whether the group lies in what all names of a split begin with, in every one."""
    pattern = re.compile(normalize("NFC", written))
    for names in splits.values():
        # `train/ill/1.png`, `train/ill[1]` or `train[1]`
        common = len(commonpath([name.replace("[", "/").rpartition("/")[0] for name in names]))
        matches = [pattern.search(name) for name in names]
        if not all(match and match[1] and match.end(1) <= common for match in matches):
            return False
    return True


def _beyond(written: str, splits: Mapping[str, Sequence[str]]) -> str | None:
    """A pattern like another, of files' names alone, by the word before what it finds there."""
    names = [name for inside in splits.values() for name in inside]
    written = normalize("NFC", written)
    words = set()
    for name in names:
        file = name.rpartition("/")[2]
        match = re.search(written, file)
        words.add(re.findall("[A-Za-z]*$", file[: match.start()])[0] if match else "")
    advised = [f"{word}{written}" for word in words if word and len(words) == 1]
    for other in (*advised, f"{written}[^/]*$"):
        matches = [re.search(other, name) for name in names]
        groups = [(match and match[1]) or "" for match in matches]
        if all(groups) and len({*groups}) > len(splits) and not _in_common(other, splits):
            return other
    return None
