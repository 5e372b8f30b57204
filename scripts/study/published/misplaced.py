"""Numbers that do not fit their column, and would fit if a decimal point or a split were another.

A number is compared with those of other trainings after the same rounds, and after any.
"""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

from study.published.chance import RARE, chance_printed, scaled, tail
from study.published.findings import Finding, finding
from study.published.printed import PrintedRow, last_digit, printed_number
from study.published.runs import (
    Printed,
    exchanged,
    group_runs,
    level_of,
    list_printed,
    most_printed,
)

SHIFTS = [Decimal(10), Decimal("0.1"), Decimal(100), Decimal("0.01")]
# What fits is among the 95% of a column about its mean; what is ordinary, among the 99%.
FITS, ORDINARY = 0.05, 0.01
LEAST_OTHERS = 3
TINY = 1e-300  # for a chance that is rounded to nothing


def decimal_slips(rows: Sequence[PrintedRow], baseline: Mapping[str, str]) -> list[Finding]:
    """Numbers far out of their column that would be well inside with the point elsewhere.

    The row's other numbers must be ordinary: where a training failed, all of them are far out.
    """
    runs = list_printed(group_runs(rows, baseline))
    looks = 2 * sum(len(prints[0].printed) for _, _, prints in runs)
    findings = []
    for row in rows:
        tails = {name: _tails(runs, row, name, baseline) for name in row.printed}
        for name in row.printed:
            others_ordinary = all(
                chance >= ORDINARY
                for other, chances in tails.items()
                if other != name
                for chance, _ in chances
            )
            fitting = next(
                (
                    value
                    for chance, column in tails[name]
                    if chance * looks < RARE and others_ordinary
                    for value in _shifted(row, name)
                    if tail(*_at(name, float(value), row, column)) > FITS
                ),
                None,
            )
            if fitting is not None:
                text = (
                    f"Table {row.table}, {row.level}: {name} {row.printed[name]} is far from the"
                    f" rest of its column; {fitting} would fit: the decimal point may have slipped"
                )
                findings.append(finding("decimal slip", text, (row,), [name]))
    return findings


def exchanged_splits(rows: Sequence[PrintedRow], baseline: Mapping[str, str]) -> list[Finding]:
    """Rows whose training and validation numbers fit each other's column much better.

    By the ratio of the chances that the columns' other numbers give to the row as printed and to
    the row exchanged. If the row is right, that is above K in fewer than 1 of K rows.
    """
    runs = list_printed(group_runs(rows, baseline))
    findings = []
    for row in rows:
        pairs = [
            (name, exchanged(name))
            for name in row.printed
            if name.startswith("train_") and exchanged(name) in row.printed
        ]
        found = {pair: _log_ratio(runs, row, pair, baseline) for pair in pairs}
        ratios = {pair: ratio for pair, ratio in found.items() if ratio is not None}
        if not ratios:
            continue
        looks = len(runs) * (2 ** len(ratios) - 1)
        wrong = [pair for pair, ratio in ratios.items() if ratio > 0]
        if wrong and sum(ratios[pair] for pair in wrong) > math.log(looks / RARE):
            numbers = " and ".join(
                f"{name} {row.printed[name]} with {other} {row.printed[other]}"
                for name, other in wrong
            )
            text = (
                f"Table {row.table}, {row.level}: training and validation seem to be"
                f" swapped, {numbers}: each fits the other's column"
            )
            names = [name for pair in wrong for name in pair]
            findings.append(finding("training and validation swapped", text, (row,), names))
    return findings


def _columns(
    runs: Sequence[Printed], row: PrintedRow, name: str, baseline: Mapping[str, str]
) -> list[list[float]]:
    """A column's numbers of other trainings, scaled: of the same round, and of all rounds."""
    level = level_of(row, baseline)
    column = []
    for other, round_number, prints in runs:
        number = most_printed(prints, name)
        if number and (other, round_number) != (level, row.round):
            value = float(printed_number(number, name))
            value, _ = scaled(name, value, float(last_digit(number, name)))
            column.append((round_number, value))
    columns = [
        [value for round_number, value in column if round_number == row.round],
        [value for _, value in column],
    ]
    return [column for column in columns if len(column) >= LEAST_OTHERS]


def _at(
    name: str, value: float, row: PrintedRow, column: list[float]
) -> tuple[float, list[float], float]:
    """The arguments of `tail` and `chance_printed` for a number in this column."""
    value, step = scaled(name, value, float(last_digit(row, name)))
    return value, column, step


def _tails(
    runs: Sequence[Printed], row: PrintedRow, name: str, baseline: Mapping[str, str]
) -> list[tuple[float, list[float]]]:
    value = float(printed_number(row, name))
    columns = _columns(runs, row, name, baseline)
    return [(tail(*_at(name, value, row, column)), column) for column in columns]


def _shifted(row: PrintedRow, name: str) -> list[Decimal]:
    values = [printed_number(row, name) * shift for shift in SHIFTS]
    return [value.normalize() for value in values if "accuracy" not in name or value <= 100]


def _log_ratio(
    runs: Sequence[Printed], row: PrintedRow, pair: tuple[str, str], baseline: Mapping[str, str]
) -> float | None:
    """The logarithm of how much better a row's two numbers fit each other's column."""
    numbers = [float(printed_number(row, name)) for name in pair]
    if numbers[0] == numbers[1]:
        return 0
    total = 0.0
    for name, own, other in zip(pair, numbers, reversed(numbers)):
        columns = _columns(runs, row, name, baseline)
        if not columns:
            return None
        as_printed, if_exchanged = (
            chance_printed(*_at(name, number, row, columns[0])) for number in (own, other)
        )
        if tail(*_at(name, other, row, columns[0])) < ORDINARY:
            return 0
        total += math.log(max(if_exchanged, TINY)) - math.log(max(as_printed, TINY))
    return total
