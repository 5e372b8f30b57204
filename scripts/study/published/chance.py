"""How probable it is that numbers of a column coincide, by the other numbers of the column.

Equal numbers are evidence of a copy only as far as a coincidence is improbable: two accuracies over
a hundred images coincide often, a row of four numbers hardly ever.
"""

import itertools
import math
import statistics
from collections.abc import Mapping, Sequence
from decimal import Decimal

from scipy.special import stdtr

from study.published.printed import PrintedRow, accuracies, last_digit, printed_number

# A finding that rests on an improbable coincidence is made if less than this share of clean sets of
# tables is expected to have one like it.
RARE = 0.01
ENOUGH = 4  # different numbers of a column


def column_steps(
    rows: Sequence[PrintedRow], images: Mapping[str, int], epochs: int
) -> dict[str, float]:
    """How far an accuracy is from the next that was possible, in percentage points, by column.

    One image of all of them in one epoch of all. Where the images are not known, it is taken to be
    the least distance of the column's numbers, if they are at least `ENOUGH` to tell.
    """
    steps = {}
    for name in accuracies(rows):
        numbers = sorted({printed_number(row, name) for row in rows if name in row.printed})
        count = images.get(name.partition("_")[0])
        if count:
            steps[name] = 100 / (count * epochs)
        elif len(numbers) >= ENOUGH:
            steps[name] = float(min(more - less for less, more in itertools.pairwise(numbers)))
    return steps


def measure(row: PrintedRow, name: str, steps: Mapping[str, float]) -> tuple[float, float]:
    """A printed number, and its column's step: a unit of the last digit at least."""
    step = max(float(last_digit(row, name)), steps.get(name, 0))
    return float(printed_number(row, name)), step


def scaled(name: str, value: float, step: float) -> tuple[float, float]:
    """A number and its step, as logarithms if it is a loss: so columns are about normal."""
    if "loss" not in name:
        return value, step
    value = max(value, step / 2)
    return math.log(value), step / value


def is_bound(name: str, value: Decimal | float) -> bool:
    """Whether a number is one that runs often end at: nothing, or 100%."""
    return value == 0 or ("accuracy" in name and value == 100)


def chance_alike(value: float, others: list[float], step: float) -> float:
    """The chance that a number is printed like `value`, from the density of others about it.

    Half of the others are within their median distance of it, so that one more is at its step with
    a chance of about step / (4 · median); or as often as the others are at `value` itself. With few
    others this is uncertain, and raised by 1 + 3/n²: with one other, 4 times is a bound that holds
    for 99 of 100 normal samples.
    """
    distances = [abs(other - value) for other in others]
    near = max(statistics.median(distances), step / 4)
    equal = sum(distance < step / 2 for distance in distances) / len(others)
    few = 1 + 3 / len(others) ** 2
    return min(1.0, max(few * step / (4 * near), equal))


def chance_printed(value: float, others: list[float], step: float) -> float:
    """The chance that one more of these numbers is within half a step of `value`.

    By the predictive distribution of a normal sample: mean + t · sd · sqrt(1 + 1/n), t with n - 1
    degrees of freedom.
    """
    mean, sd, freedom = _predict(others, step)
    far = abs(value - mean)
    return stdtr(freedom, (step / 2 - far) / sd) - stdtr(freedom, (-step / 2 - far) / sd)


def tail(value: float, others: list[float], step: float) -> float:
    """The chance that one more of these numbers is as far from their mean as `value`."""
    mean, sd, freedom = _predict(others, step)
    return 2 * stdtr(freedom, -abs(value - mean) / sd)


def _predict(others: list[float], step: float) -> tuple[float, float, int]:
    """Mean, standard deviation (one step at least) and degrees of freedom of one more number."""
    n = len(others)
    mean = math.fsum(others) / n
    sd = math.sqrt(math.fsum((other - mean) ** 2 for other in others) / (n - 1))
    return mean, max(sd, step) * math.sqrt(1 + 1 / n), n - 1


def expected(chance: float) -> str:
    """How many clean sets of tables have such a coincidence, in words."""
    if chance < 1e-6:
        return "expected by chance in fewer than 1 in a million such sets of tables"
    return f"expected by chance in about 1 in {float(f'{1 / chance:.1g}'):,.0f} such sets of tables"
