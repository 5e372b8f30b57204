"""What belongs together, such as the images of one patient: which group each sample is in.

A sample without a group is refused, or is a group of its own where the entry says so. Names are
compared in Unicode's composed form (NFC), because file systems and spreadsheets differ in it.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import normalize

import numpy as np

from study.data.listing import visible
from study.data.name_patterns import groups_by_pattern, refuse_folders_of_splits
from study.data.split_folders import listed, split_of
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
# 03. Dez, 12-Mar, Mar-12, 1/12/2024: what a spreadsheet makes of texts that may be dates
MONTHS = (
    "jan|janv|ene|gen|feb|févr?|fev|mar|mär|mrz|mars|apr|avr|abr|may|mai|mag|jun|juin|giu"
    "|jul|juil|lug|aug|août|ago|sep|sept|set|oct|okt|ott|out|nov|dec|dez|déc|dic"
)
LIKE_DATES = re.compile(
    rf"\d{{1,2}}[-. ]+({MONTHS})\.?|({MONTHS})[-. ]+\d{{2}}|\d{{1,2}}([/.])\d{{1,2}}\3\d{{4}}",
    re.IGNORECASE,
)
LONG = re.compile(r"\d{16,}")  # more digits than a spreadsheet keeps
KEPT = 15
OF_SPREADSHEET = re.compile(r"#\w+([!?]|/\w)?|##+")  # #N/A, #NV, #REF!, #BEZUG!; too wide to show
# Small Cyrillic and Greek letters -> Latin ones that they, or the large ones, look like
LATIN = str.maketrans("авекмнорстухіјѕ" + "αβεζηικμνορτυχ", "abekmhopctyxijs" + "abezhikmnoptyx")
ROUNDED = re.compile(r"[0-9][.,]?[0-9]*E\+[0-9]+", re.IGNORECASE)  # a spreadsheet's long number
MERGED = (
    "each group is in one row, above blank ones: if these were merged cells of a spreadsheet, fill"
    " the group down to all of its rows"
)
SHOWN = 5  # samples that a message names


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
    wanted = [_plain(sample) for sample in names]
    extra: list[str] = []
    nothing: list[str] = []
    cut: list[str] = []
    merged = False
    if "pattern" in entry:
        where = f"datasets.{name}.groups.pattern: {entry['pattern']}"
        groups, cut = groups_by_pattern(where, entry["pattern"], wanted)
    else:
        where = str(files["groups"])
        by_image, nothing, merged = _read_file(files["groups"], wanted)
        groups = [by_image.get(sample, (0, ""))[1] for sample in wanted]
        present = {*wanted}
        extra = [
            f"{image} (line {by_image[image][0]})" for image in by_image if image not in present
        ]
    missing = [sample for sample, group in zip(names, groups) if not group]
    if missing and (extra or len(missing) == len(names) or entry.get("missing") != "own"):
        text = _missing_text(where, missing, len(names), extra, entry, merged)
        raise UserError(text + f" ({_some(nothing)} is no group)" * bool(nothing))
    _refuse_splits_as_groups(where, groups)
    decided = _decided(where, missing, groups, extra)
    if merged:
        decided.append(f"{Path(where).name}: {MERGED}.")
    return np.array(groups), (*cut, *decided)


def _refuse_splits_as_groups(where: str, groups: Sequence[str]) -> None:
    """Stop where groups are called as splits are, and would be drawn into other ones."""
    names = sorted({group for group in groups if group})
    if len(names) > 1 and all(split_of(name) for name in names):
        raise UserError(
            f"{where}: the groups are {listed(names)}, which are splits: a group is what belongs"
            " together, such as a patient; put the images of each split into a folder of its name,"
            " above those of the classes"
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
            split: [_plain(names[row]) for row in rows]
            for split, rows in splits.items()
            if len(rows)
        }
        refuse_folders_of_splits(where, entry["pattern"], named)


def own_groups(groups: Sequence[str] | np.ndarray | None) -> np.ndarray | None:
    """Names of groups by which no two samples without a group are in one; None where none has one.

    Args:
        groups: (n,) of text, empty where a sample has no group.
    """
    if groups is None or not any(groups):
        return None
    return np.array([f"group {name}" if name else f"row {row}" for row, name in enumerate(groups)])


class _Listed(NamedTuple):
    """What a file of groups lists."""

    groups: dict[str, tuple[int, str]]  # image -> its line, and its group, empty where it has none
    nothing: list[str]  # what stands for no group, as it is written there
    merged: bool  # whether groups may have been merged cells, saved in the first row alone


def _read_file(path: Path, names: Sequence[str]) -> _Listed:
    """The group of each image that a file lists, for samples with such names."""
    table = read_csv(path, COLUMNS)
    rows = [
        (line, _plain(row["image"]), visible(normalize("NFC", row["group"])).strip())
        for line, row in table.rows
    ]
    below_zero = {group for _, _, group in rows if NEGATIVE.fullmatch(group)}
    by_image: dict[str, tuple[int, str]] = {}
    nothing: dict[str, None] = {}
    for line, image, group in rows:
        if not image:
            raise UserError(f"{path}, line {line}: a group, {group}, and no image")
        if ROUNDED.fullmatch(group):
            raise UserError(
                f"{path}, line {line}: {group} is what a spreadsheet makes of a long number, and"
                " others may be the same; save the groups as text"
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
    return _Listed(by_image, list(nothing), _may_be_merged([group for _, _, group in rows]))


def _may_be_merged(groups: list[str]) -> bool:
    """Whether cells are blank below groups alone, two groups at least, and none is there again."""
    written = [group for group in groups if group]
    with_blanks = [one for one, below in pairwise(groups) if one and not below]
    return len({*written}) == len(written) and len(with_blanks) > 1 and bool(groups[0])


def _refuse_several(where: str, image: str, names: Sequence[str]) -> None:
    """Stop where images in several folders are called as one that has two groups."""
    called = [name for name in names if name.endswith(f"/{image}")]
    if image not in names and len(called) > 1:
        count = "two" if len(called) == 2 else str(len(called))
        raise UserError(f"{where}: {image} is {count} images, {listed(called)}; write their paths")


def _refuse_as_above(where: str, group: str, delimiter: str) -> None:
    """Stop where a group stands for the one above, which others than readers cannot see.

    A quotation mark that stands alone takes all up to the next one for a value.
    """
    word = group.casefold().replace(" ", "")
    if "\n" in group or group.endswith(delimiter):
        raise UserError(f"{where}: a quotation mark stands alone; write the group out")
    if word in AS_ABOVE or word.strip("-\u2013\u2014") in AS_ABOVE:
        raise UserError(f"{where}: {group} stands for the group above; write it out in each row")


def _plain(name: str) -> str:
    """A sample's name in the form in which names are compared: composed, and with slashes."""
    return visible(normalize("NFC", name)).strip().replace("\\", "/").removeprefix("./")


