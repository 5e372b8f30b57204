"""Numbers that no training can give, and how many of them a count of images gives away."""

import math
from decimal import Decimal

from study.published.printed import last_digit, printed_cells, printed_number, usual_decimals
from study.published.runs import finding

# Wrong numbers are looked for this far beyond those that are printed, in percentage points.
BEYOND = Decimal(1)


def impossible_numbers(rows: list[dict], images: dict[str, int], epochs: int) -> list[dict]:
    """Accuracies that no whole number of correct images gives, and numbers out of range."""
    findings = []
    for row, name in printed_cells(rows):
        value, text = printed_number(row, name), None
        where = f"Table {row['table']}, {row['level']}: {name} {row['printed'][name]}"
        if value < 0 or ("accuracy" in name and value > 100):
            text = f"{where} is out of range"
        elif "accuracy" in name and name.partition("_")[0] in images:
            n = images[name.partition("_")[0]]
            if not is_possible(value, last_digit(row, name), n * epochs):
                over = f", averaged over {epochs} epochs" if epochs > 1 else ""
                text = f"{where} is not k/{n} for any whole number k of images{over}"
        if text:
            findings.append(finding("impossible number", text, (row,), [name]))
    return findings


def is_possible(value: Decimal, unit: Decimal, count: int) -> bool:
    """Whether k of `count`, in per cent, is rounded to `value` for some whole number k.

    Args:
        unit: one unit of the value's last digit.
    """
    correct = (value * count / 100).to_integral_value()
    return abs(100 * correct / count - value) <= unit / 2


def share_refused(rows: list[dict], name: str, images: int, epochs: int) -> float:
    """Of the numbers that could be printed in an accuracy's column, those that no count gives.

    Every number with the column's decimals from its lowest to its highest, and 1 percentage point
    beyond, is taken to be as likely to be printed by mistake.
    """
    unit = Decimal(10) ** -usual_decimals(rows, name)
    values = [printed_number(row, name) for row in rows if name in row["printed"]]
    low = math.ceil(max(min(values) - BEYOND, Decimal(0)) / unit)
    high = math.floor(min(max(values) + BEYOND, Decimal(100)) / unit)
    refused = sum(
        not is_possible(number * unit, unit, images * epochs) for number in range(low, high + 1)
    )
    return refused / (high - low + 1)


def describe_refused(rows: list[dict], name: str, images: int | None, epochs: int) -> str:
    """How much the check of whole numbers of images can find in a column, as a sentence."""
    if images is None:
        return f"{name}: not checked for whole numbers of images, which need --images"
    places = usual_decimals(rows, name)
    share = share_refused(rows, name, images, epochs)
    part = "none" if share == 0 else f"about {share:.0%}"
    counted = f"{images:,} images" + (f" over {epochs} epochs" if epochs > 1 else "")
    return (
        f"{name}: counting {counted} can refuse {part} of the wrong numbers with {places}"
        f" decimal{'' if places == 1 else 's'}"
    )
