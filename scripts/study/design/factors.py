"""Which cells a study has: its design, as the changes that each cell makes of the baseline.

The factors of the grid are axes, and an option of an axis is the changes that it makes; factors
that move together share an axis. Cells of one name are one cell.
"""

import itertools
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from study.design.cell import Design, find_cell
from study.settings.parameters import Level, Parameters

# parameter that moves along -> level of the factor -> the level that goes with it
Along = dict[str, dict[Level, Level]]


def factors(design: Design) -> dict[str, list[Level]]:
    """The design's factors and their levels: the grid's, or those that a list's cells have."""
    listed = listed_changes(design)
    if listed is None:
        return design.grid
    names = dict.fromkeys(name for changes in listed for name in changes)
    return {
        name: list(dict.fromkeys((design.baseline | changes)[name] for changes in listed))
        for name in names
    }


def listed_changes(design: Design) -> list[Parameters] | None:
    """The cells that a design lists, None where it lists none."""
    return design.kind.get("list") if isinstance(design.kind, dict) else None


def axes(design: Design) -> list[list[Parameters]]:
    """The options of each axis, in the order of the factors and of their levels."""
    found: dict[tuple[str, ...], list[Parameters]] = {}
    levels = factors(design)
    for name in levels:
        group = together(design, name)
        found.setdefault(
            group, [dict(zip(group, each)) for each in zip(*(levels[key] for key in group))]
        )
    return list(found.values())


def together(design: Design, factor: str) -> tuple[str, ...]:
    """The factors that move with one, itself among them, in the configuration's order."""
    groups = (tuple(group) for group in design.together if factor in group)
    return next(groups, (factor,))


def companions(design: Design, factor: str) -> Along:
    """What moves along with a factor: name -> level of the factor -> level that goes with it."""
    others = [name for name in together(design, factor) if name != factor]
    baseline, levels = design.baseline, design.grid
    return {
        name: {baseline[factor]: baseline[name]} | dict(zip(levels[factor], levels[name]))
        for name in others
    }


def moved_along(design: Design, changes: Parameters) -> Parameters:
    """Changes with those of the factors that move along and are not named themselves.

    Raises:
        LookupError: a level is not in the grid, so that nothing goes with it; in words.
    """
    found = dict(changes)
    for name, level in changes.items():
        for other, levels in companions(design, name).items():
            if other not in found:
                if level not in levels:
                    raise LookupError(
                        f"{name} {level} is not a level of the grid, so it is not known which"
                        f" {other} goes with it; name {other} as well, or add both to the grid"
                    )
                found[other] = levels[level]
    return found


def matching_rule(design: Design, changes: Parameters) -> int | None:
    """The number of the first rule of `exclude` that a cell matches in all keys, or None."""
    cell = design.baseline | changes
    for number, rule in enumerate(design.exclude):
        if all(cell[name] in levels for name, levels in rule.items()):
            return number
    return None


def excluded_by(design: Design, changes: Parameters) -> int | None:
    """The number of the rule that leaves a cell out of the design; None for any other cell."""
    number = matching_rule(design, changes)
    return number if number is not None and is_offered(design, changes) else None


def is_offered(design: Design, changes: Parameters) -> bool:
    """Whether the design would have a cell, or may draw it, if nothing were excluded."""
    cell = design.baseline | changes
    if design.kind == "one_at_a_time" or listed_changes(design) is not None:
        return any(cell == design.baseline | changes for changes in offered_changes(design))
    varied = {name for axis in axes(design) for name in axis[0]}
    fixed = {name: value for name, value in design.baseline.items() if name not in varied}
    return fixed.items() <= cell.items() and all(
        any(option.items() <= cell.items() for option in axis) for axis in axes(design)
    )


