"""How many data sets a test of ranks needs.

Light to import, because the Snakefile asks whether there is something to draw.
"""

from math import factorial

# Data sets that a test of three levels or more needs: fewer stand for few others.
MIN_DATASETS = 5


def smallest_p(levels: int, datasets: int) -> float:
    """The exact p-value where all data sets have the levels in the same order, without ties.

    Each of the k! orders is as probable as any other, on each data set; k! of all their
    combinations are such.
    """
    orders = 1 / factorial(levels)
    return float(orders ** (datasets - 1))


def datasets_needed(levels: int, alpha: float) -> int:
    """How many data sets a test of ranks needs.

    Enough for its smallest p-value to be at most alpha; with three levels or more, at least
    `MIN_DATASETS`.
    """
    needed = MIN_DATASETS if levels > 2 else 2
    while smallest_p(levels, needed) > alpha:
        needed += 1
    return needed


def is_drawn(levels: int, datasets: int) -> bool:
    """Whether there is a critical difference to draw: of three levels, and of enough data sets."""
    return levels > 2 and datasets >= MIN_DATASETS
