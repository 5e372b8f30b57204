"""What is wrong with a design, and with what tables and figures ask of it: a line a mistake."""

from difflib import get_close_matches

from study.designs import (
    Named,
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

NAMES = ("full", "one_at_a_time")
SHAPES = "{list: [{parameter: level}, …]}, {random: 20}"


def design_problems(config: dict) -> list[str]:
    """Keys of the design that do not fit each other, before tables have their levels."""
    design, grid = config["design"], config["grid"]
    if isinstance(design, str) and design not in NAMES:
        close = get_close_matches(design, NAMES, n=1)
        meant = f"; did you mean {close[0]!r}?" if close else ";"
        return [f"design: unknown value {design!r}{meant} known: {', '.join(NAMES)}, {SHAPES}"]
    if isinstance(design, dict) and len({"list", "random"} & design.keys()) != 1:
        return [f"design: needs one of list and random: {SHAPES}"]
    if listed_changes(config) is not None and grid:
        return [
            "design.list: names its cells itself, so that the grid has to go: set `grid: null`; now"
            f" it has {', '.join(grid)}"
        ]
    return _together_problems(config)


def _together_problems(config: dict) -> list[str]:
    grid, baseline, problems, seen = config["grid"], config["baseline"], [], set()
    for number, group in enumerate(config["together"]):
        where = f"together[{number}]"
        absent = [name for name in group if name not in grid]
        lengths = {name: len(grid[name]) for name in group if name in grid}
        twice = [name for name in group if name in seen]
        seen |= set(group)
        if absent:
            problems.append(f"{where}: {absent[0]} is not a factor of the grid")
        elif twice:
            problems.append(f"{where}: {twice[0]} moves together with other factors already")
        elif len(set(lengths.values())) > 1:
            several = " and ".join(f"{name} has {count}" for name, count in lengths.items())
            problems.append(f"{where}: levels that move in step are as many; {several}")
        else:
            for levels in zip(*(grid[name] for name in group)):
                own = {name: level == baseline[name] for name, level in zip(group, levels)}
                if len(set(own.values())) > 1:
                    pair = ", ".join(f"{name} {level}" for name, level in zip(group, levels))
                    base = ", ".join(f"{name} {baseline[name]}" for name in group)
                    problems.append(
                        f"{where}: the grid has {pair}, and the baseline {base}: with one level of"
                        " the baseline go all of them"
                    )
    return problems


def cell_problems(config: dict, named: Named) -> list[str]:
    """Cells that a design, a table or a figure cannot have; tables have their levels."""
    problems = [*_exclude_problems(config), *_table_problems(config)]
    for name, figure in config["figures"].items():
        problems += _asked_for(config, f"figures.{name}.cell", figure["cell"])
    for name, claim in config["claims"].items():
        for number, pair in enumerate(claim["compare"]):
            for side in pair:
                where = f"claims.{name}.compare[{number}]"
                problems += _asked_for(config, where, side["cell"], excluded=True)
    return problems or _count_problems(config, named)


def _asked_for(config: dict, where: str, changes: dict, excluded: bool = False) -> list[str]:
    """Why a cell that is asked for cannot be had.

    Args:
        config: the configuration.
        where: the key that asks for it.
        changes: what it changes of the baseline.
        excluded: whether it may be one that the design leaves out.
    """
    try:
        number = excluded_by(config, moved_along(config, changes))
    except LookupError as error:
        return [f"{where}: {error.args[0]}"]
    if number is None or excluded:
        return []
    return [
        f"{where}: {_words(changes)} is left out by exclude[{number}],"
        f" {_words(config['exclude'][number])}; ask for another cell, or change the rule"
    ]


def _exclude_problems(config: dict) -> list[str]:
    """Rules that leave nothing out, which may be misspelt."""
    problems = []
    for number, rule in enumerate(config["exclude"]):
        if not _leaves_out(config, rule):
            problems.append(f"exclude[{number}]: no cell of the design has {_words(rule)}")
    return problems


def _leaves_out(config: dict, rule: dict) -> bool:
    """Whether a cell of the design has all that a rule names; of a product, axis by axis."""

    def matches(changes: dict) -> bool:
        return all(changes[name] in rule[name] for name in changes if name in rule)

    if config["design"] == "one_at_a_time" or listed_changes(config) is not None:
        return any(matches(config["baseline"] | changes) for changes in offered_changes(config))
    options = axes(config)
    varied = {name for axis in options for name in axis[0]}
    fixed = {name: value for name, value in config["baseline"].items() if name not in varied}
    return matches(fixed) and all(any(map(matches, axis)) for axis in options)


def _table_problems(config: dict) -> list[str]:
    problems = []
    for name, table in config["tables"].items():
        where, cell = f"tables.{name}", table["cell"]
        crossed = isinstance(table["vary"], list)
        varied = table["vary"] if crossed else [table["vary"]]
        moved = [other for factor in varied for other in companions(config, factor)]
        fixed = [key for key in cell if key in (*varied, *moved)]
        if set(varied) & set(moved):
            problems.append(f"{where}.vary: {' and '.join(varied)} move together, as one factor")
        elif fixed:
            what = "is what the table varies" if fixed[0] in varied else "moves along in the table"
            problems.append(f"{where}.cell: {fixed[0]} {what}")
        elif crossed:
            for factor in varied:
                for level in table["levels"][factor]:
                    changes = cell | {factor: level}
                    problems += _asked_for(config, f"{where}.levels", changes, excluded=True)
            if not problems and not table_rows(config, table):
                problems.append(f"{where}: exclude leaves out all of its cells")
        else:
            for level in table["levels"]:
                changes = cell | {varied[0]: level}
                problems += _asked_for(config, f"{where}.levels", changes)
    return problems


def _count_problems(config: dict, named: Named) -> list[str]:
    changes, design, size = design_changes(config, named), config["design"], full_size(config)
    if listed_changes(config) is not None:
        cells = [config["baseline"] | cell for cell in listed_changes(config)]
        return [
            f"design.list[{number}]: is the same cell as design.list[{cells.index(cell)}]"
            for number, cell in enumerate(cells)
            if cells.index(cell) < number
        ]
    if isinstance(design, dict) and len(changes) < design["random"]:
        fewer = f", and {len(changes)} cells without what is excluded or the same in other words"
        return [
            f"design.random: {design['random']} cells are more than there are: the grid has {size}"
            f" combinations of levels{fewer if len(changes) < size else ''}"
        ]
    return [] if changes else ["exclude: leaves no cell of the design"]


def _words(levels: dict) -> str:
    """`batch_size 16 or 64, loss bce`, the baseline where nothing is named."""
    several = {
        name: " or ".join(map(str, level)) if isinstance(level, list) else str(level)
        for name, level in levels.items()
    }
    return ", ".join(f"{name} {level}" for name, level in several.items()) or "the baseline"


def default_levels(config: dict, factor: str, cell: dict | None = None) -> list | None:
    """A table's levels where it names none: the baseline's, then the design's others.

    Args:
        config: a configuration whose types are set.
        factor: what the table varies.
        cell: what its cells change beside; those of them that the design leaves out are no rows.

    Returns:
        None where the factor is none of the design's.
    """
    levels, baseline = factors(config).get(factor), config["baseline"][factor]
    others = [level for level in levels or () if level != baseline]
    if cell is not None:
        others = [
            level
            for level in others
            if excluded_by(config, moved_along(config, cell | {factor: level})) is None
        ]
    return [baseline, *others] if levels else None
