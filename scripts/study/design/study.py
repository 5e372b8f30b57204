"""A study: all that follows from its configuration."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

from study.design.cell import (
    Cell,
    Design,
    cell_parameters,
    design_from,
    design_of,
    find_cell,
    make_cell,
)
from study.design.claims import Claim, Side, expand_claim
from study.design.factors import Factorial, design_changes, factorial, factors
from study.design.protocols import FIXED, PROTOCOLS, Protocol, protocols_of
from study.design.runs import Run, blocks_from, runs_of, seed_blocks
from study.design.tables import Figure, Table, expand_figure, expand_table, of_one_factor
from study.design.tuning import Tuning, expand_tuning
from study.program.command import Program
from study.settings.parameters import Level
from study.store.paths import tuned_places


@dataclass(frozen=True, eq=False)
class Study:
    """One study on one data set. A plain dict of it is `plain`, for the parameters of rules."""

    dataset: str  # its name
    entry: dict[str, Any]  # what the configuration says of it
    name: str | None  # of the study, beside others on the same data
    folders: dict[str, str]  # `results`, `logs`, `benchmarks` and `made`, see study.store.paths
    fail_on: str  # the severity of a finding of the audit that stops it: never, warning or error

    design: Design
    factors: dict[str, list[Level]]  # the design's, with their levels
    factorial: Factorial
    cells: dict[str, Cell]  # the design's first, in its order, then what tables and figures add
    grid_cells: list[str]  # the design's
    rounds: int  # of the design's cells

    seeds: int  # of each cell; of planned looks the last
    seeds_per_job: int
    looks: list[int]  # planned numbers of seeds, or nothing
    spending: str  # how the level is spent over looks: obrien_fleming or pocock
    look: int  # the one that is now, from 1
    cell_seeds: dict[str, int]  # with how many seeds each cell is trained now

    tuning: Tuning | None
    splits: list[int]  # the numbers of the redrawn ones, from 1
    verdicts: str  # the name of the protocol whose verdicts count
    margins: dict[str, float]  # metric -> the difference below which cells are equivalent

    tables: dict[str, Table]
    figures: dict[str, Figure]
    figure_style: str  # a style sheet of workflow/styles: paper or slides
    claims: dict[str, Claim]
    reference: dict[str, Any] | None  # published tables, as the configuration has them
    checkpoint_every: int  # epochs after which a training job saves its progress; 0: when stopped

    @property
    def program(self) -> Program | None:
        """What trains in place of the built-in trainer."""
        return self.design.program

    @property
    def made(self) -> str:
        """The folder of what is made from runs."""
        return self.folders["made"]

    @property
    def title(self) -> str:
        """What it is called: `wdbc`, or with its name `wdbc, study rates`."""
        return self.dataset + (f", study {self.name}" if self.name else "")

    @property
    def protocols(self) -> list[Protocol]:
        """The protocols that it follows, the fixed one first."""
        return protocols_of(self.tuning is not None, bool(self.splits))

    @property
    def primary(self) -> Protocol:
        """The protocol whose verdicts count, which has the level; the fixed one while it is not
        known what tuning chooses, as `is_pending` says."""
        return FIXED if self.is_pending else PROTOCOLS[self.verdicts]

    @property
    def is_pending(self) -> bool:
        """Whether the verdicts that count are still to come."""
        return PROTOCOLS[self.verdicts] not in self.protocols


def expand_study(config: Mapping[str, Any], folders: Mapping[str, str]) -> Study:
    """A complete configuration with what follows from it, at the first of its planned looks.

    Args:
        config: as `study.config.read.read_config` returns it.
        folders: of the study's results, logs and benchmarks, and what is made.
    """
    design = design_of(config)
    changes = design_changes(design)
    tables = {name: expand_table(design, table) for name, table in config["tables"].items()}
    figures = {name: expand_figure(design, figure) for name, figure in config["figures"].items()}
    claims = {name: expand_claim(design, claim) for name, claim in config["claims"].items()}
    wanted = [(each, config["rounds"]) for each in changes]
    for table in tables.values():
        wanted += [(table.changes | row, table.round) for row in table.rows]
    wanted += [(figure.changes, max(figure.rounds)) for figure in figures.values()]
    cells: dict[str, Cell] = {}
    for each, rounds in wanted:
        name = find_cell(design, each)
        most = max(rounds, cells[name].rounds if name in cells else 0)
        cells[name] = make_cell(design, cell_parameters(design, each), most)
    compared = {name: cells[name] for name in _compared(tables, claims) if name in cells}
    return Study(
        dataset=config["dataset"],
        entry=config["datasets"][config["dataset"]],
        name=config["study"],
        folders=dict(folders),
        fail_on=config["audit"]["fail_on"],
        design=design,
        factors=factors(design),
        factorial=factorial(design),
        cells=cells,
        grid_cells=[find_cell(design, each) for each in changes],
        rounds=config["rounds"],
        seeds=config["seeds"],
        seeds_per_job=config["seeds_per_job"],
        looks=config["looks"],
        spending=config["spending"],
        look=1,
        cell_seeds=dict.fromkeys(cells, [*config["looks"], config["seeds"]][0]),
        tuning=expand_tuning(config["tune"], design, compared, config["rounds"]),
        splits=list(range(1, config["resample"] + 1)),
        verdicts=config["verdicts"],
        margins=config["margins"],
        tables=tables,
        figures=figures,
        figure_style=config["figure_style"],
        claims=claims,
        reference=config["reference"],
        checkpoint_every=config["checkpoint_every"],
    )


def _compared(tables: Mapping[str, Table], claims: Mapping[str, Claim]) -> list[str]:
    """The names of the cells that comparisons and claims are about, each once."""
    named = [cell for table in of_one_factor(tables).values() for cell in table.cells]
    named += [side.cell for claim in claims.values() for pair in claim.compare for side in pair]
    return list(dict.fromkeys(named))


def with_look(study: Study, look: int, cell_seeds: Mapping[str, int]) -> Study:
    """The study at another look, from 1, with these numbers of seeds for each cell."""
    return replace(study, look=look, cell_seeds=dict(cell_seeds))


# ---- Its runs -----------------------------------------------------------------------------------


@cache
def study_runs(study: Study) -> list[Run]:
    """The runs of the study's own cells, fixed, on its own split."""
    blocks = {
        name: seed_blocks(seeds, study.seeds_per_job, study.looks)
        for name, seeds in study.cell_seeds.items()
    }
    return runs_of(study.cells, blocks)


