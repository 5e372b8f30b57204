"""The levels of each factor, every other parameter fixed, in an order to draw them."""

from study.cells import find_cell
from study.choices import ordered_levels
from study.designs import moved_along, together


def factor_levels(study: dict) -> list[dict]:
    """What tables vary and the design varies: `factor`, `levels`, `cells`, and a common `round`.

    The levels are those that are trained. Numbers are in their order, names in the baseline's,
    then the design's and the tables'. The round is the last one that all of the levels have. What
    moves together is one factor, by the name of the first, and the others are its `along`. `at` is
    what the cells differ from the baseline in beside the factor, where a table says so.

    Args:
        study: an expanded study (see `study.cells.expand_study`).

    Returns:
        One dict a factor that has two levels or more, in the order of the baseline, and then those
        of tables at another cell. Without any, one with the baseline's cell, whose `factor` is
        None; and nothing where that is not trained.
    """
    named = {(factor, ()): list(levels) for factor, levels in study["factors"].items()}
    for table in study["tables"].values():
        if isinstance(table["vary"], str):
            first = together(study, table["vary"])[0]
            levels = [row[first] for row in table["rows"]]
            named.setdefault((first, tuple(table["cell"].items())), []).extend(levels)
    baseline = find_cell(study, {})
    places = {name: place for place, name in enumerate(study["baseline"])}
    found = []
    for factor, at in sorted(named, key=lambda key: (key[1] != (), places[key[0]])):
        first, *along = together(study, factor)
        if factor != first:
            continue
        levels = dict.fromkeys([study["baseline"][factor], *named[factor, at]])
        cells = {
            level: find_cell(study, dict(at) | moved_along(study, {factor: level}))
            for level in levels
        }
        trained = [level for level in ordered_levels(levels) if cells[level] in study["cells"]]
        if len(trained) > 1:
            group = _group(study, factor, trained, [cells[level] for level in trained])
            found.append(group | {"along": along, "at": dict(at)})
    if not found and baseline in study["cells"]:
        found.append(_group(study, None, [], [baseline]))
    return found


def _group(study: dict, factor: str | None, levels: list, cells: list[str]) -> dict:
    common = min(study["cells"][cell]["rounds"] for cell in cells)
    return {"factor": factor, "levels": levels, "cells": cells, "round": common}


def drawn_cells(groups: list[dict]) -> list[tuple[str, int]]:
    """Each cell and round of some of `factor_levels`, once."""
    return list(
        dict.fromkeys((cell, group["round"]) for group in groups for cell in group["cells"])
    )
