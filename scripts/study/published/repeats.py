"""Numbers that are printed again where other numbers belong: in another round, row or table.

A repetition is a finding if it is improbable by chance: the chances of the columns that agree are
multiplied, and multiplied by the number of places where such a repetition could have been found.
"""

import itertools
import math
import statistics
from collections.abc import Mapping, Sequence

from study.published.chance import (
    RARE,
    chance_alike,
    chance_printed,
    expected,
    is_bound,
    measure,
    scaled,
)
from study.published.findings import Finding, finding
from study.published.printed import PrintedRow, printed_number
from study.published.runs import (
    Level,
    Levels,
    Printed,
    group_runs,
    list_printed,
    most_printed,
    place,
    shared,
)

# Levels that are close in other rounds too, such as two activations that are almost the same
# function, make coincidences more probable, by at most this factor a column.
CLOSEST = 0.02


def same_in_two_rounds(
    rows: Sequence[PrintedRow], baseline: Mapping[str, str], steps: Mapping[str, float]
) -> list[Finding]:
    """Numbers of a level that another round left as they were, although other levels' moved.

    The chance is that of no change, judged by the changes of the other levels between the same
    rounds.

    Args:
        steps: as `study.published.chance.column_steps` returns them.
    """
    levels = group_runs(rows, baseline)
    pairs = [
        (level, first, second)
        for level, rounds in levels.items()
        for first, second in itertools.combinations(
            [row for prints in rounds.values() for row in prints], 2
        )
        if (first.factor, first.level) == (second.factor, second.level)
        and first.round != second.round
    ]
    looks = len({(level, *sorted((a.round, b.round))) for level, a, b in pairs})
    findings = []
    for level, first, second in pairs:
        same, other = shared(first, second)
        if not same:
            continue
        chance: float = looks * math.comb(len(same) + len(other), len(same))
        for name in same:
            chance *= _chance_unmoved(levels, level, first, second, name, steps)
        if chance >= RARE:
            continue
        text = (
            f"Level {first.level} has the same {_listed(first, same)} after"
            f" rounds {first.round} and {second.round}"
            f" (tables {first.table} and {second.table})"
        )
        if other:
            changes = (
                f"{name} went from {first.printed[name]} to {second.printed[name]}"
                for name in other
            )
            text += f", although its {', its '.join(changes)}"
        text += f"; {expected(chance)}"
        findings.append(finding("same number in two rounds", text, (first, second), same))
    return findings


def repeated_rows(
    rows: Sequence[PrintedRow], baseline: Mapping[str, str], steps: Mapping[str, float]
) -> list[Finding]:
    """Rows of two levels, in one table or two, that agree in more than chance explains."""
    levels = group_runs(rows, baseline)
    runs = list_printed(levels)
    pairs = [pair for pair in itertools.combinations(runs, 2) if pair[0][0] != pair[1][0]]
    findings = []
    for (level, _, prints), (other_level, _, other_prints) in pairs:
        first, second = _most_alike(prints, other_prints)
        same, other = shared(first, second)
        if not same or all(is_bound(name, printed_number(first, name)) for name in same):
            continue
        chance: float = len(pairs) * math.comb(len(same) + len(other), len(same))
        closeness = _closeness(levels, level, other_level, first, second, same)
        for name in same:
            alike = _chance_alike(runs, first, second, name, steps)
            chance *= min(1, alike / closeness)
        if chance < RARE:
            findings.append(_describe_repeat(first, second, same, other, chance))
    return findings


