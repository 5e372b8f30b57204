"""The levels of each factor, every other parameter at the baseline, in an order to draw them."""

from study.cells import find_cell
from study.choices import ordered_levels


def factor_levels(study: dict) -> list[dict]:
    """What tables vary and the grid varies: `factor`, `levels`, `cells`, and a common `round`.

    The levels are those that are trained. Numbers are in their order, names in the baseline's,
    then the tables' and the grid's. The round is the last one that all of the levels have.

    Args:
        study: an expanded study (see `study.cells.expand_study`).

    Returns:
        One dict a factor that has two levels or more, in the order of the baseline. Without any,
        one with the baseline's cell, whose `factor` is None; and nothing where that is not trained.
    """
    named = {factor: list(levels) for factor, levels in study["grid"].items()}
    for table in study["tables"].values():
        named.setdefault(table["vary"], []).extend(table["levels"])
    found = []
    for factor in (name for name in study["baseline"] if name in named):
        levels = dict.fromkeys([study["baseline"][factor], *named[factor]])
        cells = {level: find_cell(study, {factor: level}) for level in levels}
        trained = [level for level in ordered_levels(levels) if cells[level] in study["cells"]]
        if len(trained) > 1:
            found.append(_group(study, factor, trained, [cells[level] for level in trained]))
    baseline = find_cell(study, {})
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
