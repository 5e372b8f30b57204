"""What the levels of a factor, and their cells, are called."""

import itertools
from collections.abc import Iterable

from study.design.levels import FactorLevels
from study.report.tables import at_words, factor_title
from study.settings.choices import parameter_title
from study.settings.level_titles import level_title


def group_name(group: FactorLevels) -> str:
    """The factor with what moves along, and where: `Batch size with learning rate, at loss CE`."""
    if group.factor is None:
        return "Baseline"
    return factor_title(group.factor, group.along) + at_words(group.changes)


def level_names(groups: Iterable[FactorLevels]) -> dict[tuple[str, int], str]:
    """(cell, round) -> `Baseline`, or its level: `Batch size 16`."""
    names: dict[tuple[str, int], str] = {}
    for group in groups:
        factor, where = group.factor, at_words(group.changes)
        for level, cell in itertools.zip_longest(group.levels, group.cells):
            key = (cell, group.round)
            if factor is None or level is None or (key in names and not where):
                names[key] = "Baseline"  # the only cell in two groups, if one factor varies
            else:
                level_name = f"{parameter_title(factor)} {level_title(factor, level)}"
                names.setdefault(key, f"{level_name}{where}")
    return names
