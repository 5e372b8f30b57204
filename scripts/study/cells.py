"""From a configuration to the cells that are trained, their names and their runs.

A cell is one value for every training parameter. A run is what one job trains: one cell, one
block of seeds, one round.
"""

import json
import re
from hashlib import sha256

from study.budget import cell_epochs
from study.choices import level_title, parameter_title
from study.designs import (
    companions,
    design_changes,
    excluded_by,
    factorial,
    factors,
    table_rows,
)
from study.parameters import DEFAULTS, SCHEMA, declared, differences, listed, settled
from study.program.command import program_cell_name
from study.resampling import expand_resampling
from study.tuning import expand_tuning

LONGEST = 150  # characters of a folder's name before its digest: file systems allow 255
EPOCHS_DEFAULT = SCHEMA["properties"]["epochs_per_round"]["default"]


def cell_name(parameters: dict, epochs_per_round: int, device: str = "cpu") -> str:
    """A cell's folder name, readable first and unique second: `bce_b32_relu_1f0c9a2e`.

    Loss, batch size and activation are always spelled out, other settings where they are not at
    their schema default. The digest is the first 8 hex digits of the SHA-256 of the settings that
    are not at their default, as JSON with sorted keys: a parameter that is added later leaves the
    names of cells that do not use it as they are.
    """
    settings = cell_settings(parameters, epochs_per_round, device)
    digest = sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:8]
    readable = [parameters["loss"], f"b{parameters['batch_size']}", parameters["activation"]]
    spelled_out = ("loss", "batch_size", "activation")
    readable += [f"{key}{value}" for key, value in settings.items() if key not in spelled_out]
    parts = [re.sub(r"[\w./ -]*\.py:", "", part) for part in readable]  # the class, not its file
    stem = re.sub(r"[^A-Za-z0-9._]+", "-", "_".join(part.rstrip(")") for part in parts))
    return f"{stem[:LONGEST]}_{digest}"


def cell_settings(parameters: dict, epochs_per_round: int, device: str = "cpu") -> dict:
    """Everything that decides a cell's result and is not at its schema default."""
    settings = differences(parameters, DEFAULTS)
    if epochs_per_round != EPOCHS_DEFAULT:
        settings["epochs_per_round"] = epochs_per_round
    if device != "cpu":  # another device rounds differently
        settings["device"] = device
    return settings


def expand_cells(config: dict, design: list[dict]) -> dict[str, dict]:
    """All cells to train: the design's, and what tables and figures ask for beyond it.

    Args:
        config: a complete configuration.
        design: what each cell of its design changes of the baseline.

    Returns:
        name -> {every training parameter, "rounds": how many rounds to train, "epochs": how many
        epochs a round has}, the design's cells first, in its order; parameters in the study's
        order.
    """
    wanted = [(changes, config["rounds"]) for changes in design]
    for table in config["tables"].values():
        wanted += [(table["cell"] | row, table["round"]) for row in table_rows(config, table)]
    wanted += [(figure["cell"], max(figure["rounds"])) for figure in config["figures"].values()]

    cells = {}
    for changes, rounds in wanted:
        parameters = cell_parameters(config, changes)
        name = find_cell(config, changes)
        known = cells.get(name, {}).get("rounds", 0)
        epochs = cell_epochs(config, parameters)
        cells[name] = parameters | {"rounds": max(rounds, known), "epochs": epochs}
    return cells


def cell_parameters(config: dict, changes: dict) -> dict:
    """A value for every training parameter, from what differs from the baseline."""
    parameters = {**config["baseline"], **changes}
    return parameters if config["program"] else settled(parameters)


def find_cell(config: dict, changes: dict) -> str:
    """The name of the cell that differs from the baseline in `changes`."""
    parameters = cell_parameters(config, changes)
    if config["program"]:
        return program_cell_name(config["program"], parameters, config["epochs_per_round"])
    return cell_name(parameters, cell_epochs(config, parameters), config["device"])


def expand_runs(config: dict, cells: dict[str, dict], cell_seeds: dict[str, int]) -> list[dict]:
    """All runs, as {"cell", "first", "last", "round"}: a cell's name, a block of seeds, a round.

    Args:
        config: has `seeds_per_job` and `looks`.
        cells: name -> cell, as `expand_cells` returns them.
        cell_seeds: name -> with how many seeds it is trained.
    """
    return [
        {"cell": name, "first": first, "last": last, "round": round_number}
        for name, cell in cells.items()
        for first, last in seed_blocks(cell_seeds[name], config["seeds_per_job"], config["looks"])
        for round_number in range(1, cell["rounds"] + 1)
    ]


def seed_blocks(seeds: int, per_job: int, looks: list[int]) -> list[tuple[int, int]]:
    """The blocks of a cell's seeds, first and last of each; none has the seeds of two looks.

    So a later look leaves the blocks of those before it as they are.
    """
    ends = [look for look in looks if look < seeds] + [seeds]
    return [
        (first, min(first + per_job, end) - 1)
        for start, end in zip([0, *ends], ends)
        for first in range(start, end, per_job)
    ]


