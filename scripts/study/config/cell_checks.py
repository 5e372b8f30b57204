"""Cells that cannot be trained, though each of their parameters is right by itself."""

from collections.abc import Iterator
from typing import Any

from study.config.messages import refuse
from study.design.cell import Cell
from study.design.study import Study
from study.settings.choices import CHOICES
from study.training.spelling import choose, is_own, read_spelling


def refuse_cells(study: Study) -> None:
    """Stop if a cell of a study cannot be trained.

    Raises:
        UserError: one can't, with what would be right.
    """
    refuse(
        f"{name}: {problem}"
        for name, cell in study.cells.items()
        if study.design.trainer.is_known
        for problem in cell_problems(cell, study.design.epochs_per_round)
    )


def cell_problems(cell: Cell, epochs_per_round: int) -> Iterator[str]:
    """What is wrong with a cell's parameters together, in a line each.

    Args:
        cell: the cell.
        epochs_per_round: of the baseline.
    """
    if _options(cell, "optimizer").get("nesterov") and not cell.parameters["momentum"]:
        yield "nesterov needs a momentum; write `momentum: 0.9` in the baseline or the cell"
    patience = _options(cell, "epoch_choice").get("patience", 0)
    if 0 < patience < cell.warmup:
        yield (
            f"a patience of {patience} may end a round within the {cell.warmup} warm-up epochs,"
            f" which averages leave out; write {cell.warmup} or more"
        )
    over = _options(cell, "schedule").get("over", "round")
    if over != "round" and cell.epochs != epochs_per_round:
        yield (
            f"its schedule runs over {over} epochs, a number that assumes the baseline's"
            f" {epochs_per_round} epochs per round; with `budget: steps` this cell's rounds have"
            f" {cell.epochs}: write `over: round`"
        )
    for low, high in (("lower", "upper"), ("min_val", "max_val")):
        options = _options(cell, "activation")
        if low in options and not options[low] < options[high]:
            yield f"{low} of {cell.parameters['activation']} must be below {high}"


def _options(cell: Cell, parameter: str) -> dict[str, Any]:
    """A value for each option of a choice; nothing for a class in a user's file."""
    choice = cell.parameters[parameter]
    return {} if is_own(read_spelling(choice).name) else choose(CHOICES[parameter], choice)[1]
