"""What tuning trains: each side's trials, and the side with what was chosen among them.

Here a side is a cell without the tuned parameters: what a comparison compares once each of its two
is at its best. It is named by the cell that has the baseline's values for them. Every side has the
same trials, values for the tuned parameters, trained as ordinary cells with seeds of their own.
Which trial a side's validation metric chooses is known once they are trained, and so is which
others might have been chosen with other tuning seeds (`study.analysis.trials`). What is trained
with them has its places beforehand: a place learns at its start which trial it has, and stays empty
if there is none for it.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from study.design.cell import Cell, Design, make_cell, name_of
from study.settings.parameters import KINDS, Level, Parameters, Specs

FIRST_SEED = 1_000_000  # of the trials': beyond every seed that verdicts are on
DIGITS = 3  # significant digits of a drawn value, so that people can read it
UNKNOWN = "tuned"  # what files have for a value that tuning chooses, where it is not known yet


@dataclass(frozen=True)
class Tuning:
    """All that tuning adds to a study."""

    space: list[str]  # the tuned parameters
    trials: list[Parameters]  # the values of each trial
    metric: str  # that a trial is chosen by
    round: int  # after which it is
    seeds: tuple[int, int]  # the first and the last of the trials'
    sides: dict[str, list[str]]  # side -> the cell of each trial
    side_of: dict[str, str]  # compared cell -> its side
    side_cells: dict[str, Cell]  # side -> what is trained once the values are known
    trial_cells: dict[str, Cell]
    places: int  # of each side: the trial that is chosen, and others that might have been


def draw_trials(tune: Mapping[str, Any], specs: Specs) -> list[Parameters]:
    """The trials: values for the tuned parameters, each combination once.

    Without a number of trials they are the grid of the listed values. With one they are drawn from
    a scrambled Halton sequence (Halton 1960, Numerische Mathematik 2; scrambled by Owen 2017,
    arXiv:1706.02808, as scipy does it), which fills the space evenly: a range evenly over the
    logarithms, or over the values if its scale is linear; each value of a list equally often.

    Args:
        tune: has `space`, parameter -> a list of values or a range with `low`, `high` and `scale`;
            `seed`, which decides the draw; and `trials`, or None for the grid.
        specs: the schemas of the study's parameters.
    """
    space = tune["space"]
    if tune["trials"] is None:
        return [dict(zip(space, values)) for values in itertools.product(*space.values())]
    from scipy.stats import qmc  # takes a second to import

    points = qmc.Halton(len(space), scramble=True, rng=tune["seed"]).random(tune["trials"])
    drawn = [
        {
            name: _value_at(share, space[name], specs[name]["type"])
            for name, share in zip(space, point.tolist())
        }
        for point in points
    ]
    return [trial for place, trial in enumerate(drawn) if trial not in drawn[:place]]


def _value_at(share: float, options: list[Level] | Mapping[str, Any], kind: str) -> Level:
    """The value at a share, from 0 to 1, of the way through a list or a range."""
    if isinstance(options, list):
        return options[int(share * len(options))]
    low, high = options["low"], options["high"]
    if options["scale"] == "log":
        value = math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
    else:
        value = low + share * (high - low)
    return KINDS[kind](round(value) if kind == "integer" else float(f"{value:.{DIGITS}g}"))


def expand_tuning(
    tune: Mapping[str, Any] | None,
    design: Design,
    compared: Mapping[str, Cell],
    rounds: int,
) -> Tuning | None:
    """All that tuning adds to a study; None where nothing is tuned.

    Args:
        tune: as the configuration has it.
        design: the study's.
        compared: the cells that comparisons and claims are about.
        rounds: of the study, after which a trial is judged unless `tune` says otherwise.
    """
    if tune is None:
        return None
    trials, space = draw_trials(tune, design.specs), list(tune["space"])
    last_round = tune["round"] or rounds
    sides: dict[str, list[str]] = {}
    side_of: dict[str, str] = {}
    side_cells: dict[str, Cell] = {}
    trial_cells: dict[str, Cell] = {}
    for name, cell in compared.items():
        at_baseline = cell.parameters | {key: design.baseline[key] for key in space}
        side = side_of[name] = name_of(design, at_baseline)
        tried = [at_baseline | trial for trial in trials]
        sides[side] = [name_of(design, parameters) for parameters in tried]
        for key, parameters in zip(sides[side], tried):
            trial_cells[key] = make_cell(design, parameters, last_round)
        known = side_cells.get(side, make_cell(design, at_baseline, cell.rounds))
        side_cells[side] = replace(known, rounds=max(known.rounds, cell.rounds))
    return Tuning(
        space=space,
        trials=trials,
        metric=tune["metric"],
        round=last_round,
        seeds=(FIRST_SEED, FIRST_SEED + tune["seeds"] - 1),
        sides=sides,
        side_of=side_of,
        side_cells=side_cells,
        trial_cells=trial_cells,
        places=min(tune["places"], len(trials)),
    )


def side_changes(design: Design, tuning: Tuning, side: str) -> Parameters:
    """What a side changes of the baseline, beside what is tuned."""
    parameters = tuning.side_cells[side].parameters
    return {
        name: parameters[name]
        for name, value in design.baseline.items()
        if parameters[name] != value
    }


def edges(chosen: Parameters, trials: Sequence[Parameters]) -> dict[str, str]:
    """Which of the chosen numbers are the lowest or the highest that was tried."""
    found = {}
    for name, value in chosen.items():
        tried = [trial[name] for trial in trials]
        if isinstance(value, str | bool) or len(set(tried)) < 2:
            continue
        if value in (min(tried), max(tried)):
            found[name] = "lowest" if value == min(tried) else "highest"
    return found
