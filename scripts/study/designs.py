"""Which cells a study has: its design, as the changes that each cell makes of the baseline.

The factors of the grid are axes, and an option of an axis is the changes that it makes; factors
that move together share an axis. A configuration here is one whose types and defaults are set, as
`study.config.read_config` does it. `named` gives a cell its name, by its changes: cells of one name
are one cell.
"""

import itertools
import json
import math
from collections.abc import Callable, Iterator
from hashlib import sha256

Named = Callable[[dict], str]


def factors(config: dict) -> dict[str, list]:
    """The design's factors and their levels: the grid's, or those that a list's cells have."""
    listed = listed_changes(config)
    if listed is None:
        return config["grid"]
    names = dict.fromkeys(name for changes in listed for name in changes)
    return {
        name: list(dict.fromkeys(changes.get(name, config["baseline"][name]) for changes in listed))
        for name in names
    }


def listed_changes(config: dict) -> list[dict] | None:
    """The cells that a design lists, None where it lists none."""
    design = config["design"]
    return design.get("list") if isinstance(design, dict) else None


def axes(config: dict) -> list[list[dict]]:
    """The options of each axis, in the order of the factors and of their levels."""
    found, levels = {}, factors(config)
    for name in levels:
        group = together(config, name)
        found.setdefault(group, [dict(zip(group, each)) for each in zip(*map(levels.get, group))])
    return list(found.values())


def together(config: dict, factor: str) -> tuple[str, ...]:
    """The factors that move with one, itself among them, in the configuration's order."""
    groups = (tuple(group) for group in config["together"] if factor in group)
    return next(groups, (factor,))


def companions(config: dict, factor: str) -> dict[str, dict]:
    """What moves along with a factor: name -> level of the factor -> level that goes with it."""
    others = [name for name in together(config, factor) if name != factor]
    baseline, levels = config["baseline"], config["grid"]
    return {
        name: {baseline[factor]: baseline[name]} | dict(zip(levels[factor], levels[name]))
        for name in others
    }


def moved_along(config: dict, changes: dict) -> dict:
    """Changes with those of the factors that move along and are not named themselves.

    Raises:
        LookupError: a level is none of the grid's, so that nothing goes with it; in words.
    """
    found = dict(changes)
    for name, level in changes.items():
        for other, levels in companions(config, name).items():
            if other not in found:
                if level not in levels:
                    raise LookupError(
                        f"{name} {level} is no level of the grid, so that it is not known which"
                        f" {other} moves along; name {other} as well, or add both to the grid"
                    )
                found[other] = levels[level]
    return found


def matching_rule(config: dict, changes: dict) -> int | None:
    """The number of the first rule of `exclude` that a cell matches in all keys, or None."""
    cell = config["baseline"] | changes
    for number, rule in enumerate(config["exclude"]):
        if all(cell[name] in levels for name, levels in rule.items()):
            return number
    return None


def excluded_by(config: dict, changes: dict) -> int | None:
    """The number of the rule that leaves a cell out of the design; None for any other cell."""
    number = matching_rule(config, changes)
    return number if number is not None and is_offered(config, changes) else None


def is_offered(config: dict, changes: dict) -> bool:
    """Whether the design would have a cell, or may draw it, if nothing were excluded."""
    cell = config["baseline"] | changes
    if config["design"] == "one_at_a_time" or listed_changes(config) is not None:
        return any(cell == config["baseline"] | changes for changes in offered_changes(config))
    varied = {name for axis in axes(config) for name in axis[0]}
    fixed = {name: value for name, value in config["baseline"].items() if name not in varied}
    return fixed.items() <= cell.items() and all(
        any(option.items() <= cell.items() for option in axis) for axis in axes(config)
    )


