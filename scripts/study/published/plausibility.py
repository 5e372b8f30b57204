"""Check published tables for numbers that cannot be, or hardly can."""

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from study.published.chance import column_steps
from study.published.counts import impossible_numbers
from study.published.findings import Finding, Sentence, finding
from study.published.misplaced import decimal_slips, exchanged_splits
from study.published.printed import PrintedRow, decimal_places, printed_cells, printed_number
from study.published.repeats import repeated_rows, same_in_two_rounds
from study.published.runs import infer_baseline, rows_printed_differently

# A training loss and accuracy are of the same predictions. This much more accuracy, in points,
# together with a higher loss is worth a second look.
MUCH_MORE_ACCURATE = Decimal(1)


def find_problems(
    rows: Sequence[PrintedRow],
    baseline: Mapping[str, str] | None = None,
    images: Mapping[str, int] | None = None,
    epochs: int = 1,
    sentences: Sequence[Sentence] = (),
) -> list[Finding]:
    """All that a careful reader would stop at.

    Args:
        rows: as `read_tables` returns them.
        baseline: factor -> the level at which the other tables hold it. The rows of these levels
            are one row, printed in several tables. If left out, it is inferred.
        images: `train` and `val` -> how many images an accuracy is over, where that is known.
        epochs: over how many epochs a printed number is a mean.
        sentences: what is said about the tables.
    """
    baseline, images = baseline or infer_baseline(rows), images or {}
    steps = column_steps(rows, images, epochs)
    return [
        *same_in_two_rounds(rows, baseline, steps),
        *repeated_rows(rows, baseline, steps),
        *rows_printed_differently(rows, baseline),
        *exchanged_splits(rows, baseline),
        *decimal_slips(rows, baseline),
        *_loss_against_accuracy(rows),
        *impossible_numbers(rows, images, epochs),
        *_decimals(rows),
        *_numbers_in_sentences(rows, sentences),
    ]


def _loss_against_accuracy(rows: Sequence[PrintedRow]) -> list[Finding]:
    """A clearly higher training accuracy together with a higher training loss."""
    findings = []
    for first, second in itertools.permutations(rows, 2):
        names = ["train_loss", "train_accuracy"]
        if first.table != second.table or not all(
            name in row.printed for row in (first, second) for name in names
        ):
            continue
        loss, accuracy = ([printed_number(row, name) for row in (first, second)] for name in names)
        more = accuracy[0] - accuracy[1]
        if loss[0] > loss[1] and more > MUCH_MORE_ACCURATE:
            text = (
                f"Table {first.table}: level {first.level} has a higher training loss than"
                f" level {second.level} ({loss[0]} against {loss[1]}), and yet {more} percentage"
                f" points more training accuracy ({accuracy[0]} against {accuracy[1]})"
            )
            findings.append(finding("loss against accuracy", text, (first,), names))
    return findings


def _decimals(rows: Sequence[PrintedRow]) -> list[Finding]:
    """Numbers that are printed with other decimals than most of their column."""
    findings = []
    for name in dict.fromkeys(name for _, name in printed_cells(rows)):
        counts = Counter(decimal_places(row.printed[name]) for row in rows if name in row.printed)
        (usual, times), *_ = counts.most_common(1)
        if times == 1:
            continue
        for row in rows:
            if name in row.printed and decimal_places(row.printed[name]) != usual:
                places = decimal_places(row.printed[name])
                text = (
                    f"Table {row.table}, {row.level}: {name} {row.printed[name]} has"
                    f" {places} decimal{'' if places == 1 else 's'}, where {usual} are usual"
                )
                findings.append(finding("decimals change", text, (row,), [name]))
    return findings


def _numbers_in_sentences(
    rows: Sequence[PrintedRow], sentences: Sequence[Sentence]
) -> list[Finding]:
    """Numbers in a sentence that its tables lack, also as a difference of two of theirs."""
    findings = []
    for item in sentences:
        shown = [row for row in rows if row.table in item.tables]
        if not shown:
            continue
        words = {word for row in shown for word in (row.table, str(row.round))}
        words |= {word for row in shown for word in re.findall(r"\d+\.?\d*", row.level)}
        by_metric: dict[str, list[Decimal]] = {}
        for row, name in printed_cells(shown):
            by_metric.setdefault(name, []).append(printed_number(row, name))
        values = [value for column in by_metric.values() for value in column]
        values += [
            abs(first - second)
            for column in by_metric.values()
            for first, second in itertools.combinations(column, 2)
        ]
        for text in re.findall(r"\d+(?:\.\d+)?", item.text):
            half = Decimal(10) ** -decimal_places(text) / 2
            near = any(abs(value - Decimal(text)) <= half for value in values)
            if text not in words and not near:
                tables = " and ".join(item.tables)
                what = f"{item.name}: the sentence has {text}, which table {tables} lacks"
                findings.append(Finding("number not in the table", what))
    return findings
