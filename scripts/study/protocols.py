"""The protocols that comparisons follow beside the fixed one, whose cells are the study's own.

tuned: each side with the values that tuning chose for it, on the same seeds. splits: the study's
cells on splits that are drawn anew, which take the place of seeds. tuned_splits: both.
"""

from study.tuning import CHOSEN

FIXED = "fixed"
TITLES = {
    FIXED: "Fixed",
    "tuned": "Tuned",
    "splits": "Fixed, other splits",
    "tuned_splits": "Tuned, other splits",
}


def expand_protocols(study: dict, runs: list[dict]) -> dict[str, dict]:
    """Protocol -> what it compares.

    Args:
        study: an expanded study, with its `tuning` and `resampling`.
        runs: those that may be used, of all its runs.

    Returns:
        `runs`; the `cells` that they train, as `study["cells"]`, with `tuned` for a value that is
        not known before; `origin`, cell -> the cell that it counts as, and the seed; `tables` and
        `claims` as the study's, about those cells, without those whose factor is tuned; `arms`,
        the tuned cells among them; and whether seeds are `splits`.
    """
    tuning, resampling, found = study["tuning"], study["resampling"], {}
    if tuning:
        tuned = {
            name: cell | dict.fromkeys(study["tune"]["space"], CHOSEN)
            for name, cell in tuning["tuned_cells"].items()
        }
        about = _about(study, tuning["tuned"], study["tune"]["space"])
        found["tuned"] = _protocol(study["tuned_runs"], tuned, {}, about, [*tuned])
    if resampling:
        origin = resampling["origin"]
        fixed, tuned_cells = {}, {}
        for name, cell in resampling["cells"].items():
            own = origin[name][0] in study["cells"]
            (fixed if own else tuned_cells)[name] = cell
        about = {"tables": study["tables"], "claims": study["claims"]}
        found["splits"] = _protocol(resampling["runs"], fixed, origin, about, [])
        if tuning:
            changed = dict.fromkeys(study["tune"]["space"], CHOSEN)
            tuned_cells = {name: cell | changed for name, cell in tuned_cells.items()}
            about = {key: found["tuned"][key] for key in ("tables", "claims")}
            arms = found["tuned"]["arms"]
            found["tuned_splits"] = _protocol(resampling["runs"], tuned_cells, origin, about, arms)
    usable = {(run["cell"], run["first"], run["round"]) for run in runs}
    for protocol in found.values():
        protocol["runs"] = [
            run for run in protocol["runs"] if (run["cell"], run["first"], run["round"]) in usable
        ]
    return found


def _protocol(runs: list[dict], cells: dict, origin: dict, about: dict, arms: list[str]) -> dict:
    return {
        "runs": [run for run in runs if run["cell"] in cells],
        "cells": cells,
        "origin": {name: list(origin[name]) for name in cells if name in origin},
        "arms": arms,
        "splits": bool(origin),
        **about,
    }


def _about(study: dict, tuned: dict[str, str], space: dict) -> dict:
    """The study's tables and claims, about tuned cells in place of their own."""
    tables = {
        name: table
        | {"cells": [tuned.get(cell, cell) for cell in table["cells"]]}
        | {"along": {table["vary"]: _kept(table["along"][table["vary"]], space)}}
        for name, table in study["tables"].items()
        if isinstance(table["vary"], str) and table["vary"] not in space
    }
    claims = {
        name: claim
        | {"compare": [[_tuned_side(side, tuned) for side in pair] for pair in claim["compare"]]}
        | {"along": _kept(claim["along"], space)}
        for name, claim in study["claims"].items()
        if claim["factor"] not in space
    }
    return {"tables": tables, "claims": claims}


def _kept(along: dict, space: dict) -> dict:
    """What moves along with a factor and is not tuned."""
    return {name: levels for name, levels in along.items() if name not in space}


def _tuned_side(side: dict, tuned: dict[str, str]) -> dict:
    return side | {"cell": tuned.get(side["cell"], side["cell"])}


def with_chosen(protocol: dict, chosen: dict[str, dict]) -> dict:
    """A protocol whose tuned cells, and the sides of claims about them, have the chosen values.

    Its `cells` are then those that tables and claims name. Each side that was tuned has them as
    `tuned` too, which the guard asks for.

    Args:
        chosen: tuned cell -> the values that tuning chose for it.
    """

    def side_with(side: dict) -> dict:
        values = chosen.get(side["cell"], {})
        return side | {"parameters": side["parameters"] | values} | {"tuned": values}

    cells = {
        protocol["origin"].get(name, (name,))[0]: cell for name, cell in protocol["cells"].items()
    }
    claims = {
        name: claim | {"compare": [[*map(side_with, pair)] for pair in claim["compare"]]}
        for name, claim in protocol["claims"].items()
    }
    return protocol | {
        "cells": {name: cell | chosen.get(name, {}) for name, cell in cells.items()},
        "claims": claims,
    }
