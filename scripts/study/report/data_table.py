"""A table of the page, as its template takes it: text to the left, numbers to the right."""

import re
from collections.abc import Iterable, Sequence

# what a column of numbers may have: 0.1845 ± 0.0031, [−1.2, +3.4], <0.001, 2, 22, 5 of 12 seeds
NUMBER = re.compile(r"[+−<\[]*\d|–$|$")


def data_table(
    caption: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    text_columns: Sequence[str] = (),
    kind: str = "",
    file: str = "",
    title: str = "",
    cells: Sequence[str] = (),
) -> dict:
    """A table with what is said of it.

    Args:
        caption: what it shows; the copy buttons take it along.
        headings, rows: text.
        text_columns: headings of columns that are text though they look like numbers.
        kind: a class for the style: `fine`, `seeds`, `prose`.
        file: the file below the results folder that has it with all digits.
        title: what its caption starts with, in bold: `Table 1`.
        cells: the cell that each row is of, to which its first text leads.
    """
    rows = [list(row) for row in rows]
    columns = zip(*rows) if rows else [()] * len(headings)
    numbers = [
        heading not in text_columns and all(NUMBER.match(text) for text in column)
        for heading, column in zip(headings, columns)
    ]
    return {
        "title": title,
        "caption": caption,
        "headings": list(headings),
        "numbers": numbers,
        "rows": rows,
        "kind": kind,
        "file": file,
        "links": [f"#cell-{cell}" for cell in cells],
    }


def split_rows(rows: list[tuple[bool, list[str]]]) -> tuple[list[list[str]], list[list[str]]]:
    """The rows that come first, and those that are folded away."""
    first = [text for shown, text in rows if shown]
    return first, [text for shown, text in rows if not shown]
