"""Which printed rows are of one training, and where the tables contradict each other about it."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence

from study.published.chance import is_bound
from study.published.findings import Finding, finding
from study.published.printed import PrintedRow, printed_number

Level = tuple[str, str]  # (factor, level); the baseline's levels are one, AT_BASELINE
AT_BASELINE = ("", "baseline")
Levels = dict[Level, dict[int, list[PrintedRow]]]  # level -> round -> the rows that print it
Printed = tuple[Level, int, list[PrintedRow]]  # a training, and the rows that print it


def group_runs(rows: Sequence[PrintedRow], baseline: Mapping[str, str]) -> Levels:
    """Which rows print a level after so many rounds."""
    levels: Levels = {}
    for row in rows:
        rounds = levels.setdefault(level_of(row, baseline), {})
        rounds.setdefault(row.round, []).append(row)
    return levels


def list_printed(levels: Levels) -> list[Printed]:
    """Every level and round, with the rows that print it."""
    return [
        (level, round_number, prints)
        for level, rounds in levels.items()
        for round_number, prints in rounds.items()
    ]


def level_of(row: PrintedRow, baseline: Mapping[str, str]) -> Level:
    """What was trained, but for the rounds."""
    at_baseline = baseline.get(row.factor) == row.level
    return AT_BASELINE if at_baseline else (row.factor, row.level)


def most_printed(prints: Sequence[PrintedRow], name: str) -> PrintedRow | None:
    """The row with a training's usual number in a column: most prints have it, or the first."""
    having = [row for row in prints if name in row.printed]
    if not having:
        return None
    counts = Counter(printed_number(row, name) for row in having)
    return max(having, key=lambda row: counts[printed_number(row, name)])


def infer_baseline(rows: Sequence[PrintedRow]) -> dict[str, str]:
    """Factor -> the level that repeats in the tables of other factors, as a baseline does.

    Two levels of different factors may be one training if they have a whole row of at least two
    numbers alike, and more than half of all their numbers; training and validation may be
    exchanged. A factor has one such level, that with most alike.
    """
    printed = group_runs(rows, {})
    pairs = []
    for first, second in itertools.combinations(printed, 2):
        if first[0] == second[0]:
            continue
        alike, compared, whole = 0, 0, False
        for round_number in printed[first].keys() & printed[second].keys():
            for one, other in itertools.product(
                printed[first][round_number], printed[second][round_number]
            ):
                same, different = shared(one, other)
                if are_exchanged(one, other):
                    same, different = same + different, []
                alike += len(same)
                compared += len(same) + len(different)
                whole |= len(same) > 1 and not different and not _all_bounds(one, same)
        if whole and 2 * alike > compared:
            pairs.append((alike, first, second))
    found: dict[str, str] = {}
    for _, first, second in sorted(pairs, key=lambda pair: -pair[0]):
        if all(found.get(factor, level) == level for factor, level in (first, second)):
            found |= dict((first, second))
    return found


def rows_printed_differently(
    rows: Sequence[PrintedRow], baseline: Mapping[str, str]
) -> list[Finding]:
    """One training, printed twice with different values, or twice in one table."""
    findings = []
    for first, second in itertools.combinations(rows, 2):
        if first.round != second.round:
            continue
        if level_of(first, baseline) != level_of(second, baseline):
            continue
        same, different = shared(first, second)
        one_table = first.table == second.table
        if different:
            text = f"{_prints(first, second)} with different values: " + ", ".join(
                f"{name} {first.printed[name]} and {second.printed[name]}" for name in different
            )
            if are_exchanged(first, second):
                text += "; in one of them training and validation are swapped"
            findings.append(finding("one row, two values", text, (first, second), different))
        elif one_table and same and first.factor == second.factor:
            text = f"Table {first.table} prints {first.level} twice"
            findings.append(finding("row printed twice", text, (first, second), same))
    return findings


def are_exchanged(first: PrintedRow, second: PrintedRow) -> bool:
    """Whether one row has the training's numbers where the other has the validation's."""
    others = {name: exchanged(name) for name in first.printed}
    ours, theirs = (
        {name: printed_number(row, name) for name in row.printed} for row in (first, second)
    )
    return (
        any(ours[name] != theirs.get(name) for name in others)
        and any(other != name for name, other in others.items())
        and all(ours[name] == theirs.get(other) for name, other in others.items())
    )


def exchanged(name: str) -> str:
    """The same metric of the other split."""
    split, _, metric = name.partition("_")
    other = {"train": "val", "val": "train"}.get(split)
    return f"{other}_{metric}" if other else name


def shared(first: PrintedRow, second: PrintedRow) -> tuple[list[str], list[str]]:
    """The metrics that both rows print alike, and those that they print differently."""
    both = [name for name in first.printed if name in second.printed]
    same = [name for name in both if printed_number(first, name) == printed_number(second, name)]
    return same, [name for name in both if name not in same]


def place(row: PrintedRow) -> str:
    """Where a row is, in words."""
    return f"Table {row.table}, {row.level} after round {row.round}"


def _all_bounds(row: PrintedRow, names: list[str]) -> bool:
    return all(is_bound(name, printed_number(row, name)) for name in names)


def _prints(first: PrintedRow, second: PrintedRow) -> str:
    """`Tables 1 and 2 print the same run (BCE in one, 32 in the other, after round 1)`."""
    if first.table == second.table:
        levels = " and ".join(dict.fromkeys([first.level, second.level]))
        tables = f"Table {first.table} prints"
    else:
        tables = f"Tables {first.table} and {second.table} print"
        levels = first.level
        if first.level != second.level:
            levels += f" in one, {second.level} in the other,"
    return f"{tables} the same run ({levels} after round {first.round})"