def _chance_unmoved(
    levels: Levels,
    level: Level,
    first: PrintedRow,
    second: PrintedRow,
    name: str,
    steps: Mapping[str, float],
) -> float:
    """The chance that a level's number does not change between the rounds of two rows."""
    if is_bound(name, printed_number(first, name)):
        return 1
    changes = []
    for other, rounds in levels.items():
        before, after = (most_printed(rounds.get(row.round, []), name) for row in (first, second))
        if other != level and before and after:
            start, end = (scaled(name, *measure(row, name, steps))[0] for row in (before, after))
            changes.append(end - start)
    value, step = measure(first, name, steps)
    if len(changes) > 1:
        return chance_printed(0, changes, scaled(name, value, step)[1])
    column = [
        float(printed_number(row, name))
        for other, rounds in levels.items()
        for prints in rounds.values()
        if other != level and (row := most_printed(prints, name))
    ]
    return chance_alike(value, column, step) if column else 1


def _chance_alike(
    runs: Sequence[Printed],
    first: PrintedRow,
    second: PrintedRow,
    name: str,
    steps: Mapping[str, float],
) -> float:
    """The chance that two rows print a number alike, by the other rows of their rounds."""
    value, step = measure(first, name, steps)
    if is_bound(name, value):
        return 1
    chances = []
    columns: dict[int, list[float]] = {}
    for _, round_number, prints in runs:
        row = most_printed(prints, name)
        if row and not any(print_ is first or print_ is second for print_ in prints):
            columns.setdefault(round_number, []).append(float(printed_number(row, name)))
    everywhere = list(itertools.chain(*columns.values()))
    for row in (first, second):
        column = columns.get(row.round, [])
        column = column if len(column) > 1 else everywhere
        chances.append(chance_alike(value, column, step) if column else 1)
    return max(chances)


def _closeness(
    levels: Levels,
    level: Level,
    other_level: Level,
    first: PrintedRow,
    second: PrintedRow,
    same: list[str],
) -> float:
    """How close two levels are where they are not alike, from `CLOSEST` to 1 for any two.

    The root mean square, over columns and rounds, of their distance as a share of the median
    distance of two levels.
    """
    if first.round != second.round:
        return 1
    ratios = []
    for round_number in levels[level].keys() & levels[other_level].keys():
        here = {
            key: rounds[round_number] for key, rounds in levels.items() if round_number in rounds
        }
        for name in first.printed:
            if round_number == first.round and name in same:
                continue
            column = {
                key: float(printed_number(row, name))
                for key, prints in here.items()
                if (row := most_printed(prints, name))
            }
            if level not in column or other_level not in column or len(column) < 3:
                continue
            distances = [abs(a - b) for a, b in itertools.combinations(column.values(), 2)]
            usual = statistics.median(distances)
            if usual:
                ratios.append(abs(column[level] - column[other_level]) / usual)
    if not ratios:
        return 1
    return min(1, max(CLOSEST, math.sqrt(statistics.fmean(ratio**2 for ratio in ratios))))


def _most_alike(
    prints: Sequence[PrintedRow], others: Sequence[PrintedRow]
) -> tuple[PrintedRow, PrintedRow]:
    """Of the rows that print two trainings, those with most in common, in one table if possible."""
    return max(
        itertools.product(prints, others),
        key=lambda pair: (len(shared(*pair)[0]), pair[0].table == pair[1].table),
    )


def _describe_repeat(
    first: PrintedRow, second: PrintedRow, same: list[str], other: list[str], chance: float
) -> Finding:
    one_table = first.table == second.table
    if one_table and first.round == second.round:
        where = f"Table {first.table}: {first.level} and {second.level} have"
    else:
        where = f"{place(first)}, and {place(second)} have"
    text = f"{where} the same {_listed(first, same)}"
    if not other and len(same) > 1:
        check = "row printed twice" if one_table else "row copied"
        text += "; one of the rows is probably a copy"
    elif len(other) == 1 and len(same) > 1:
        (name,) = other
        check = "row repeated with one value changed"
        text += f", and only {name} differs, {first.printed[name]} and {second.printed[name]}"
    else:
        check = "same number in two rows"
    return finding(check, f"{text}; {expected(chance)}", (first, second), same)


def _listed(row: PrintedRow, names: list[str]) -> str:
    *first, last = [f"{name} ({row.printed[name]})" for name in names]
    return f"{', '.join(first)} and {last}" if first else last
