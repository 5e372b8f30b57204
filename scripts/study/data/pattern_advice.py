"""Groups that a pattern makes of images' names, and how an entry has the pattern.

Light to import: it is used while the Snakefile is read.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

# Where no pattern says what belongs together
LISTED = "`groups: {file: groups.csv}`, with a row for each image"


class Advice(NamedTuple):
    """A sentence on what may belong together."""

    text: str
    pattern: str | None = None  # of the groups that it advises, where it advises a pattern


def groups_by(read: Sequence[str], pattern: str) -> dict[str, list[str]]:
    """Group -> the names of the images that a pattern puts there."""
    groups: dict[str, list[str]] = {}
    for name in read:
        match = re.search(pattern, name)
        if match:
            groups.setdefault(match[1], []).append(name)
    return groups


def as_entry(read: list[str], found: dict[str, list[str]], pattern: str) -> str:
    """`groups` with a pattern, for images of which it puts some into groups."""
    rest = len(read) - sum(len(names) for names in found.values())
    return f'`groups: {{pattern: "{pattern}"{", missing: own" * bool(rest)}}}`'