def _missing_text(
    where: str,
    missing: list[str],
    count: int,
    extra: list[str],
    entry: Mapping[str, Any],
    merged: bool,
) -> str:
    text = f"{where}: {len(missing)} of {count} samples have no group: {_some(missing)}"
    if extra:
        text += (
            f"; listed there, and no samples: {_some(extra)}; an image is named by its path, as"
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
            f"{len(missing)} of {len(groups)} samples have no group, and each is one of its own:"
            f" {_some(missing)}."
        )
    if extra:
        decided.append(f"{Path(where).name} lists images that are no samples: {_some(extra)}.")
    decided += _of_spreadsheet({*filter(None, groups)})
    if len({*filter(None, groups)}) == sum(map(bool, groups)) > 1:
        decided.append("No group has two samples, so that groups keep nothing together.")
    (largest, most), *others = Counter(filter(None, groups)).most_common(2) or [("", 0)]
    if most > 4 and most > 3 * max((count for _, count in others), default=0) and others:
        decided.append(
            f"The group {largest} has {most} of {len(groups)} samples, more than three times as"
            " many as any other; if it stands for samples whose group is not known, leave it blank."
        )
    alike: dict[str, dict[str, None]] = {}
    for group in filter(None, groups):
        alike.setdefault(_alike(group), {})[group] = None
    several = [" and ".join(spellings) for spellings in alike.values() if len(spellings) > 1]
    if several:
        decided.append(
            f"Groups that are spelt nearly alike are taken for different ones: {_some(several)}."
        )
    return decided


def _of_spreadsheet(groups: set[str]) -> list[str]:
    """Which groups may be what a spreadsheet made of others, in sentences."""
    dates = sorted(group for group in groups if LIKE_DATES.fullmatch(group))
    long = sorted(group for group in groups if LONG.fullmatch(group))
    decided = []
    if dates:
        decided.append(
            f"Groups that a spreadsheet may have made dates of other text: {_some(dates)}."
        )
    if long and not any(group[KEPT:].strip("0") for group in long):
        decided.append(
            f"All groups of more than {KEPT} digits end in 0, as a spreadsheet rounds long numbers,"
            f" and several may have become one: {_some(long)}."
        )
    return decided


def _alike(group: str) -> str:
    """What spellings of one group may share: P07 and p7, P-7 and P_7, 7 and 7,0, 6.1 and 6.10, and
    Müller and MÃ¼ller, which is UTF-8 that was read as Windows' encoding."""
    with suppress(UnicodeError):
        group = group.encode("cp1252").decode("utf-8")
    whole = normalize("NFKC", group).casefold().translate(LATIN)
    whole = re.sub(r"(?<=\d)[.,]0+$", "", whole)
    decimal = re.fullmatch(r"(\d+[.,]\d*[1-9])0+", whole)
    if decimal and not re.search(r"[.,]\d{3}$", whole):  # of three they may be thousands
        whole = decimal[1]
    parts = re.findall(r"\d+|[^\W\d_]+", re.sub(r"(?<=\d)[.,](?=\d{3}\b)", "", whole))
    return " ".join(part.lstrip("0") or "0" for part in parts)


def _some(items: Sequence[str]) -> str:
    """The first few of many: `a, b and 3 more`."""
    more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    return ", ".join(items[:SHOWN]) + more
