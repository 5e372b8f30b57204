"""Which cells are trained with how many seeds, where the study looks at its verdicts several times.

The jobs of one call of Snakemake are fixed before it starts, so one call trains one look. Its last
job writes, below `<made>/statistics/`, how many seeds each cell needs for the next: cells of which
a claim is still open go on, others stay. The next call begins with that. The file names what it was
decided for, and where that is something else now (claims, looks, data, code) the study begins at
its first look again, which trains nothing that is there.
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pandas as pd

from study.analysis.verdicts import CONTRADICTED, SUPPORTED, TOO_FEW, UNDECIDED, what_is_tested
from study.cells import add_comparisons, expand_runs
from study.code import code_digest
from study.jobs import current_data, training_cells

NEXT_LOOK = "statistics/next_look.json"  # below <made>
JUDGING = ("summarize", "evaluate", "judge_claims")  # scripts that verdicts come from


def take_look(study: dict) -> dict:
    """The study at the look that is to be taken now, as it was decided after the one before.

    Args:
        study: the expanded study, with the folder `made`. Without looks it is returned as it is.
    """
    if not study["looks"]:
        return study
    decided_for = look_digest(study)
    try:
        told = read_told(study)
        if told["decided_for"] != decided_for or told["seeds"].keys() != study["cells"].keys():
            told = {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):  # it is decided again
        told = {}
    seeds = told.get("seeds", study["cell_seeds"])
    runs = expand_runs(study, study["cells"], seeds)
    return add_comparisons(study | {"look": told.get("look", 1), "cell_seeds": seeds, "runs": runs})


def read_told(study: dict) -> dict:
    """What was decided after the last look, as `decide_look` returns it."""
    return json.loads(Path(study["made"], NEXT_LOOK).read_text(encoding="utf-8"))


def look_digest(study: dict) -> str:
    """What decides all verdicts, as 12 hex digits: what is claimed, the looks, the runs."""
    decides = {
        "claims": {name: what_is_tested(claim) for name, claim in study["claims"].items()},
        "looks": [study["looks"], study["spending"], study["warmup_epochs"]],
        "data": current_data(study),
        "cells": training_cells(study),
        "code": code_digest(*JUDGING),
    }
    return sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:12]


def decide_look(study: dict, judged: Sequence[pd.DataFrame]) -> dict:
    """What is to be trained after this look: what `take_look` reads.

    Args:
        study: its `claims`, `looks`, `look`, `cell_seeds`, and `decided_for`, its `look_digest`.
        judged: claims.csv of each set of verdicts. A claim is open while one of them is undecided
            or has too few seeds, and else decided if one is: what tuning's trials do not reach has
            no verdict beside the fixed one. What cannot be tested at all is neither.

    Returns:
        `decided_for`; `taken`, the look that this is after, from 1; `look`, the one to be taken
        next, the same if none is; `decided` and `open`, names of claims; and `seeds` by cell.
    """
    looks, look = study["looks"], study["look"]
    verdicts = [dict(zip(frame["claim"], frame["verdict"])) for frame in judged]
    found = {name: {of[name] for of in verdicts if name in of} for name in study["claims"]}
    still_open = [name for name, words in found.items() if words & {UNDECIDED, TOO_FEW}]
    decided = [
        name
        for name, words in found.items()
        if words & {SUPPORTED, CONTRADICTED} and name not in still_open
    ]
    next_look = min(look + 1, len(looks)) if still_open else look
    needed = {
        side["cell"]
        for name in still_open
        for pair in study["claims"][name]["compare"]
        for side in pair
    }
    return {
        "decided_for": study["decided_for"],
        "taken": look,
        "look": next_look,
        "decided": decided,
        "open": still_open,
        "seeds": {
            cell: looks[next_look - 1] if cell in needed else seeds
            for cell, seeds in study["cell_seeds"].items()
        },
    }


def look_words(study: dict, told: dict, studies: Sequence[dict] = ()) -> str:
    """How a look ended: `Look 1 of 3 (5 seeds): 4 of 9 claims are decided. Next: …`.

    Args:
        study: its `looks` and `cell_seeds` at this look.
        told: as `decide_look` returns it.
        studies: of all data sets, which are named where there are several.
    """
    looks, taken = study["looks"], told["taken"]
    seeds, decided, total = looks[taken - 1], len(told["decided"]), len(study["claims"])
    said = f"{study['dataset']}: " if len(studies) > 1 else ""
    said += (
        f"Look {taken} of {len(looks)} ({seeds} seeds): {decided} of {total}"
        f" claim{' is' if total == 1 else 's are'} decided."
    )
    untested = total - decided - len(told["open"])
    said += f" {untested} cannot be tested." if untested else ""
    if not told["open"]:
        return f"{said} No further seeds are needed."
    added = [told["seeds"][cell] - count for cell, count in study["cell_seeds"].items()]
    if not any(added):
        return f"{said} It was the last look: what is open stays undecided."
    more, cells = max(added), sum(count > 0 for count in added)
    return (
        f"{said} Next: {more} more seed{'' if more == 1 else 's'} of {cells}"
        f" cell{'' if cells == 1 else 's'}."
    )
