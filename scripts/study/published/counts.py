"""Numbers that no training can give, and how many of them a count of images gives away."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from study.published.findings import Finding, finding
from study.published.printed import (
    PrintedRow,
    last_digit,
    printed_cells,
    printed_number,
    usual_decimals,
)


def impossible_numbers(
    rows: Sequence[PrintedRow], images: Mapping[str, int], epochs: int
) -> list[Finding]:
    """Accuracies that no whole number of correct images gives, and numbers out of range."""
    findings = []
    for row, name in printed_cells(rows):
        value, text = printed_number(row, name), None
        where = f"Table {row.table}, {row.level}: {name} {row.printed[name]}"
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


def share_refused(places: int, images: int, epochs: int) -> float:
    """The share of numbers in per cent, with this many decimals, that no count of images gives.

    Counts are 100 / (images · epochs) apart, and each is rounded to one number: that leaves out all
    but a unit of the last digit in every such step, and none if the step is less than a unit.
    """
    return max(0.0, 1 - 10.0**-places * images * epochs / 100)


def describe_refused(rows: Sequence[PrintedRow], name: str, images: int | None, epochs: int) -> str:
    """How much the check of whole numbers of images can find in a column, as a sentence."""
    if images is None:
        return f"{name}: not checked against whole numbers of images; that check needs --images"
    places = usual_decimals(rows, name)
    share = share_refused(places, images, epochs)
    part = "none" if share == 0 else f"about {share:.0%}"
    counted = f"{images:,} images" + (f" over {epochs} epochs" if epochs > 1 else "")
    return (
        f"{name}: requiring a whole number of correct images among {counted} exposes {part} of"
        f" the wrong numbers with {places} decimal{'' if places == 1 else 's'}"
    )
