"""Published tables of numbers, as printed.

They are one CSV file: `table`, `factor`, `level`, `round` (how many rounds the network had been
trained for), and then one column per metric, each number as printed. Losses and accuracies are told
by their names; accuracies are in per cent.
"""

import csv
import io
import re
from collections import Counter
from decimal import Decimal, InvalidOperation
from pathlib import Path

from study.errors import UserError

KEYS = ["table", "factor", "level", "round"]


def read_tables(path: Path | str) -> list[dict]:
    """The rows of published tables: the four keys, and under `printed` metric -> text.

    Raises:
        UserError: what is wrong, with its line.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read ({error})") from error
    reader = csv.DictReader(io.StringIO(text))
    missing = [key for key in KEYS if key not in (reader.fieldnames or [])]
    if missing:
        raise UserError(f"{path}: no column {', '.join(missing)}; needed are {', '.join(KEYS)}")
    rows = []
    for row in reader:
        where = f"{path}, line {reader.line_num}"
        if None in row or None in row.values():
            raise UserError(f"{where}: not {len(reader.fieldnames)} values")
        if not re.fullmatch("[1-9][0-9]*", row["round"].strip()):
            raise UserError(f"{where}: round {row['round']!r} is not a whole number from 1")
        printed = {name: row[name].strip() for name in reader.fieldnames if name not in KEYS}
        for name, number in printed.items():
            if number and not _is_number(number):
                raise UserError(f"{where}: {name} {number!r} is not a number")
        keys = {key: row[key].strip() for key in KEYS} | {"round": int(row["round"])}
        rows.append(keys | {"printed": {name: text for name, text in printed.items() if text}})
    if not any(row["printed"] for row in rows):
        raise UserError(f"{path}: has no numbers")
    for name in accuracies(rows):
        values = [printed_number(row, name) for row in rows if name in row["printed"]]
        if max(values) <= 1:
            raise UserError(f"{path}: {name} is never above 1; accuracies are in per cent")
    return rows


def accuracies(rows: list[dict]) -> list[str]:
    """The columns that are accuracies, by their name."""
    return list(dict.fromkeys(name for _, name in printed_cells(rows) if "accuracy" in name))


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite() and "e" not in text.lower()
    except InvalidOperation:
        return False


def printed_cells(rows: list[dict]) -> list[tuple[dict, str]]:
    """Every (row, metric) that has a number."""
    return [(row, name) for row in rows for name in row["printed"]]


def printed_number(row: dict, name: str) -> Decimal | None:
    """The number of a metric as printed, or None."""
    return Decimal(row["printed"][name]) if name in row["printed"] else None


def decimal_places(text: str) -> int:
    """How many decimals a number is printed with."""
    return len(text.partition(".")[2])


def usual_decimals(rows: list[dict], name: str) -> int:
    """How many decimals most numbers of a column are printed with."""
    counts = Counter(decimal_places(row["printed"][name]) for row in rows if name in row["printed"])
    return counts.most_common(1)[0][0]


def last_digit(row: dict, name: str) -> Decimal:
    """One unit of a printed number's last digit: 0.01 for 93.43."""
    return Decimal(10) ** -decimal_places(row["printed"][name])
