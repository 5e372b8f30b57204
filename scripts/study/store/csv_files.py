"""CSV files as spreadsheets write them: read as they are meant, or refused with their line."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from study.store.errors import UserError

DELIMITERS = (",", ";", "\t")
WORKBOOK = b"PK\x03\x04"  # what an .xlsx begins with
UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # what "Unicode text" of a spreadsheet begins with


@dataclass(frozen=True)
class CsvFile:
    """A CSV file with a header."""

    columns: list[str]  # without those that have neither a name nor a value
    rows: list[tuple[int, dict[str, str]]]  # its line in the file; column -> value, without margins
    delimiter: str


def read_csv(path: Path | str, needed: Sequence[str]) -> CsvFile:
    """A CSV file that has at least the columns `needed`, separated by commas, semicolons or tabs.

    Names of these columns may be in capital letters.

    Byte order marks, the line `sep=;`, rows of nothing but separators, and columns without a name
    or a value are what spreadsheets leave behind, and are left out.

    Raises:
        UserError: what is wrong, with its line.
    """
    lines = [line for line in _lines(path) if any(line[1])]
    if not lines:
        raise UserError(f"{path}: is empty; it needs the columns {', '.join(needed)}")
    delimiter = lines[0][2]
    (first, header, _), body = lines[0], lines[1:]
    while not header[-1]:
        header.pop()
    spelt = {name.casefold(): name for name in needed if name not in header}
    header = [spelt.get(name.casefold(), name) for name in header]
    _check_header(path, first, header, needed)
    if not header[0] and [values[0] for _, values, _ in body] == [*map(str, range(len(body)))]:
        # the index that pandas writes
        header, body = header[1:], [(line, values[1:], by) for line, values, by in body]
    rows = []
    for line, values, _ in body:
        if len(values) < len(header) or any(values[len(header) :]):
            raise UserError(
                f"{path}, line {line}: {len(values)} value{'s' * (len(values) != 1)}, but"
                f" {len(header)} columns; a value that has {_name(delimiter)} in it needs quotes"
            )
        stray = next((value for name, value in zip(header, values) if value and not name), None)
        if stray is not None:
            raise UserError(f"{path}, line {line}: {stray!r} is in a column without a name")
        rows.append((line, {name: value for name, value in zip(header, values) if name}))
    return CsvFile([name for name in header if name], rows, delimiter)


def _lines(path: Path | str) -> list[tuple[int, list[str], str]]:
    """Each row: its line in the file, its values without margins, and what separates them."""
    text = _text(path)
    marked = text.partition("\n")[0].strip()
    skip = 1 if marked.lower().startswith("sep=") and len(marked) == 5 else 0
    body = "\n".join(text.split("\n")[skip:])
    header = next((line for line in body.split("\n") if line.strip(",;\t ")), "")
    if not header:
        return []
    delimiter = marked[-1] if skip else max(DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True)
    lines, begin = [], 1 + skip
    try:
        for values in reader:
            lines.append((begin, [value.strip() for value in values], delimiter))
            begin = reader.line_num + 1 + skip
    except csv.Error as error:
        raise UserError(
            f"{path}, line {begin}: cannot be divided into values ({error}); a quotation mark"
            " may be unclosed, or inside a value"
        ) from error
    return lines


def _text(path: Path | str) -> str:
    """The text of a file, its encoding known by its first bytes or else UTF-8."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from error
    if content.startswith(WORKBOOK):
        raise UserError(f"{path}: is a workbook or an archive; export it as CSV (in UTF-8)")
    encoding = "utf-16" if content.startswith(UTF_16) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UserError(
            f"{path}, line {line}: not UTF-8; save it as UTF-8 (in Excel: CSV UTF-8)"
        ) from error
    if "\0" in text:
        raise UserError(f"{path}: is not text; save it as UTF-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _check_header(path: Path | str, line: int, header: Sequence[str], needed: Sequence[str]):
    missing = [name for name in needed if name not in header]
    if missing:
        alone = "; columns must be separated by a comma, a semicolon or a tab" * (len(header) == 1)
        raise UserError(
            f"{path}, line {line}: no column {', '.join(missing)}; the file needs"
            f" {', '.join(needed)}, but has {', '.join(filter(None, header))}{alone}"
        )
    for name, count in Counter(filter(None, header)).items():
        if count > 1:
            places = [str(place) for place, other in enumerate(header, 1) if other == name]
            raise UserError(
                f"{path}, line {line}: the column {name} occurs twice, as columns"
                f" {' and '.join(places)}; remove one, or give it another name"
            )


def _name(delimiter: str) -> str:
    return {",": "a comma", ";": "a semicolon", "\t": "a tab"}.get(delimiter, repr(delimiter))
