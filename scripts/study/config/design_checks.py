"""What is wrong with a design, and with what tables and figures ask of it: a line a mistake."""

from collections.abc import Mapping
from typing import Any

from study.config.messages import suggest
from study.design.cell import Design
from study.design.factors import (
    axes,
    companions,
    design_changes,
    excluded_by,
    factors,
    full_size,
    listed_changes,
    moved_along,
    offered_changes,
    table_rows,
)
from study.settings.parameters import Level, Parameters

NAMES = ("full", "one_at_a_time")
SHAPES = "{list: [{parameter: level}, …]}, {random: 20}"


def design_problems(design: Design) -> list[str]:
    """Keys of the design that do not fit each other, before tables have their levels."""
    return [*_kind_problems(design), *_length_problems(design)]


def _length_problems(design: Design) -> list[str]:
    """How long cells train, where that cannot be."""
    problems = []
    if design.warmup_epochs >= design.epochs_per_round:
        problems.append(
            f"warmup_epochs: {design.warmup_epochs} leaves no epoch to average;"
            f" it must be below epochs_per_round, which is {design.epochs_per_round}"
        )
    if design.budget == "steps" and not design.trainer.is_known:
        problems.append(
            "budget: steps counts updates by batch_size, which a program need not have; write"
            " `budget: epochs`, and let the program's parameters decide how long it trains"
        )
    return problems


def _kind_problems(design: Design) -> list[str]:
    kind, grid = design.kind, design.grid
    if isinstance(kind, str) and kind not in NAMES:
        return [f"design: unknown value {kind!r}{suggest(kind, NAMES)}, {SHAPES}"]
    if isinstance(kind, dict) and len({"list", "random"} & kind.keys()) != 1:
        return [f"design: needs either list or random: {SHAPES}"]
    if listed_changes(design) is not None and grid:
        return [
            "design.list: names its cells itself, so there must be no grid: set `grid: null`; it"
            f" now has {', '.join(grid)}"
        ]
    return _together_problems(design)


def _together_problems(design: Design) -> list[str]:
    grid, baseline = design.grid, design.baseline
    problems: list[str] = []
    seen: set[str] = set()
    for number, group in enumerate(design.together):
        where = f"together[{number}]"
        absent = [name for name in group if name not in grid]
        lengths = {name: len(grid[name]) for name in group if name in grid}
        twice = [name for name in group if name in seen]
        seen |= set(group)
        if absent:
            problems.append(f"{where}: {absent[0]} is not a factor of the grid")
        elif twice:
            problems.append(f"{where}: {twice[0]} already moves together with other factors")
        elif len(set(lengths.values())) > 1:
            several = " and ".join(f"{name} has {count}" for name, count in lengths.items())
            problems.append(
                f"{where}: factors that move together need the same number of levels; {several}"
            )
        else:
            for levels in zip(*(grid[name] for name in group)):
                own = {name: level == baseline[name] for name, level in zip(group, levels)}
                if len(set(own.values())) > 1:
                    pair = ", ".join(f"{name} {level}" for name, level in zip(group, levels))
                    base = ", ".join(f"{name} {baseline[name]}" for name in group)
                    problems.append(
                        f"{where}: the grid has {pair}, but the baseline {base}: the"
                        " baseline's levels must belong together"
                    )
    return problems


def cell_problems(design: Design, config: Mapping[str, Any]) -> list[str]:
    """Cells that a design, a table, a figure or a claim cannot have; tables have their levels."""
    problems = [*_exclude_problems(design), *_table_problems(design, config["tables"])]
    for name, figure in config["figures"].items():
        problems += _asked_for(design, f"figures.{name}.cell", figure["cell"])
    for name, claim in config["claims"].items():
        for number, pair in enumerate(claim["compare"]):
            for side in pair:
                where = f"claims.{name}.compare[{number}]"
                problems += _asked_for(design, where, side["cell"], excluded=True)
    return problems or _count_problems(design)


def _asked_for(
    design: Design, where: str, changes: Parameters, excluded: bool = False
) -> list[str]:
    """Why a cell that is asked for cannot be had.

    Args:
        design: the study's.
        where: the key that asks for it.
        changes: what it changes of the baseline.
        excluded: whether it may be one that the design leaves out.
    """
    try:
        number = excluded_by(design, moved_along(design, changes))
    except LookupError as error:
        return [f"{where}: {error.args[0]}"]
    if number is None or excluded:
        return []
    return [
        f"{where}: {_words(changes)} is left out by exclude[{number}],"
        f" {_words(design.exclude[number])}; ask for another cell, or change the rule"
    ]


