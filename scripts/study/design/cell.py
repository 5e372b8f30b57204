"""A cell: one value for every training parameter. What it is called, and how long it trains.

Every cell of a study is described by what it changes in the baseline, and known by a name that its
trainer makes from its parameters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from study.design.budget import cell_epochs, cell_warmup
from study.program.command import Program
from study.program.trainer import trainer_of
from study.settings.parameters import Level, Parameters, Specs
from study.settings.trainer import Trainer


@dataclass(frozen=True)
class Design:
    """What decides which cells a study has, and how long they train."""

    baseline: Parameters  # a value for every training parameter
    grid: dict[str, list[Level]]  # factor -> its levels
    # full, one_at_a_time, {"list": [changes, …]} or {"random": how many, "seed": …}
    kind: str | dict[str, Any]
    exclude: list[dict[str, list[Level]]]  # rules: a cell that has all of one's levels is left out
    together: list[list[str]]  # groups of factors whose levels move in step
    epochs_per_round: int  # of the baseline
    warmup_epochs: int  # of them, those at the start that averages leave out
    budget: str  # what is equal for all cells in a round: epochs or steps
    device: str  # cpu or cuda
    program: Program | None  # what trains in place of the built-in trainer
    specs: Specs  # the schema of each training parameter, in the order of files and reports

    @cached_property
    def trainer(self) -> Trainer:
        """What trains its cells."""
        return trainer_of(self.program, self.device)


def design_of(config: Mapping[str, Any]) -> Design:
    """The design of a configuration whose types and defaults are set."""
    program = Program(**config["program"]) if config["program"] else None
    return Design(
        kind=config["design"],
        program=program,
        specs=trainer_of(program, config["device"]).specs,
        **{
            key: config[key]
            for key in (
                "baseline",
                "grid",
                "exclude",
                "together",
                "epochs_per_round",
                "warmup_epochs",
                "budget",
                "device",
            )
        },
    )


def design_from(fields: Mapping[str, Any]) -> Design:
    """The design of a plain dict, as `dataclasses.asdict` makes one."""
    program = fields["program"]
    return Design(**{**fields, "program": Program(**program) if program else None})


@dataclass(frozen=True)
class Cell:
    """What is trained: a value for every training parameter, and for how long."""

    parameters: Parameters
    rounds: int  # how many are trained
    epochs: int  # of a round
    warmup: int  # epochs at the start of a round that averages leave out


def cell_parameters(design: Design, changes: Parameters) -> Parameters:
    """A value for every training parameter, from what differs from the baseline."""
    return design.trainer.settled({**design.baseline, **changes})


def round_epochs(design: Design, parameters: Parameters) -> int:
    """How many epochs a round of the cell with these parameters has."""
    return cell_epochs(design.epochs_per_round, design.budget, design.baseline, parameters)


def make_cell(design: Design, parameters: Parameters, rounds: int) -> Cell:
    """A cell with these parameters, trained for as long as the study's budget says."""
    epochs = round_epochs(design, parameters)
    warmup = cell_warmup(design.warmup_epochs, design.epochs_per_round, epochs)
    return Cell(dict(parameters), rounds, epochs, warmup)


def find_cell(design: Design, changes: Parameters) -> str:
    """The name of the cell that differs from the baseline in `changes`."""
    return name_of(design, cell_parameters(design, changes))


def name_of(design: Design, parameters: Parameters) -> str:
    """The name of the cell with these parameters."""
    return design.trainer.cell_name(parameters, round_epochs(design, parameters))