def offered_changes(config: dict) -> Iterator[dict]:
    """What a design has before anything is excluded or drawn."""
    if config["design"] == "one_at_a_time":
        start = {name: config["baseline"][name] for name in factors(config)}
        moves = [start | option for axis in axes(config) for option in axis]
        return iter([start, *(changes for changes in moves if changes != start)])
    listed = listed_changes(config)
    if listed is not None:
        return iter(listed)
    return ({name: level for option in cell for name, level in option.items()}
            for cell in itertools.product(*axes(config)))  # fmt: skip


def full_size(config: dict) -> int:
    """How many combinations of levels there are."""
    return math.prod(map(len, axes(config)))


def design_changes(config: dict, named: Named) -> list[dict]:
    """What each cell of the design changes of the baseline.

    All that the design offers, without what is excluded; of a random one so many that were drawn.
    """
    design = config["design"]
    if isinstance(design, dict) and "random" in design:
        return draw(config, design["random"], design["seed"], named)
    return [
        changes for changes in offered_changes(config) if matching_rule(config, changes) is None
    ]


def draw(config: dict, count: int, seed: int, named: Named) -> list[dict]:
    """So many different cells of the full product, in the order in which they are drawn.

    A draw takes of each axis the option with the highest digest of the seed, the number of the draw
    and the option. So the same grid gives the same cells whatever the order of its levels, more
    cells are the same ones and others, and of one more level only some draws take notice.

    Returns:
        Fewer, where so many draws find no more of them.
    """
    options = [[(json.dumps(option, sort_keys=True), option) for option in axis]
               for axis in axes(config)]  # fmt: skip
    found = {}
    for number in range(1000 + 200 * count):
        if len(found) == count:
            break

        def digest(option: tuple[str, dict], number: int = number) -> bytes:
            return sha256(f"{seed} {number} {option[0]}".encode()).digest()

        changes = {}
        for axis in options:
            changes |= max(axis, key=digest)[1]
        if matching_rule(config, changes) is None:
            found.setdefault(named(changes), changes)
    return list(found.values())


def table_rows(config: dict, table: dict) -> list[dict]:
    """What a table varies, cell by cell: the levels of its factors, and of what moves along.

    Of two factors row by row, without the cells that the design leaves out.
    """
    if isinstance(table["vary"], str):
        return [moved_along(config, {table["vary"]: level}) for level in table["levels"]]
    levels = (table["levels"][factor] for factor in table["vary"])
    rows = (dict(zip(table["vary"], pair)) for pair in itertools.product(*levels))
    rows = (moved_along(config, row) for row in rows)
    return [row for row in rows if excluded_by(config, table["cell"] | row) is None]


def factorial(config: dict, named: Named) -> dict:
    """The design as a full factorial, which main effects and interactions are estimated from.

    Returns:
        `factors`, name -> two or more levels, of factors that move together the first; `along`,
        such a name -> the others; `cells`, their names in the product's order; and `left_out`, why
        the design is none, or nothing.
    """
    changes, size = design_changes(config, named), full_size(config)
    wide = [axis for axis in axes(config) if len(axis) > 1]
    names = [list(axis[0]) for axis in wide]
    found = {
        "factors": {name[0]: [option[name[0]] for option in axis]
                    for name, axis in zip(names, wide)},
        "along": {name[0]: name[1:] for name in names if name[1:]},
        "cells": [],
        "left_out": "",
    }  # fmt: skip
    if len(changes) < size:
        found["left_out"] = f"the design has {len(changes)} of the {size} combinations of levels"
        return found
    here = {named(cell) for cell in changes}
    product = [named({name: level for option in cell for name, level in option.items()})
               for cell in itertools.product(*axes(config))]  # fmt: skip
    if len(set(product)) < size:
        found["left_out"] = (
            f"the {size} combinations of levels are {len(set(product))} different cells, because a"
            " parameter does not apply to all of them"
        )
    elif not here >= set(product):
        found["left_out"] = f"the design has not all of the {size} combinations of levels"
    return found | ({} if found["left_out"] else {"cells": product})
