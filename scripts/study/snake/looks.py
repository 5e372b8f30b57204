"""Which cells are trained with how many seeds, where the study looks at its verdicts several times.

The jobs of one call of Snakemake are fixed before it starts, so one call trains one look. Its last
job writes, below `<made>/statistics/`, how many seeds each cell needs for the next: cells that
an open claim needs go on, others stay. The next call begins with that. The file names what it was
decided for, and where that is something else now (claims, looks, data, code) the study begins at
its first look again, which trains nothing that already exists.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from study.analysis.verdicts import (
    CONTRADICTED,
    SUPPORTED,
    TOO_FEW,
    UNDECIDED,
    tested_once,
    what_is_tested,
)
from study.design.claims import Claim
from study.design.runs import Run
from study.design.study import Study, with_look
from study.snake.data_files import Prepared
from study.snake.digests import place_runs, tuning_digest
from study.snake.jobs import fields
from study.store.code import code_digest

NEXT_LOOK = "statistics/next_look.json"  # below <made>
JUDGING = ("measure", "judge")  # scripts that verdicts come from


@dataclass(frozen=True)
class Ended:
    """How a look ended, and what the next one needs."""

    decided_for: str  # the study's `look_digest`
    taken: int  # the look that ended, from 1
    look: int  # the one to be taken next; the same if none is
    decided: list[str]  # names of claims
    open: list[str]  # names of claims that are undecided, or have too few seeds
    seeds: dict[str, int]  # cell -> how many it needs


def take_look(study: Study, data: str) -> Study:
    """The study at the look that is to be taken now, as it was decided after the one before.

    Args:
        study: at its first look. Without planned looks it is returned as it is.
        data: the digest of its data, or nothing.
    """
    if not study.looks:
        return study
    try:
        ended = read_ended(study)
        here = ended.seeds.keys() == study.cells.keys()
        if here and ended.decided_for == look_digest(study, data):
            return with_look(study, ended.look, ended.seeds)
    except (OSError, ValueError, TypeError, AttributeError):  # it is decided again
        pass
    return study


def read_ended(study: Study) -> Ended:
    """How the last look ended.

    Raises:
        OSError, ValueError, TypeError: there was none, or its file is of another version.
    """
    return Ended(**json.loads(Path(study.made, NEXT_LOOK).read_text(encoding="utf-8")))


def look_digest(study: Study, data: str) -> str:
    """What decides all verdicts, as 12 hex digits: what is claimed, the looks, the runs.

    The same at every look of a study.

    Args:
        study: the study.
        data: the digest of its data, or nothing.
    """
    cells = [Run(name, 0, 0, cell.rounds) for name, cell in study.cells.items()]
    sides = study.tuning.sides if study.tuning else {}
    decides = {
        "claims": {name: what_is_tested(claim) for name, claim in study.claims.items()},
        "looks": [study.looks, study.spending, study.verdicts],
        "runs": [
            (run.cell, run.digest, study.cells[run.cell].warmup)
            for run in place_runs(study, data, cells)
        ],
        "tuned": [tuning_digest(study, data, side) for side in sides],
        "code": code_digest(*JUDGING),
    }
    return sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:12]


def told_to_decide(data: Prepared) -> dict[str, Any]:
    """What the next look is decided by, beside the verdicts."""
    study = data.study
    told = fields(study, "claims", "looks", "look", "cell_seeds")
    return told | {"decided_for": look_digest(study, data.digest)}


def decide_look(
    claims: Mapping[str, Claim],
    judged: pd.DataFrame,
    looks: Sequence[int],
    look: int,
    cell_seeds: Mapping[str, int],
    decided_for: str,
) -> Ended:
    """How a look ends, and what is to be trained after it.

    Args:
        claims: the study's.
        judged: claims.csv of the protocol whose verdicts count. A claim is open while it is
            undecided or has too few seeds; what cannot be tested is neither open nor decided.
        looks: the planned numbers of seeds.
        look: the one that this is, from 1.
        cell_seeds: cell -> its number of seeds now.
        decided_for: the study's `look_digest`.
    """
    verdicts = dict(zip(judged["claim"], judged["verdict"]))
    still_open = [name for name in claims if verdicts[name] in (*UNDECIDED, TOO_FEW)]
    decided = [name for name in claims if verdicts[name] in (SUPPORTED, CONTRADICTED)]
    next_look = min(look + 1, len(looks)) if still_open else look
    needed = {side.cell for name in still_open for pair in claims[name].compare for side in pair}
    seeds = {
        cell: looks[next_look - 1] if cell in needed else seeds
        for cell, seeds in cell_seeds.items()
    }
    return Ended(decided_for, look, next_look, decided, still_open, seeds)


def look_words(study: Study, ended: Ended, datasets: int = 1) -> str:
    """How a look ended: `Look 1 of 3 (5 seeds): 4 of 9 claims are decided. Next: …`.

    Claims that are one test in other words count once.

    Args:
        study: at this look.
        ended: how it ended.
        datasets: how many there are; of several, the study's is named.
    """
    looks, counted = study.looks, {*tested_once(study.claims)}
    total, seeds = len(counted), looks[ended.taken - 1]
    decided, left = (len(counted.intersection(names)) for names in (ended.decided, ended.open))
    said = f"{study.dataset}: " if datasets > 1 else ""
    said += (
        f"Look {ended.taken} of {len(looks)} ({seeds} seeds): {decided} of {total}"
        f" claim{' is' if total == 1 else 's are'} decided."
    )
    untested = total - decided - left
    said += f" {untested} cannot be tested." if untested else ""
    if not ended.open:
        return f"{said} No further seeds are needed."
    added = [ended.seeds[cell] - count for cell, count in study.cell_seeds.items()]
    if not any(added):
        return f"{said} This was the last look: open claims stay undecided."
    more, cells = max(added), sum(count > 0 for count in added)
    return (
        f"{said} Next: {more} more seed{'' if more == 1 else 's'} for {cells}"
        f" cell{'' if cells == 1 else 's'}."
    )
