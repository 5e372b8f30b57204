"""What trains the cells of a study: all that the rest of the workflow asks of it.

There are two: the built-in one, `study.settings.built_in`, and a program of the user's own,
`study.program.trainer`. Each gives its own answers here; nothing else asks which of them it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from study.settings.parameters import Parameters, Specs, meets
from study.training.cost import Cost


@dataclass(frozen=True)
class Trainer:
    """What trains one cell for one round, with each seed of a block: see `scripts/<script>`."""

    name: str  # of the user's program, such as `train_trees`; nothing for the built-in trainer
    specs: Specs  # the schema of each of its parameters
    script: str  # of its jobs: a module of scripts/
    # what run.json says of it: on which `device`; or by which `command`, and after that what its
    # `scores` are, if that is declared
    how: dict[str, str]
    resumed: tuple[str, ...]  # what the next round begins with, beside run.json
    progress: str  # the file in which an interrupted job leaves what it has done
    reads: tuple[str, ...]  # files of the prepared data that its jobs read
    threads: int  # that one of its jobs takes
    gpus: int
    # parameter -> the choices that it means anything with, such as certain networks; a parameter
    # that always does is not among them
    conditions: Mapping[str, Mapping[str, list[str]]]
    # whether it is known here what its parameters mean: which are a network, a batch, a rate
    is_known: bool
    measures_all: bool  # whether it measures every metric of every epoch

    cell_name: Callable[[Parameters, int], str]  # of a cell, by the epochs of its round
    # digests of the code that trains a cell, as 12 hex digits: `trainer`, and its choices'
    code: Callable[[Parameters], dict[str, str]]
    # of a job: by the cell's parameters and epochs, its seeds, and the data's description.json
    cost: Callable[[Parameters, int, int, Path], Cost]

    def applies(self, parameter: str, values: Parameters) -> bool:
        """Whether a parameter means anything in a cell: some belong to certain networks only."""
        return meets(self.conditions.get(parameter, {}), values)

    def settled(self, values: Parameters) -> Parameters:
        """A cell's parameters, with those that do not apply at their default.

        So cells that differ in nothing that counts are one cell.
        """
        return {
            name: value if self.applies(name, values) else self.specs[name]["default"]
            for name, value in values.items()
        }
