"""The tables and the figures of a study: which cells they show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from study.design.cell import Design, cell_parameters, find_cell, round_epochs
from study.design.factors import Along, companions, table_rows
from study.settings.parameters import Level, Parameters


@dataclass(frozen=True)
class Table:
    """Cells that differ in the levels of one factor, or of two, beside each other."""

    vary: list[str]  # the factor, or the rows' and the columns'
    levels: dict[str, list[Level]]  # of each factor
    changes: Parameters  # what else all its cells change in the baseline
    round: int
    metrics: list[str]  # those that it shows; without any, the usual ones
    caption: str  # in place of the generated one; or nothing
    rows: list[Parameters]  # what each of its cells changes of the others: its levels
    cells: list[str]  # their names
    along: dict[str, Along]  # factor -> what moves along with it

    @property
    def is_crossed(self) -> bool:
        """Whether two factors are varied, so that nothing is compared."""
        return len(self.vary) == 2

    @property
    def factor(self) -> str:
        """The factor of the rows."""
        return self.vary[0]

    @property
    def row_levels(self) -> list[Level]:
        """The levels of the rows' factor, in the tables' order."""
        return self.levels[self.factor]


def expand_table(design: Design, declared: Mapping[str, Any]) -> Table:
    """A declared table whose levels are known, with its cells."""
    rows = table_rows(design, declared["levels"], declared["cell"])
    return Table(
        vary=declared["vary"],
        levels=declared["levels"],
        changes=declared["cell"],
        round=declared["round"],
        metrics=declared.get("metrics", []),
        caption=declared.get("caption", ""),
        rows=rows,
        cells=[find_cell(design, declared["cell"] | row) for row in rows],
        along={factor: companions(design, factor) for factor in declared["vary"]},
    )


def of_one_factor(tables: Mapping[str, Table]) -> dict[str, Table]:
    """The tables that vary one factor, whose rows are compared; of two, nothing is."""
    return {name: table for name, table in tables.items() if not table.is_crossed}


@dataclass(frozen=True)
class Figure:
    """One cell, epoch by epoch over some rounds."""

    kind: str  # a key of study.report.figures.FIGURES
    changes: Parameters  # what its cell changes of the baseline
    rounds: list[int]
    caption: str  # in place of the generated one; or nothing
    cell: str  # its name
    epochs: int  # of a round of the cell


def expand_figure(design: Design, declared: Mapping[str, Any]) -> Figure:
    """A declared figure, with its cell."""
    parameters = cell_parameters(design, declared["cell"])
    return Figure(
        kind=declared["kind"],
        changes=declared["cell"],
        rounds=declared["rounds"],
        caption=declared.get("caption", ""),
        cell=find_cell(design, declared["cell"]),
        epochs=round_epochs(design, parameters),
    )
