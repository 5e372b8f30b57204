"""Which runs of a study train their seeds together, as far as that is known before they train."""

from pathlib import Path

from study.design.runs import Run
from study.design.study import Study, run_cell, study_runs
from study.report.wording import counted
from study.snake.data_files import Prepared, prepared_file
from study.store.errors import UserError
from study.store.paths import DESCRIPTION
from study.training.cost import DataSize, data_size
from study.training.devices import DEVICES
from study.training.stacking import why_alone

FEW = 1  # cell is named; more are counted


def size_of_data(data: Prepared) -> DataSize | None:
    """How large the prepared data are; None where they are not prepared."""
    try:
        return data_size(Path(prepared_file(data, DESCRIPTION)[0]))
    except (UserError, FileNotFoundError):
        return None


def why_run_alone(study: Study, run: Run, data: DataSize | None) -> str | None:
    """Why the seeds of a run train one after the other: see `why_alone`; None if it is not known.

    It is not known for a program, nor before the data are prepared. For a tuned side it is as with
    the baseline's values.
    """
    trainer = study.design.trainer
    if data is None or not trainer.is_known:
        return None
    parameters, device = run_cell(study, run).parameters, trainer.how["device"]
    return why_alone(parameters, device, data.shape, data.classes, run.split > 0)


def together_words(study: Study, data: DataSize | None) -> str:
    """Which of the study's own cells train their seeds together, and why others do not, in a line.

    Nothing where that is not known.
    """
    why = {run.cell: why_run_alone(study, run, data) for run in study_runs(study)}
    if None in why.values():
        return ""
    width = DEVICES[study.design.trainer.how["device"]].width
    alone: dict[str, list[str]] = {}
    for cell, reason in why.items():
        alone.setdefault(reason or "", []).append(cell)
    parts = []
    if together := alone.pop("", None):
        parts.append(f"{width} at a time in {named(together) if alone else 'all cells'}")
    for reason, cells in alone.items():
        parts.append(f"one after the other in {named(cells)}, because {reason}")
    return f"seeds of a job train {'; '.join(parts)}"


def named(cells: list[str]) -> str:
    """A few cells by their names; of more, how many there are."""
    return ", ".join(cells) if len(cells) <= FEW else counted(len(cells), "cell")