def expand_study(config: dict) -> dict:
    """A complete configuration with what follows from it.

    That is `cells`; `grid_cells`, the names of the design's; `factors`, its factors and their
    levels; `factorial`, see `study.designs.factorial`; `cell_seeds`, cell -> with how many seeds it
    is trained; `runs`; and what fair comparisons add, see `add_comparisons`. Where looks are
    planned, all this is at the first `look`; of the next ones see `study.next_look.take_look`.

    Tables get `rows`, see `table_rows`, `cells`, the names of the rows' cells, and `along`: factor
    -> what moves along with it, see `study.designs.companions`. Claims get that of their factor.
    Figures get `cell_name` and the `epochs_per_round` of their cell; the sides of claims have their
    cell's name and its epochs a round, a `title`, and `rounds` in place of round and since.
    """
    design = design_changes(config, lambda changes: find_cell(config, changes))
    cells = expand_cells(config, design)
    cell_seeds = dict.fromkeys(cells, [*config["looks"], config["seeds"]][0])
    figures = {
        name: figure
        | {
            "cell_name": find_cell(config, figure["cell"]),
            "epochs_per_round": cell_epochs(config, cell_parameters(config, figure["cell"])),
        }
        for name, figure in config["figures"].items()
    }
    claims = {
        name: claim
        | {"compare": [[expand_side(config, side) for side in pair] for pair in claim["compare"]]}
        | {"along": companions(config, claim["factor"])}
        for name, claim in config["claims"].items()
    }
    study = config | {
        "cells": cells,
        "grid_cells": [find_cell(config, changes) for changes in design],
        "factors": factors(config),
        "factorial": factorial(config, lambda changes: find_cell(config, changes)),
        "look": 1,
        "cell_seeds": cell_seeds,
        "runs": expand_runs(config, cells, cell_seeds),
        "tables": {name: expand_table(config, table) for name, table in config["tables"].items()},
        "figures": figures,
        "claims": claims,
    }
    return add_comparisons(study)


def add_comparisons(study: dict) -> dict:
    """An expanded study with what is trained beside its cells, so that comparisons are fair.

    That is `tuning`, see `study.tuning.expand_tuning`, the `tuned_runs`, and `resampling`, see
    `study.resampling.expand_resampling`, where there are any; and `every_cell` and `every_run`,
    those and the study's own.
    """
    tuning = expand_tuning(study, lambda values: find_cell(study, values))
    tuned = tuning["tuned_cells"] if tuning else {}
    resampling = expand_resampling(study, tuning)
    tuned_runs = expand_runs(study, tuned, _tuned_seeds(study, tuning))
    return study | {
        "tuning": tuning,
        "tuned_runs": tuned_runs,
        "resampling": resampling,
        "every_cell": (tuning["trial_cells"] if tuning else {})
        | study["cells"]
        | tuned
        | (resampling["cells"] if resampling else {}),
        "every_run": [
            *study["runs"],
            *(tuning["runs"] if tuning else []),
            *tuned_runs,
            *(resampling["runs"] if resampling else []),
        ],
    }


def _tuned_seeds(study: dict, tuning: dict | None) -> dict[str, int]:
    """With how many seeds each tuned cell is trained: as many as the cells that it is beside."""
    counts = {}
    for cell, tuned in (tuning["tuned"] if tuning else {}).items():
        counts[tuned] = max(study["cell_seeds"][cell], counts.get(tuned, 0))
    return counts


def expand_table(config: dict, table: dict) -> dict:
    """A table with its `rows`, their `cells`, and what moves `along` with each of its factors."""
    rows = table_rows(config, table)
    varied = [table["vary"]] if isinstance(table["vary"], str) else table["vary"]
    return table | {
        "rows": rows,
        "cells": [find_cell(config, table["cell"] | row) for row in rows],
        "along": {factor: companions(config, factor) for factor in varied},
    }


def expand_side(config: dict, side: dict) -> dict:
    """A claim's side as `cell` (its name), `changes`, `rounds` that it looks at, and a `title`.

    `epochs` are the half of a round's epochs that it looks at, `epochs_per_round` all of them.
    """
    title = [
        f"{parameter_title(name).lower()} {level_title(name, level)}"
        for name, level in side["cell"].items()
    ] or ["baseline"]
    title.append(f"round {side['round']}")
    if "since" in side:
        title.append(f"change since round {side['since']}")
    if "epochs" in side:
        title.append(f"{side['epochs']} epochs")
    parameters = cell_parameters(config, side["cell"])
    return {
        "cell": find_cell(config, side["cell"]),
        "changes": side["cell"],
        "parameters": parameters,
        "epochs_per_round": cell_epochs(config, parameters),
        "rounds": [side["since"], side["round"]] if "since" in side else [side["round"]],
        "title": ", ".join(title),
        "excluded": excluded_by(config, side["cell"]) is not None,
    } | ({"epochs": side["epochs"]} if "epochs" in side else {})


def parameters_of(study: dict, cell: dict) -> dict:
    """A cell's training parameters alone, those that it lists: see `study.parameters.listed`."""
    return listed(cell, declared(study))
