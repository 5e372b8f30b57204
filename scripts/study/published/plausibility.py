"""Check published tables for numbers that cannot be, or hardly can."""

import itertools
import re
from collections import Counter
from decimal import Decimal

from study.published.printed import printed_cells, printed_number

# A training loss and accuracy are of the same predictions. This much more accuracy, in points,
# together with a higher loss is worth a second look.
MUCH_MORE_ACCURATE = Decimal(1)


def find_problems(
    rows: list[dict],
    baseline: dict[str, str] | None = None,
    images: dict[str, int] | None = None,
    epochs: int = 1,
    sentences: list[dict] | None = None,
) -> list[dict]:
    """All that a careful reader would stop at.

    Args:
        rows: as `read_tables` returns them.
        baseline: factor -> the level at which the other tables hold it. The rows of these levels
            are one row, printed in several tables.
        images: `train` and `val` -> how many images an accuracy is over, where that is known.
        epochs: over how many epochs a printed number is a mean.
        sentences: what is said about the tables, each with `name`, `sentence` and the `tables`
            that it is drawn from.

    Returns:
        One dict per finding: `check`, `text`, and `cells`, the (row, metric) that it is about.
    """
    baseline, images = baseline or {}, images or {}
    return [
        *_same_in_two_rounds(rows),
        *_same_in_one_table(rows),
        *_row_printed_differently(rows, baseline),
        *_loss_against_accuracy(rows),
        *_impossible(rows, images, epochs),
        *_decimals(rows),
        *_numbers_in_sentences(rows, sentences or []),
    ]


def _same_in_two_rounds(rows: list[dict]) -> list[dict]:
    """Another round hardly leaves a number as it was to the last digit; it may be a copy."""
    findings = []
    for first, second in itertools.combinations(rows, 2):
        if _keys(first, "factor", "level") != _keys(second, "factor", "level"):
            continue
        if first["round"] == second["round"]:
            continue
        same, other = _shared(first, second)
        if same:
            text = (
                f"{first['level']} has the same {_listed(first, same)} after"
                f" rounds {first['round']} and {second['round']}"
                f" (tables {first['table']} and {second['table']})"
            )
            text += "".join(
                f", although its {name} went from {first['printed'][name]} to"
                f" {second['printed'][name]}"
                for name in other
            )
            findings.append(_finding("same number in two rounds", text, (first, second), same))
    return findings


def _same_in_one_table(rows: list[dict]) -> list[dict]:
    """Two levels with the same number to the last digit."""
    findings = []
    for first, second in itertools.combinations(rows, 2):
        if first["table"] != second["table"] or first["level"] == second["level"]:
            continue
        same, _ = _shared(first, second)
        if same:
            text = (
                f"Table {first['table']}: {first['level']} and {second['level']} have the same"
                f" {_listed(first, same)}"
            )
            findings.append(_finding("same number in two rows", text, (first, second), same))
    return findings


def _row_printed_differently(rows: list[dict], baseline: dict[str, str]) -> list[dict]:
    """One training, printed in two tables with different values."""
    findings = []
    for first, second in itertools.combinations(rows, 2):
        if first["round"] != second["round"] or first["table"] == second["table"]:
            continue
        in_both = _keys(first, "factor", "level") == _keys(second, "factor", "level")
        if not in_both and not all(_at_baseline(row, baseline) for row in (first, second)):
            continue
        _, different = _shared(first, second)
        if different:
            pairs = ", ".join(
                f"{name} {first['printed'][name]} and {second['printed'][name]}"
                for name in different
            )
            text = (
                f"Tables {first['table']} and {second['table']} print one row,"
                f" {first['level']} and {second['level']} after round {first['round']},"
                f" with different values: {pairs}"
            )
            findings.append(_finding("one row, two values", text, (first, second), different))
    return findings


def _loss_against_accuracy(rows: list[dict]) -> list[dict]:
    """A clearly higher training accuracy together with a higher training loss."""
    findings = []
    for first, second in itertools.permutations(rows, 2):
        if first["table"] != second["table"]:
            continue
        loss, accuracy = (
            [printed_number(row, name) for row in (first, second)]
            for name in ("train_loss", "train_accuracy")
        )
        if None in loss or None in accuracy:
            continue
        more = accuracy[0] - accuracy[1]
        if loss[0] > loss[1] and more > MUCH_MORE_ACCURATE:
            text = (
                f"Table {first['table']}: {first['level']} has a higher training loss than"
                f" {second['level']} ({loss[0]} against {loss[1]}), and yet {more} percentage"
                f" points more training accuracy ({accuracy[0]} against {accuracy[1]})"
            )
            names = ["train_loss", "train_accuracy"]
            findings.append(_finding("loss against accuracy", text, (first,), names))
    return findings


