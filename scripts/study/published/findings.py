"""What a careful reader of published tables would stop at, and the sentences that it may be in."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from study.published.printed import PrintedRow


@dataclass(frozen=True)
class Finding:
    """Something that cannot be, or hardly can."""

    check: str  # what was looked for: `decimal slip`
    text: str  # where it is and what is odd about it
    # the metrics of rows that it is about
    cells: list[tuple[PrintedRow, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Sentence:
    """What is said about tables."""

    name: str
    text: str
    tables: list[str]  # that it is drawn from


def finding(check: str, text: str, rows: Sequence[PrintedRow], names: Sequence[str]) -> Finding:
    """A finding about these metrics of these rows."""
    return Finding(check, text, [(row, name) for row in rows for name in names])