def offered_changes(design: Design) -> Iterator[Parameters]:
    """What a design has before anything is excluded or drawn."""
    if design.kind == "one_at_a_time":
        start = {name: design.baseline[name] for name in factors(design)}
        moves = [start | option for axis in axes(design) for option in axis]
        return iter([start, *(changes for changes in moves if changes != start)])
    listed = listed_changes(design)
    if listed is not None:
        return iter(listed)
    return ({name: level for option in cell for name, level in option.items()}
            for cell in itertools.product(*axes(design)))  # fmt: skip


def full_size(design: Design) -> int:
    """How many combinations of levels there are."""
    return math.prod(map(len, axes(design)))


def design_changes(design: Design) -> list[Parameters]:
    """What each cell of the design changes of the baseline.

    All that the design offers, without what is excluded; of a random one, those that were drawn.
    """
    kind = design.kind
    if isinstance(kind, dict) and "random" in kind:
        return draw(design, kind["random"], kind["seed"])
    return [
        changes for changes in offered_changes(design) if matching_rule(design, changes) is None
    ]


def draw(design: Design, count: int, seed: int) -> list[Parameters]:
    """`count` different cells of the full product, in the order in which they are drawn.

    A draw takes from each axis the option with the highest digest of the seed, the number of the
    draw and the option. So the same grid gives the same cells whatever the order of its levels,
    more cells include the same ones, and one more level changes only some draws.

    Returns:
        Fewer, where the draws find no more of them.
    """
    options = [[(json.dumps(option, sort_keys=True), option) for option in axis]
               for axis in axes(design)]  # fmt: skip
    found: dict[str, Parameters] = {}
    for number in range(1000 + 200 * count):
        if len(found) == count:
            break

        def digest(option: tuple[str, Parameters], number: int = number) -> bytes:
            return sha256(f"{seed} {number} {option[0]}".encode()).digest()

        changes: Parameters = {}
        for axis in options:
            changes |= max(axis, key=digest)[1]
        if matching_rule(design, changes) is None:
            found.setdefault(find_cell(design, changes), changes)
    return list(found.values())


def table_rows(design: Design, levels: dict[str, list[Level]], at: Parameters) -> list[Parameters]:
    """What a table varies, cell by cell: the levels of its factors, and of what moves along.

    Of two factors row by row, without the cells that the design leaves out.

    Args:
        design: the study's.
        levels: of each factor that the table varies.
        at: what else its cells change in the baseline.
    """
    pairs = itertools.product(*levels.values())
    rows = [moved_along(design, dict(zip(levels, pair))) for pair in pairs]
    if len(levels) == 1:
        return rows
    return [row for row in rows if excluded_by(design, at | row) is None]


@dataclass(frozen=True)
class Factorial:
    """A design as a full factorial, which main effects and interactions are estimated from."""

    # name -> two or more levels; of factors that move together the first
    factors: dict[str, list[Level]]
    along: dict[str, list[str]]  # such a factor -> the others that move with it
    cells: list[str] = field(default_factory=list)  # in the product's order
    left_out: str = ""  # why the design is none, or nothing


def factorial(design: Design) -> Factorial:
    """The design as a full factorial; where it is none, without cells and with the reason."""
    changes, size = design_changes(design), full_size(design)
    wide = [axis for axis in axes(design) if len(axis) > 1]
    names = [list(axis[0]) for axis in wide]
    levels = {name[0]: [option[name[0]] for option in axis] for name, axis in zip(names, wide)}
    along = {name[0]: name[1:] for name in names if name[1:]}
    here = {find_cell(design, cell) for cell in changes}
    left_out, product = "", []
    if len(changes) < size:
        left_out = f"the design has {len(changes)} of the {size} combinations of levels"
    else:
        product = [
            find_cell(design, {name: level for option in cell for name, level in option.items()})
            for cell in itertools.product(*axes(design))
        ]
        if len(set(product)) < size:
            left_out = (
                f"the {size} combinations of levels are {len(set(product))} different cells,"
                " because a parameter does not apply to all of them"
            )
        elif not here >= set(product):
            left_out = f"the design does not have all of the {size} combinations of levels"
    return Factorial(levels, along, [] if left_out else product, left_out)
