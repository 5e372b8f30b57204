"""Published tables of numbers, as printed.

They are one CSV file: `table`, `factor`, `level`, `round` (how many rounds the network had been
trained for), and then one column per metric, each number as printed. Losses and accuracies are
recognized by their names; accuracies are in per cent.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from study.store.csv_files import CsvFile, read_csv
from study.store.errors import UserError

KEYS = ["table", "factor", "level", "round"]
NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
MINUS = str.maketrans("\N{MINUS SIGN}\N{EN DASH}\N{NON-BREAKING HYPHEN}", "---")
SPREAD = re.compile(r"±|\+/-|\+-|\(|\[")  # what follows a number and is none of its digits


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
    file = read_csv(path, KEYS)
    metrics = [name for name in file.columns if name not in KEYS]
    commas = _has_decimal_commas(path, file, metrics)
    rows = []
    for line, row in file.rows:
        where = f"{path}, line {line}"
        if not re.fullmatch("[1-9][0-9]*", row["round"]):
            raise UserError(f"{where}: round {row['round']!r} is not a whole number from 1")
        for key in KEYS:
            if not row[key]:
                raise UserError(f"{where}: {key} is empty; each row needs its own")
        rows.append(
            PrintedRow(
                table=row["table"],
                factor=row["factor"],
                level=row["level"],
                round=int(row["round"]),
                printed={
                    name: _number(f"{where}: {name}", name, row[name], commas)
                    for name in metrics
                    if row[name]
                },
            )
        )
    if not any(row.printed for row in rows):
        raise UserError(f"{path}: has no numbers")
    for name in accuracies(rows):
        values = [printed_number(row, name) for row in rows if name in row.printed]
        if max(values) <= 1:
            raise UserError(f"{path}: {name} is never above 1; accuracies are in per cent")
    return rows


def _has_decimal_commas(path: Path | str, file: CsvFile, metrics: Sequence[str]) -> bool:
    """Whether numbers have decimal commas: where these do not separate columns, and all have them.

    Raises:
        UserError: some have commas and others points.
    """
    found: dict[str, str] = {}
    for line, row in file.rows if file.delimiter != "," else []:
        for name in metrics:
            for mark in {",", "."} & {*row[name]}:
                found.setdefault(mark, f"line {line}: {name} {row[name]!r}")
    if len(found) == 2:
        raise UserError(
            f"{path}, {found[',']} has a comma, and {found['.']} a point; write all with points"
        )
    return "," in found


def _number(where: str, name: str, text: str, commas: bool) -> str:
    """A number as printed, in plain characters: a point, a hyphen for a minus, no per cent sign.

    Raises:
        UserError: it is none, or not that alone.
    """
    plain = text.translate(MINUS)
    if commas and plain.count(",") == 1:
        plain = plain.replace(",", ".")
    if "accuracy" in name:
        plain = plain.removesuffix("%").rstrip()
    if NUMBER.fullmatch(plain):
        return plain
    first = SPREAD.split(plain)[0].strip()
    if first != plain and NUMBER.fullmatch(first.removesuffix("%").rstrip()):
        raise UserError(f"{where} {text!r} is a number with its spread; write {first} alone")
    if plain.endswith("%"):
        raise UserError(f"{where} {text!r} is in per cent, but only accuracies may be")
    if not any(map(str.isdigit, plain)):
        raise UserError(f"{where} {text!r} is not a number; leave it empty where there is none")
    raise UserError(f"{where} {text!r} is not a number such as 93.43 or -0.5")


def accuracies(rows: Sequence[PrintedRow]) -> list[str]:
    """The columns that are accuracies, by their name."""
    return list(dict.fromkeys(name for _, name in printed_cells(rows) if "accuracy" in name))


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
