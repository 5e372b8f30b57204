"""What files are, by their extensions.

Light to import: it is used while the Snakefile is read.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

SHOWN = 5  # kinds of files in a sentence
_ARCHIVE = re.compile(r".+\.(?:(?:zip|rar|7z|tar|tgz|tbz2?|txz|tar\.\w+)(?:\.\d{3})?|z\d\d)")


def suffix(name: str) -> str:
    """A file's extension, in lower case."""
    file = name.rpartition("/")[2].casefold()
    if file.endswith(".nii.gz"):
        return ".nii.gz"
    stem, _, ending = file.rpartition(".")
    return f".{ending}" if stem else ""


def kinds(names: Iterable[str]) -> str:
    """Files by their extensions: `12 .txt, 1 without an extension`."""
    counts = Counter(suffix(name) or "without an extension" for name in names)
    return first_few([f"{count} {kind}" for kind, count in counts.most_common()])


def archives(names: Sequence[str]) -> list[str]:
    """Those of some files that are archives."""
    return [name for name in names if _ARCHIVE.fullmatch(name.rpartition("/")[2].casefold())]


def first_few(parts: list[str]) -> str:
    """The first few of many: `a, b, …`."""
    return ", ".join(parts[:SHOWN]) + ", …" * (len(parts) > SHOWN)
