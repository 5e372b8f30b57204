"""How long cells train where their epochs are not equal, in words."""

from collections.abc import Iterable, Mapping

from study.design.cell import Cell, Design
from study.design.tables import Table
from study.report.wording import counted, lower_first
from study.settings.choices import parameter_title
from study.settings.level_titles import level_title
from study.settings.parameters import Level

DECIDE = ("train_share", "batch_size")  # a cell's epochs, where updates are equal


def equal_updates(design: Design) -> bool:
    """Whether all cells get as many updates a round, and not as many epochs."""
    return design.budget == "steps"


def epochs_words(cells: Mapping[str, Cell]) -> str:
    """`15 epochs a round at batch size 16, 30 at batch size 32`, by what decides that."""
    named = [
        name for name in DECIDE if len({cell.parameters[name] for cell in cells.values()}) > 1
    ] or DECIDE[-1:]
    found = {tuple(cell.parameters[name] for name in named): cell.epochs for cell in cells.values()}
    (first, epochs), *others = sorted(found.items())
    words = [f"{counted(epochs, 'epoch')} per round at {_levels(named, first)}"]
    words += [f"{epochs} at {_levels(named, levels)}" for levels, epochs in others]
    return ", ".join(words)


def _levels(named: Iterable[str], levels: Iterable[Level]) -> str:
    """`train share 0.5 and batch size 16`."""
    return " and ".join(
        f"{lower_first(parameter_title(name))} {level_title(name, level)}"
        for name, level in zip(named, levels)
    )


def round_words(design: Design) -> str:
    """How long a round is: `30 epochs`, or `30 epochs or the same number of updates`."""
    as_many = " or the same number of updates" if equal_updates(design) else ""
    return counted(design.epochs_per_round, "epoch") + as_many


def budget_note(table: Table, design: Design) -> str:
    """What a round is in a table that varies what decides a cell's epochs."""
    varied = {name for row in table.rows for name in row}
    if not equal_updates(design) or not varied & {*DECIDE}:
        return ""
    return (
        " A round has about the same number of updates in all rows, but different numbers of"
        " epochs."
    )