@cache
def trial_runs(study: Study) -> list[Run]:
    """The runs of the trials of every side; none where nothing is tuned."""
    if study.tuning is None:
        return []
    first, last = study.tuning.seeds
    blocks = list(blocks_from(first, last - first + 1, study.seeds_per_job))
    return runs_of(study.tuning.trial_cells, dict.fromkeys(study.tuning.trial_cells, blocks))


@cache
def tuned_runs(study: Study) -> list[Run]:
    """The runs of tuned sides, in all of their places.

    With as many seeds as the cells that they stand beside.
    """
    if study.tuning is None:
        return []
    seeds: dict[str, int] = {}
    for cell, side in study.tuning.side_of.items():
        seeds[side] = max(study.cell_seeds[cell], seeds.get(side, 0))
    blocks = {
        side: seed_blocks(count, study.seeds_per_job, study.looks) for side, count in seeds.items()
    }
    return [
        run
        for place in tuned_places(study.tuning.places)
        for run in runs_of(study.tuning.side_cells, blocks, place)
    ]


@cache
def split_runs(study: Study) -> list[Run]:
    """The runs on redrawn splits, one seed per split: of compared cells, and of tuned sides.

    Tuned sides have the values that were chosen on the study's own split.
    """
    compared = [name for name in _compared(study.tables, study.claims) if name in study.cells]
    on_one = runs_of(
        {name: study.cells[name] for name in compared}, {name: [(0, 0)] for name in compared}
    )
    if study.tuning:
        sides, (chosen,) = study.tuning.side_cells, tuned_places(1)
        on_one += runs_of(sides, {side: [(0, 0)] for side in sides}, chosen)
    return [
        replace(run, first=split, last=split, split=split)
        for split in study.splits
        for run in on_one
    ]


def every_run(study: Study) -> list[Run]:
    """All runs: the study's own, trials, tuned sides, and those on other splits."""
    return [*study_runs(study), *trial_runs(study), *tuned_runs(study), *split_runs(study)]


def protocol_runs(study: Study, protocol: Protocol) -> list[Run]:
    """The runs that a protocol's numbers are from."""
    if protocol.splits:
        return [run for run in split_runs(study) if run.is_tuned == protocol.tuned]
    return tuned_runs(study) if protocol.tuned else study_runs(study)


def run_cell(study: Study, run: Run) -> Cell:
    """The cell of a run; of a tuned side with the baseline's values for what is tuned.

    Raises:
        KeyError: it is not a run of this study.
    """
    tuning = study.tuning
    if run.is_tuned and tuning:
        return tuning.side_cells[run.cell]
    if run.cell in study.cells and run.round <= study.cells[run.cell].rounds:
        return study.cells[run.cell]
    return (tuning.trial_cells if tuning else study.cells)[run.cell]


def batch_sizes(study: Study) -> set[int]:
    """The batch sizes of its cells; none where a program trains, whose batches are its own."""
    known = study.design.trainer.is_known
    return {cell.parameters["batch_size"] for cell in study.cells.values() if known}


# ---- As a plain dict, and back ------------------------------------------------------------------


@cache
def plain(study: Study) -> dict[str, Any]:
    """A study as nested dicts and lists, which `study_from` turns back into one."""
    return asdict(study)


def study_from(fields: Mapping[str, Any]) -> Study:
    """The study of `plain`."""
    tuning = fields["tuning"]
    if tuning:
        tuning = Tuning(**tuning)
        tuning = replace(
            tuning,
            side_cells=cells_from(tuning.side_cells),
            trial_cells=cells_from(tuning.trial_cells),
        )
    nested = {
        "design": design_from(fields["design"]),
        "factorial": Factorial(**fields["factorial"]),
        "cells": cells_from(fields["cells"]),
        "tuning": tuning,
        "tables": tables_from(fields["tables"]),
        "figures": {name: Figure(**figure) for name, figure in fields["figures"].items()},
        "claims": claims_from(fields["claims"]),
    }
    return Study(**{**fields, **nested})


def cells_from(fields: Mapping[str, Any]) -> dict[str, Cell]:
    """Cells, of plain dicts."""
    return {name: Cell(**cell) for name, cell in fields.items()}


def tables_from(fields: Mapping[str, Any]) -> dict[str, Table]:
    """Tables, of plain dicts."""
    return {name: Table(**table) for name, table in fields.items()}


def claims_from(fields: Mapping[str, Any]) -> dict[str, Claim]:
    """Claims with their sides, of plain dicts."""
    return {
        name: Claim(
            **{
                **claim,
                "compare": [(Side(**first), Side(**second)) for first, second in claim["compare"]],
            }
        )
        for name, claim in fields.items()
    }
