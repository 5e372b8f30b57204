"""What tuning trains: every arm's trials, and the cells that are trained with what it chose.

An arm is a cell without the tuned parameters: what a comparison compares once each side is at its
best. Every arm has the same trials, values for the tuned parameters, trained as ordinary cells with
seeds of their own. Which trial an arm's validation metric chooses is known once they are trained
(`study.analysis.trials`); the arm's tuned cell, which is trained with it, has a name beforehand.
"""

import itertools
import json
import math
from collections.abc import Callable, Mapping
from hashlib import sha256

from study.budget import cell_epochs
from study.parameters import KINDS, declared
from study.paths import TUNED

FIRST_SEED = 1_000_000  # of the trials': beyond every seed that verdicts are on
DIGITS = 3  # significant digits of a drawn value, so that people can read it
CHOSEN = "tuned"  # what stands for a value that tuning chooses, where it is not known yet


def draw_trials(tune: Mapping, parameters: Mapping[str, Mapping]) -> list[dict]:
    """The trials: values for the tuned parameters, each combination once.

    Without a number of trials they are the grid of the listed values. With one they are drawn from
    a scrambled Halton sequence (Halton 1960, Numerische Mathematik 2; scrambled by Owen 2017,
    arXiv:1706.02808, as scipy does it), which fills the space evenly: of a range evenly over the
    logarithms, or over the values if its scale is linear; of a list, each value as often.

    Args:
        tune: has `space`, parameter -> a list of values or a range with `low`, `high` and `scale`;
            `seed`, which decides the draw; and `trials`, or None for the grid.
        parameters: the study's, as `study.parameters.declared` returns them.
    """
    space = tune["space"]
    if tune["trials"] is None:
        return [dict(zip(space, values)) for values in itertools.product(*space.values())]
    from scipy.stats import qmc  # takes a second to import

    points = qmc.Halton(len(space), scramble=True, rng=tune["seed"]).random(tune["trials"])
    drawn = [
        {
            name: _place(share, space[name], parameters[name]["type"])
            for name, share in zip(space, point.tolist())
        }
        for point in points
    ]
    return [trial for place, trial in enumerate(drawn) if trial not in drawn[:place]]


def _place(share: float, options: list | Mapping, kind: str) -> str | int | float | bool:
    """The value at a share, from 0 to 1, of the way through a list or a range."""
    if isinstance(options, list):
        return options[int(share * len(options))]
    low, high = options["low"], options["high"]
    if options["scale"] == "log":
        value = math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
    else:
        value = low + share * (high - low)
    return KINDS[kind](round(value) if kind == "integer" else float(f"{value:.{DIGITS}g}"))


def compared_cells(study: dict) -> list[str]:
    """The cells that comparisons and claims are about, of those that the study trains."""
    tables = [table for table in study["tables"].values() if isinstance(table["vary"], str)]
    named = [cell for table in tables for cell in table["cells"]]
    pairs = [pair for claim in study["claims"].values() for pair in claim["compare"]]
    named += [side["cell"] for pair in pairs for side in pair]
    return [cell for cell in dict.fromkeys(named) if cell in study["cells"]]


def expand_tuning(study: dict, named: Callable[[dict], str]) -> dict | None:
    """All that tuning adds to a study; None where nothing is tuned.

    Args:
        study: an expanded study, with its `tune`.
        named: values for all parameters -> the cell's name.

    Returns:
        `trials`, their values; `round`, after which a trial is judged; `metric`; `seeds`, the first
        and the last of the trials'; `tuned`, cell -> the name of its arm's tuned cell; `arms`,
        tuned cell -> `cell`, the arm at the baseline's values, and the `trials`' cells; and what is
        trained: `trial_cells` and `tuned_cells`, as `study["cells"]`, and `runs`, those of trials.
    """
    tune = study["tune"]
    if tune is None:
        return None
    names, trials = list(declared(study)), draw_trials(tune, declared(study))
    last_round = tune["round"] or study["rounds"]
    arms, trial_cells, tuned_cells, tuned = {}, {}, {}, {}
    for cell in compared_cells(study):
        values = {name: study["cells"][cell][name] for name in names}
        arm = values | {name: study["baseline"][name] for name in tune["space"]}
        of_trials = {named(arm | trial): arm | trial for trial in trials}
        told = {"trials": [*of_trials], "metric": tune["metric"], "round": last_round}
        told |= {"seeds": tune["seeds"], "warmup_epochs": study["warmup_epochs"]}
        digest = sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:8]
        name = tuned[cell] = TUNED.format(cell=named(arm), digest=digest)
        arms[name] = {"cell": named(arm), "trials": [named(arm | trial) for trial in trials]}
        trial_cells |= {
            key: trial | {"rounds": last_round, "epochs": cell_epochs(study, trial)}
            for key, trial in of_trials.items()
        }
        rounds = max(study["cells"][cell]["rounds"], tuned_cells.get(name, {}).get("rounds", 0))
        tuned_cells[name] = arm | {"rounds": rounds, "epochs": cell_epochs(study, arm)}
    last_seed = FIRST_SEED + tune["seeds"] - 1
    return {
        "trials": trials,
        "metric": tune["metric"],
        "round": last_round,
        "seeds": [FIRST_SEED, last_seed],
        "arms": arms,
        "tuned": tuned,
        "trial_cells": trial_cells,
        "tuned_cells": tuned_cells,
        "runs": [
            {"cell": cell, "first": first, "round": number}
            | {"last": min(first + study["seeds_per_job"] - 1, last_seed)}
            for cell in trial_cells
            for first in range(FIRST_SEED, last_seed + 1, study["seeds_per_job"])
            for number in range(1, last_round + 1)
        ],
    }
