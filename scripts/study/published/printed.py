"""Published tables of numbers, as printed.

They are one CSV file: `table`, `factor`, `level`, `round` (how many rounds the network had been
trained for), and then one column per metric, each number as printed. Losses and accuracies are told
by their names; accuracies are in per cent.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from study.store.errors import UserError

KEYS = ["table", "factor", "level", "round"]


@dataclass(frozen=True)
class PrintedRow:
    """A row of a published table."""

    table: str  # its number or name
    factor: str
    level: str
    round: int  # how many rounds the network had been trained for
    printed: dict[str, str]  # metric -> its number as printed


def rows_from(fields: Iterable[Mapping[str, Any]]) -> list[PrintedRow]:
    """Rows, of plain dicts."""
    return [PrintedRow(**row) for row in fields]


def read_tables(path: Path | str) -> list[PrintedRow]:
    """The rows of published tables.

    Raises:
        UserError: what is wrong, with its line.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read ({error})") from error
    reader = csv.DictReader(io.StringIO(text))
    columns = list(reader.fieldnames or [])
    missing = [key for key in KEYS if key not in columns]
    if missing:
        raise UserError(f"{path}: no column {', '.join(missing)}; needed are {', '.join(KEYS)}")
    rows = []
    for row in reader:
        where = f"{path}, line {reader.line_num}"
        if None in row or None in row.values():
            raise UserError(f"{where}: not {len(columns)} values")
        if not re.fullmatch("[1-9][0-9]*", row["round"].strip()):
            raise UserError(f"{where}: round {row['round']!r} is not a whole number from 1")
        printed = {name: row[name].strip() for name in columns if name not in KEYS}
        for name, number in printed.items():
            if number and not _is_number(number):
                raise UserError(f"{where}: {name} {number!r} is not a number")
        rows.append(
            PrintedRow(
                table=row["table"].strip(),
                factor=row["factor"].strip(),
                level=row["level"].strip(),
                round=int(row["round"]),
                printed={name: text for name, text in printed.items() if text},
            )
        )
    if not any(row.printed for row in rows):
        raise UserError(f"{path}: has no numbers")
    for name in accuracies(rows):
        values = [printed_number(row, name) for row in rows if name in row.printed]
        if max(values) <= 1:
            raise UserError(f"{path}: {name} is never above 1; accuracies are in per cent")
    return rows


def accuracies(rows: Sequence[PrintedRow]) -> list[str]:
    """The columns that are accuracies, by their name."""
    return list(dict.fromkeys(name for _, name in printed_cells(rows) if "accuracy" in name))


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite() and "e" not in text.lower()
    except InvalidOperation:
        return False


def printed_cells(rows: Iterable[PrintedRow]) -> list[tuple[PrintedRow, str]]:
    """Every (row, metric) that has a number."""
    return [(row, name) for row in rows for name in row.printed]


def printed_number(row: PrintedRow, name: str) -> Decimal:
    """The number of a metric that a row prints."""
    return Decimal(row.printed[name])


def decimal_places(text: str) -> int:
    """How many decimals a number is printed with."""
    return len(text.partition(".")[2])


def usual_decimals(rows: Sequence[PrintedRow], name: str) -> int:
    """How many decimals most numbers of a column are printed with."""
    counts = Counter(decimal_places(row.printed[name]) for row in rows if name in row.printed)
    return counts.most_common(1)[0][0]


def last_digit(row: PrintedRow, name: str) -> Decimal:
    """One unit of a printed number's last digit: 0.01 for 93.43."""
    return Decimal(10) ** -decimal_places(row.printed[name])
