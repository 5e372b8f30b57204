"""Classes whose names differ in a letter, so that one may be the other, misspelt.

Light to import: it is used while the Snakefile is read.
"""

import re
from itertools import combinations

from study.data.class_folders import words_of
from study.data.split_folders import listed

LONG = 4  # letters that the longer of two words has at least
_ROMAN = re.compile("[ivx]+")


def nearly_one_class(classes: list[str]) -> list[str]:
    """Which classes differ in one letter alone, in a sentence; none where no two do."""
    pairs = [
        f"{one} and {other}"
        for one, other in combinations(classes, 2)
        if abs(len(one) - len(other)) < 2 and _in_a_letter(words_of(one), words_of(other))
    ]
    if not pairs:
        return []
    return [
        f"Classes whose names differ in one letter were treated as different: {listed(pairs)};"
        " if they are one, put their images in one folder."
    ]


def _in_a_letter(words: list[str], others: list[str]) -> bool:
    """Whether all words are the same but for a letter of one: not `type_a`, `type_b`, or `II`."""
    differing = [pair for pair in zip(words, others) if pair[0] != pair[1]]
    if len(words) != len(others) or len(differing) != 1:
        return False
    short, long = sorted(differing[0], key=len)
    numbers = _ROMAN.fullmatch(short) and _ROMAN.fullmatch(long)
    if len(long) < LONG or numbers or long == f"a{short}":  # `typical`, `atypical`
        return False
    same = 0
    while same < len(short) and short[same] == long[same]:
        same += 1
    replaced = len(short) == len(long)
    letters = long[same] + short[same : same + replaced]
    return letters.isalpha() and short[same + replaced :] == long[same + 1 :]
