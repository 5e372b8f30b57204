"""The groups that a file lists, as spreadsheets and people write them."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from study.data.listing import visible
from study.data.split_folders import listed
from study.store.csv_files import read_csv
from study.store.errors import UserError

COLUMNS = ("image", "group")
# What spreadsheets, data frames and people write where there is nothing.
NOTHING = {
    *("", "na", "n/a", "n.a.", "<na>", "nan", "none", "null", "-", "--", "?", "missing"),
    *("unknown", "unbekannt", "inconnu", "desconocido", "sconosciuto", "k.a.", "n.d.", "n.v.t."),
    *("keineangabe", "nichtbekannt", "notknown", "sindato", "sindatos", "不明", "н/д", "未知"),
    *("s/d", "s.d.", "n/d", "n.d", "na.", "n.a", "k.a", "tbd", "tba", ".", "..", "...", "…"),
    *("notavailable", "notapplicable", "fehlt", "fehlend", "manquant", "manquante", "onbekend"),
    *("ukendt", "ukjent", "okänd", "okänt", "tuntematon", "brak", "brakdanych", "nieznany"),
    *("nieznana", "nieznane", "neznámé", "neznámý", "neznámá", "desconhecido", "bilinmiyor"),
    *("нет", "нетданных", "неизвестно", "неизвестен", "非公開", "なし", "無", "无", "없음"),
}
# What people write for the group of the row above; without blanks and dashes around
AS_ABOVE = {
    *(
        '"',
        "''",
        "\u2033",
        "\u3003",
        "\u201c",
        "\u201d",
        "\u201e",
        "\u00bb",
        "\u2191",
        "dito",
        "ditto",
        "idem",
    ),
    *("same", "sameasabove", "asabove", "seeabove", "s.o.", "sieheoben", "wieoben", "同上"),
}
NEGATIVE = re.compile(r"-\d+")  # -999 stands for nothing, where no other group is below 0
OF_SPREADSHEET = re.compile(r"#\w+([!?]|/\w)?|##+")  # #N/A, #NV, #REF!, #BEZUG!; too wide to show
ROUNDED = re.compile(r"[0-9][.,]?[0-9]*E\+[0-9]+", re.IGNORECASE)  # a spreadsheet's long number

_JOINED = re.compile(r"\s*[;,/&|+]\s*|\s+(?:and|und|et|y)\s+")  # between groups in one cell


class Listed(NamedTuple):
    """What a file of groups lists."""

    groups: dict[str, tuple[int, str]]  # image -> its line, and its group, empty where it has none
    nothing: list[str]  # what stands for no group, as it is written there
    merged: bool  # whether groups may have been merged cells, saved in the first row alone


def read_listed(path: Path, names: Sequence[str]) -> Listed:
    """The group of each image that a file lists, for samples with such names."""
    table = read_csv(path, COLUMNS)
    rows = [
        (line, plain(row["image"]), visible(normalize("NFC", row["group"])).strip())
        for line, row in table.rows
    ]
    below_zero = {group for _, _, group in rows if NEGATIVE.fullmatch(group)}
    by_image: dict[str, tuple[int, str]] = {}
    nothing: dict[str, None] = {}
    for line, image, group in rows:
        if not image:
            raise UserError(f"{path}, line {line}: a group, {group}, but no image")
        if ROUNDED.fullmatch(group):
            raise UserError(
                f"{path}, line {line}: {group} is what a spreadsheet makes of a long number, and"
                " others may now look the same; save the groups as text"
            )
        word = group.casefold().replace(" ", "")
        _refuse_as_above(f"{path}, line {line}", group, table.delimiter)
        if word in NOTHING or OF_SPREADSHEET.fullmatch(group) or below_zero == {group}:
            nothing |= dict.fromkeys([group] if group else [])
            group = ""
        first, known = by_image.setdefault(image, (line, group))
        if known != group:
            _refuse_several(f"{path}, lines {first} and {line}", image, names)
            raise UserError(
                f"{path}, lines {first} and {line}: {image} is in the groups {known or '(none)'}"
                f" and {group or '(none)'}; remove one of the lines"
            )
    _refuse_joined(path, {group for _, _, group in rows})
    return Listed(by_image, list(nothing), _may_be_merged([group for _, _, group in rows]))


def _refuse_joined(path: Path, groups: set[str]) -> None:
    """Stop where a cell names several groups that other images are in, as `P1; P2`."""
    for group in sorted(groups):
        parts = [part.strip() for part in _JOINED.split(group)]
        if len(parts) > 1 and groups.issuperset(parts):
            raise UserError(
                f"{path}: the group {group} joins {listed(parts)}, which are groups too; an"
                " image has one group, so write one name for all of them"
            )


def _may_be_merged(groups: list[str]) -> bool:
    """Whether blank cells follow two groups at least, the first row has one, and none recurs."""
    written = [group for group in groups if group]
    with_blanks = [one for one, below in pairwise(groups) if one and not below]
    return len({*written}) == len(written) and len(with_blanks) > 1 and bool(groups[0])


def _refuse_several(where: str, image: str, names: Sequence[str]) -> None:
    """Stop where images in several folders have the name of one that is in two groups."""
    called = [name for name in names if name.endswith(f"/{image}")]
    if image not in names and len(called) > 1:
        count = "two" if len(called) == 2 else str(len(called))
        raise UserError(
            f"{where}: {image} could be any of {count} images, {listed(called)}; write their paths"
        )


def _refuse_as_above(where: str, group: str, delimiter: str) -> None:
    """Stop where a group stands for the one above, as only people can see.

    A quotation mark that stands alone makes all up to the next one a value.
    """
    word = group.casefold().replace(" ", "")
    if "\n" in group or group.endswith(delimiter):
        raise UserError(f"{where}: lone quotation mark; write the group it stands for")
    if word in AS_ABOVE or word.strip("-\u2013\u2014") in AS_ABOVE:
        raise UserError(f"{where}: {group} stands for the group above; write it out in each row")


def plain(name: str) -> str:
    """A sample's name in the form in which names are compared: composed, and with slashes."""
    return visible(normalize("NFC", name)).strip().replace("\\", "/").removeprefix("./")
