"""A table of the page, as its template takes it: text to the left, numbers to the right."""

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

# what a column of numbers may have: 0.1845 ± 0.0031, [−1.2, +3.4], <0.001, 2, 22, 5 of 12 seeds
NUMBER = re.compile(r"[+−<\[]*\d|–$|$")


@dataclass(frozen=True)
class DataTable:
    """A table with what is said of it, all of it text."""

    caption: str  # what it shows; the copy buttons take it along
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    text_columns: Sequence[str] = ()  # headings of what is text though it looks like numbers
    kind: str = ""  # a class for the style: `fine`, `seeds`, `prose`
    file: str = ""  # the file below the results folder that has it with all digits
    title: str = ""  # what its caption starts with, in bold: `Table 1`
    links: Sequence[str] = ()  # where the first text of each row leads
    bold: Container[tuple[int, int]] = ()  # (row, column) of what is in bold

    @cached_property
    def numbers(self) -> list[bool]:
        """Of each column, whether it is of numbers."""
        columns = zip(*self.rows) if self.rows else [()] * len(self.headings)
        return [
            heading not in self.text_columns and all(NUMBER.match(text) for text in column)
            for heading, column in zip(self.headings, columns)
        ]


def cell_links(cells: Iterable[str]) -> list[str]:
    """Where the page has the runs of cells."""
    return [f"#cell-{cell}" for cell in cells]


def split_rows(rows: Iterable[tuple[bool, list[str]]]) -> tuple[list[list[str]], list[list[str]]]:
    """The rows that come first, and those that are folded away."""
    first: list[list[str]] = []
    others: list[list[str]] = []
    for shown, text in rows:
        (first if shown else others).append(text)
    return first, others
