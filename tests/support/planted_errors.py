"""Errors of typing and copying, planted in a set of tables.

Each changes printed numbers of the rows, and returns the (row, metric) cells that it changed: none
if what it put there is what there was.
"""

import random
from decimal import Decimal

from clean_tables import DECIMALS, LAST_EPOCH, REAL, SMALL, SOURCES

from study.published.printed import PrintedRow, last_digit, printed_number


def slip_decimal_point(rows: list[PrintedRow], rng: random.Random) -> list[tuple]:
    row, name = rng.choice(rows), rng.choice(list(DECIMALS))
    shift = Decimal("0.1") if "accuracy" in name else rng.choice([Decimal("0.1"), Decimal(10)])
    return put(row, {name: printed_number(row, name) * shift})


def exchange_splits(rows: list[PrintedRow], rng: random.Random) -> list[tuple]:
    row = rng.choice(rows)
    other = {"train_loss": "val_loss", "train_accuracy": "val_accuracy"}
    other |= {val: train for train, val in other.items()}
    return put(row, {name: printed_number(row, other[name]) for name in DECIMALS})


def print_row_twice(rows: list[PrintedRow], rng: random.Random) -> list[tuple]:
    target = rng.choice(rows[:-1])  # the last table may have one row
    same_table = [row for row in rows if row.table == target.table and row is not target]
    return copy_numbers(rng.choice(same_table or rows[:1]), target, list(DECIMALS))


def repeat_all_but_one(rows: list[PrintedRow], rng: random.Random) -> list[tuple]:
    target = rng.choice(rows)
    name = rng.choice(list(DECIMALS))
    return copy_numbers(
        other_run(rows, target, rng), target, [key for key in DECIMALS if key != name]
    )


def copy_row(rows: list[PrintedRow], rng: random.Random) -> list[tuple]:
    target = rng.choice(rows)
    return copy_numbers(other_run(rows, target, rng), target, list(DECIMALS))


def leave_from_another_round(rows: list[PrintedRow], rng: random.Random) -> list[tuple]:
    pairs = [
        (first, second)
        for first in rows
        for second in rows
        if first.level == second.level and first.round < second.round
    ]
    return copy_numbers(*rng.choice(pairs), [rng.choice(list(DECIMALS))])


def print_row_with_two_values(rows: list[PrintedRow], rng: random.Random) -> list[tuple]:
    first, second = rng.choice(baseline_prints(rows))
    name = rng.choice(list(DECIMALS))
    others = [row for row in rows if row.round == second.round and row is not first]
    return copy_numbers(rng.choice(others), second, [name])


def mistype_accuracy(rows: list[PrintedRow], rng: random.Random) -> list[tuple]:
    row, name = rng.choice(rows), rng.choice(["train_accuracy", "val_accuracy"])
    moved = printed_number(row, name) + Decimal(rng.randrange(-100, 101)) / 100
    return put(row, {name: min(moved, Decimal(100))})


def raise_training_accuracy(rows: list[PrintedRow], rng: random.Random) -> list[tuple]:
    row = rng.choice(rows)
    raised = printed_number(row, "train_accuracy") + Decimal(rng.randrange(150, 400)) / 100
    return put(row, {"train_accuracy": min(raised, Decimal(100))})


def mistype_digits(rows: list[PrintedRow], rng: random.Random) -> list[tuple]:
    """Another digit, or two neighbours the other way round, anywhere in a number."""
    row, name = rng.choice(rows), rng.choice(list(DECIMALS))
    digits = list(row.printed[name])
    places = [place for place, digit in enumerate(digits) if digit != "."]
    place = rng.randrange(len(places))
    if rng.random() < 0.5 and place:
        one, other = places[place - 1], places[place]
        digits[one], digits[other] = digits[other], digits[one]
    else:
        digits[places[place]] = rng.choice("0123456789")
    return put(row, {name: Decimal("".join(digits))})


def other_run(rows: list[PrintedRow], target: PrintedRow, rng: random.Random) -> PrintedRow:
    """A row of another table and level."""
    return rng.choice(
        [row for row in rows if row.table != target.table and row.level != target.level]
    )


def baseline_prints(rows: list[PrintedRow]) -> list[tuple[PrintedRow, PrintedRow]]:
    """Pairs of rows of different tables that print the baseline after the same rounds."""
    return [
        (first, second)
        for first in rows
        for second in rows
        if first.table != second.table
        and first.round == second.round
        and first.printed == second.printed
    ]


def copy_numbers(source: PrintedRow, target: PrintedRow, names: list[str]) -> list[tuple]:
    return put(target, {name: printed_number(source, name) for name in names})


def put(row: PrintedRow, numbers: dict[str, Decimal]) -> list[tuple]:
    """Print other numbers in a row, with the decimals that it has; the cells that changed."""
    before = dict(row.printed)
    for name, number in numbers.items():
        row.printed[name] = f"{number.quantize(last_digit(row, name)):f}"
    return [(row, name) for name in numbers if row.printed[name] != before[name]]


# What is planted, by whom, and in which sets.
ERRORS = {
    "a decimal slip: 9.35 for 93.5": (slip_decimal_point, list(SOURCES)),
    "a row with training and validation swapped": (exchange_splits, list(SOURCES)),
    "a row printed for two levels of a table": (print_row_twice, list(SOURCES)),
    "a row copied to another table and level": (copy_row, list(SOURCES)),
    "a row copied in the same way, with one number corrected": (repeat_all_but_one, list(SOURCES)),
    "a number left over from another round": (leave_from_another_round, list(SOURCES)),
    "the baseline's row, printed with two values": (print_row_with_two_values, list(SOURCES)),
    "a training accuracy 1.5 to 4 percentage points too high": (
        raise_training_accuracy,
        list(SOURCES),
    ),
    "an accuracy of the last epoch, up to 1 percentage point off": (mistype_accuracy, [LAST_EPOCH]),
    "an average accuracy, up to 1 percentage point off": (mistype_accuracy, [REAL, SMALL]),
    "a digit changed, or two swapped": (mistype_digits, list(SOURCES)),
}