def _impossible(rows: list[dict], images: dict[str, int], epochs: int) -> list[dict]:
    """What no training can give: a count of correct images that is not whole, or out of range."""
    findings = []
    for row, name in printed_cells(rows):
        value, text = printed_number(row, name), None
        where = f"Table {row['table']}, {row['level']}: {name} {row['printed'][name]}"
        if value < 0 or ("accuracy" in name and value > 100):
            text = f"{where} is out of range"
        elif "accuracy" in name and name.partition("_")[0] in images:
            n = images[name.partition("_")[0]]
            correct = (value * n * epochs / 100).to_integral_value()
            if abs(100 * correct / (n * epochs) - value) > _half_unit(row, name):
                over = f", averaged over {epochs} epochs" if epochs > 1 else ""
                text = f"{where} is not k/{n} for any whole number k of images{over}"
        if text:
            findings.append(_finding("impossible number", text, (row,), [name]))
    return findings


def _decimals(rows: list[dict]) -> list[dict]:
    """Numbers that are printed with other decimals than most of their column."""
    findings = []
    for name in dict.fromkeys(name for _, name in printed_cells(rows)):
        counts = Counter(_decimal_places(row, name) for row in rows if name in row["printed"])
        (usual, times), *_ = counts.most_common(1)
        if times == 1:
            continue
        for row in rows:
            if name in row["printed"] and _decimal_places(row, name) != usual:
                places = _decimal_places(row, name)
                text = (
                    f"Table {row['table']}, {row['level']}: {name} {row['printed'][name]} has"
                    f" {places} decimal{'' if places == 1 else 's'}, where {usual} are usual"
                )
                findings.append(_finding("decimals change", text, (row,), [name]))
    return findings


def _numbers_in_sentences(rows: list[dict], sentences: list[dict]) -> list[dict]:
    """Numbers in a sentence that its tables lack, also as a difference of two of theirs."""
    findings = []
    for item in sentences:
        shown = [row for row in rows if row["table"] in item["tables"]]
        if not shown:
            continue
        words = {word for row in shown for word in (row["table"], str(row["round"]))}
        words |= {word for row in shown for word in re.findall(r"\d+\.?\d*", row["level"])}
        by_metric = {}
        for row, name in printed_cells(shown):
            by_metric.setdefault(name, []).append(printed_number(row, name))
        values = [value for column in by_metric.values() for value in column]
        values += [
            abs(first - second)
            for column in by_metric.values()
            for first, second in itertools.combinations(column, 2)
        ]
        for text in re.findall(r"\d+(?:\.\d+)?", item["sentence"]):
            half = Decimal(10) ** -_places(text) / 2
            near = any(abs(value - Decimal(text)) <= half for value in values)
            if text not in words and not near:
                tables = " and ".join(item["tables"])
                what = f"{item['name']}: the sentence has {text}, which table {tables} lacks"
                findings.append({"check": "number not in the table", "text": what, "cells": []})
    return findings


# ---- Small helpers ------------------------------------------------------------------------------


def _finding(check: str, text: str, rows: tuple, names: list[str]) -> dict:
    cells = [(row, name) for row in rows for name in names]
    return {"check": check, "text": text, "cells": cells}


def _keys(row: dict, *names: str) -> list:
    return [row[name] for name in names]


def _shared(first: dict, second: dict) -> tuple[list[str], list[str]]:
    """The metrics that both rows print alike, and those that they print differently."""
    both = [name for name in first["printed"] if name in second["printed"]]
    same = [name for name in both if printed_number(first, name) == printed_number(second, name)]
    return same, [name for name in both if name not in same]


def _listed(row: dict, names: list[str]) -> str:
    return ", ".join(f"{name} ({row['printed'][name]})" for name in names)


def _at_baseline(row: dict, baseline: dict[str, str]) -> bool:
    return row["factor"] in baseline and row["level"] == baseline[row["factor"]]


def _half_unit(row: dict, name: str) -> Decimal:
    """Half a unit of the last printed digit: how far rounding may have moved a number."""
    return Decimal(10) ** -_decimal_places(row, name) / 2


def _decimal_places(row: dict, name: str) -> int:
    return _places(row["printed"][name])


def _places(text: str) -> int:
    return len(text.partition(".")[2])
