"""The levels of each factor, every other parameter fixed, in an order to draw them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from study.design.cell import find_cell
from study.design.factors import moved_along, together
from study.design.study import Study
from study.design.tables import of_one_factor
from study.settings.choices import ordered_levels
from study.settings.parameters import Level, Parameters


@dataclass(frozen=True)
class FactorLevels:
    """The levels of a factor that are drawn beside each other."""

    factor: str | None  # None where nothing varies, and one cell is drawn
    levels: list[Level]
    cells: list[str]  # of each level
    round: int  # the last one that all of them have
    along: list[str] = field(default_factory=list)  # the factors that move with it
    changes: Parameters = field(default_factory=dict)  # of the baseline, beside the factor
    against: str = ""  # the cell of the baseline's level, where that is among them


def factor_levels(study: Study) -> list[FactorLevels]:
    """What tables vary and the design varies, with the levels that are trained.

    Numbers are in ascending order; of names the baseline's comes first, then the design's and the
    tables'. What moves together is one factor, by the name of the first.

    Returns:
        One of each factor that has two levels or more, in the order of the baseline, and then those
        of tables at another cell. Without any, one with the baseline's cell; and nothing where that
        is not trained.
    """
    # of each factor, and what else its tables change in the baseline
    named: dict[tuple[str, tuple[tuple[str, Level], ...]], list[Level]] = {
        (factor, ()): list(levels) for factor, levels in study.factors.items()
    }
    for table in of_one_factor(study.tables).values():
        first = together(study.design, table.factor)[0]
        changed = tuple(table.changes.items())
        named.setdefault((first, changed), []).extend(row[first] for row in table.rows)
    baseline = find_cell(study.design, {})
    places = {name: place for place, name in enumerate(study.design.baseline)}
    found = []
    for factor, changes in sorted(named, key=lambda key: (key[1] != (), places[key[0]])):
        first, *along = together(study.design, factor)
        if factor != first:
            continue
        levels = dict.fromkeys([study.design.baseline[factor], *named[factor, changes]])
        cells = {
            level: find_cell(
                study.design, dict(changes) | moved_along(study.design, {factor: level})
            )
            for level in levels
        }
        trained = [level for level in ordered_levels(levels) if cells[level] in study.cells]
        if len(trained) > 1:
            of_levels = [cells[level] for level in trained]
            common = min(study.cells[cell].rounds for cell in of_levels)
            usual = cells[study.design.baseline[factor]]
            against = usual if usual in of_levels else ""
            group = FactorLevels(factor, trained, of_levels, common, along, dict(changes), against)
            found.append(group)
    if not found and baseline in study.cells:
        found.append(FactorLevels(None, [], [baseline], study.cells[baseline].rounds))
    return found


def drawn_cells(groups: Iterable[FactorLevels]) -> list[tuple[str, int]]:
    """Each cell and round of some of `factor_levels`, once."""
    return list(dict.fromkeys((cell, group.round) for group in groups for cell in group.cells))
