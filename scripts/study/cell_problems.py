"""Cells that cannot be trained, though each of their parameters is right by itself."""

from collections.abc import Iterator

from study.budget import cell_warmup
from study.choices import CHOICES
from study.errors import UserError
from study.spelling import choose, is_own, read_spelling


def refuse_cells(study: dict) -> None:
    """Stop if a cell of a study cannot be trained.

    Args:
        study: an expanded study (see `study.cells.expand_study`).

    Raises:
        UserError: one can't, with what would be right.
    """
    problems = [
        f"{name}: {problem}"
        for name, cell in ({} if study["program"] else study["cells"]).items()
        for problem in cell_problems(cell, study)
    ]
    if problems:
        raise UserError("\n  ".join(["Configuration error", *problems]))


def cell_problems(cell: dict, study: dict) -> Iterator[str]:
    """What is wrong with a cell's parameters together, in a line each.

    Args:
        cell: its parameters and `epochs` a round.
        study: has `epochs_per_round` and `warmup_epochs`.
    """
    warmup_epochs = cell_warmup(study, cell["epochs"])
    if _options(cell, "optimizer").get("nesterov") and not cell["momentum"]:
        yield "nesterov takes a momentum; write `momentum: 0.9` in the baseline or the cell"
    patience = _options(cell, "epoch_choice").get("patience", 0)
    if 0 < patience < warmup_epochs:
        yield (
            f"a patience of {patience} may end a round within the {warmup_epochs} warm-up epochs,"
            f" which averages leave out; write {warmup_epochs} or more"
        )
    over = _options(cell, "schedule").get("over", "round")
    if over != "round" and cell["epochs"] != study["epochs_per_round"]:
        yield (
            f"its schedule runs over {over} epochs, counted in the baseline's; with `budget: steps`"
            f" its rounds have {cell['epochs']} and not {study['epochs_per_round']}: write `over:"
            " round`"
        )
    for low, high in (("lower", "upper"), ("min_val", "max_val")):
        options = _options(cell, "activation")
        if low in options and not options[low] < options[high]:
            yield f"{low} of {cell['activation']} must be below {high}"


def _options(cell: dict, parameter: str) -> dict:
    """A value for each option of a choice; nothing for a class in a user's file."""
    if is_own(read_spelling(cell[parameter]).name):
        return {}
    return choose(CHOICES[parameter], cell[parameter])[1]
