"""Names of groups that may not be what they seem: made by spreadsheets, or spelt nearly alike."""

import re
from collections.abc import Sequence
from contextlib import suppress
from unicodedata import normalize

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
# Lower-case Cyrillic and Greek letters -> Latin ones that they, or their capitals, look like
LATIN = str.maketrans("авекмнорстухіјѕ" + "αβεζηικμνορτυχ", "abekmhopctyxijs" + "abezhikmnoptyx")
# What cannot be seen and is printable all the same: fillers, joiners and selectors of variants
UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]"
    "|[\U000e0100-\U000e01ef]"
)
SHOWN = 5  # names that a message has


def made_by_spreadsheets(groups: set[str]) -> list[str]:
    """Which groups may be what a spreadsheet made of others, in sentences."""
    dates = sorted(group for group in groups if LIKE_DATES.fullmatch(group))
    long = sorted(group for group in groups if LONG.fullmatch(group))
    decided = []
    if dates:
        decided.append(
            f"Groups that may be text turned into dates by a spreadsheet: {some(dates)}."
        )
    if long and not any(group[KEPT:].strip("0") for group in long):
        decided.append(
            f"All groups of more than {KEPT} digits end in 0: a spreadsheet may have rounded long"
            f" numbers, and several may have become one: {some(long)}."
        )
    return decided


def spelt_alike(groups: Sequence[str]) -> list[str]:
    """Which groups are spelt nearly alike, in a sentence; none where no two are."""
    alike: dict[str, dict[str, None]] = {}
    for group in groups:
        alike.setdefault(_alike(group), {})[group] = None
    several = [
        " and ".join(told_apart([*spellings])) for spellings in alike.values() if len(spellings) > 1
    ]
    if not several:
        return []
    return [f"Groups that are spelt nearly alike are treated as different: {some(several)}."]


def told_apart(spellings: Sequence[str]) -> list[str]:
    """Spellings as they are; where two look alike, in quotes, and with escapes for what differs.

    `'P 7'` and `'P\\xa07'`, with a non-breaking space.
    """
    if len({_look(spelling) for spelling in spellings}) == len(spellings):
        return [*spellings]
    return [f"'{''.join(map(_escaped, spelling))}'" for spelling in spellings]


def _look(spelling: str) -> str:
    """What a spelling looks like: blanks are alike, as are letters that look like Latin ones."""
    shown = "".join(
        part for part in UNSEEN.sub("", spelling) if part.isprintable() or part.isspace()
    )
    latin = (part.lower().translate(LATIN) for part in shown)
    whole = "".join(new.upper() if part.isupper() else new for part, new in zip(shown, latin))
    return " ".join(whole.split())


def _escaped(letter: str) -> str:
    like_latin = letter.lower().translate(LATIN) != letter.lower()
    if letter.isprintable() and not like_latin and not UNSEEN.match(letter):
        return letter
    return letter.encode("unicode_escape").decode()


def _alike(group: str) -> str:
    """What spellings of one group may share: P07 and p7, P-7 and P_7, 7 and 7,0, 6.1 and 6.10, and
    Müller and MÃ¼ller, which is UTF-8 that was read as Windows' encoding."""
    with suppress(UnicodeError):
        group = group.encode("cp1252").decode("utf-8")
    whole = normalize("NFKC", UNSEEN.sub("", group)).casefold().translate(LATIN)
    whole = re.sub(r"(?<=\d)[.,]0+$", "", whole)
    decimal = re.fullmatch(r"(\d+[.,]\d*[1-9])0+", whole)
    if decimal and not re.search(r"[.,]\d{3}$", whole):  # of three they may be thousands
        whole = decimal[1]
    parts = re.findall(r"\d+|[^\W\d_]+", re.sub(r"(?<=\d)[.,](?=\d{3}\b)", "", whole))
    return " ".join(part.lstrip("0") or "0" for part in parts)


def some(items: Sequence[str]) -> str:
    """The first few of many: `a, b and 3 more`."""
    more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    return ", ".join(items[:SHOWN]) + more