def _exclude_problems(design: Design) -> list[str]:
    """Rules that leave nothing out, which may be misspelt."""
    problems = []
    for number, rule in enumerate(design.exclude):
        if not _leaves_out(design, rule):
            problems.append(f"exclude[{number}]: no cell of the design has {_words(rule)}")
    return problems


def _leaves_out(design: Design, rule: Mapping[str, list[Level]]) -> bool:
    """Whether a cell of the design has all that a rule names; of a product, axis by axis."""

    def matches(changes: Parameters) -> bool:
        return all(changes[name] in rule[name] for name in changes if name in rule)

    if design.kind == "one_at_a_time" or listed_changes(design) is not None:
        return any(matches(design.baseline | changes) for changes in offered_changes(design))
    options = axes(design)
    varied = {name for axis in options for name in axis[0]}
    fixed = {name: value for name, value in design.baseline.items() if name not in varied}
    return matches(fixed) and all(any(map(matches, axis)) for axis in options)


def _table_problems(design: Design, tables: Mapping[str, Mapping[str, Any]]) -> list[str]:
    problems: list[str] = []
    for name, table in tables.items():
        where, cell, varied = f"tables.{name}", table["cell"], table["vary"]
        crossed = len(varied) == 2
        moved = [other for factor in varied for other in companions(design, factor)]
        fixed = [key for key in cell if key in (*varied, *moved)]
        if set(varied) & set(moved):
            problems.append(f"{where}.vary: {' and '.join(varied)} move together, as one factor")
        elif fixed:
            what = (
                "is what the table varies" if fixed[0] in varied else "changes in step in the table"
            )
            problems.append(f"{where}.cell: {fixed[0]} {what}")
        else:
            for factor in varied:
                for level in table["levels"][factor]:
                    changes = cell | {factor: level}
                    problems += _asked_for(design, f"{where}.levels", changes, excluded=crossed)
            if crossed and not problems and not table_rows(design, table["levels"], cell):
                problems.append(f"{where}: exclude leaves out all of its cells")
    return problems


def _count_problems(design: Design) -> list[str]:
    changes, kind, size = design_changes(design), design.kind, full_size(design)
    listed = listed_changes(design)
    if listed is not None:
        cells = [design.baseline | cell for cell in listed]
        return [
            f"design.list[{number}]: is the same cell as design.list[{cells.index(cell)}]"
            for number, cell in enumerate(cells)
            if cells.index(cell) < number
        ]
    if isinstance(kind, dict) and len(changes) < kind["random"]:
        fewer = f", of which {len(changes)} are left after exclusions and duplicates"
        return [
            f"design.random: asks for {kind['random']} cells, but the grid has only {size}"
            f" combinations of levels{fewer if len(changes) < size else ''}"
        ]
    return [] if changes else ["exclude: leaves no cell of the design"]


def level_problems(design: Design, tables: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Tables that name no levels, of a factor that the design does not have."""
    return [
        f"tables.{name}.vary: {factor} is not a factor of the grid; give the table its"
        f" `levels`, add {factor} to the grid, or remove the table with `{name}: null`"
        for name, table in tables.items()
        for factor in table["vary"]
        if factor not in table["levels"] and not default_levels(design, factor)
    ]


def table_levels(design: Design, table: Mapping[str, Any]) -> dict[str, list[Level]]:
    """A table's levels by factor: its own, or the baseline's and the design's others."""
    at = table["cell"] if len(table["vary"]) == 1 else None
    return {
        factor: table["levels"].get(factor) or default_levels(design, factor, at) or []
        for factor in table["vary"]
    }


def _words(levels: Mapping[str, Level | list[Level]]) -> str:
    """`batch_size 16 or 64, loss bce`, the baseline where nothing is named."""
    several = {
        name: " or ".join(map(str, level)) if isinstance(level, list) else str(level)
        for name, level in levels.items()
    }
    return ", ".join(f"{name} {level}" for name, level in several.items()) or "the baseline"


def default_levels(
    design: Design, factor: str, cell: Parameters | None = None
) -> list[Level] | None:
    """A table's levels where it names none: the baseline's, then the design's others.

    Args:
        design: the study's.
        factor: what the table varies.
        cell: what else its cells change; cells that the design leaves out are not rows.

    Returns:
        None where the factor is none of the design's.
    """
    levels, baseline = factors(design).get(factor), design.baseline[factor]
    others = [level for level in levels or () if level != baseline]
    if cell is not None:
        others = [
            level
            for level in others
            if excluded_by(design, moved_along(design, cell | {factor: level})) is None
        ]
    return [baseline, *others] if levels else None
