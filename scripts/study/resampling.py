"""What is trained on splits that are drawn anew, beside the study's own split.

Each compared cell is trained on every such split, with a seed of the split's own number, so that
both sources of variance move at once (Bouthillier et al. 2021, MLSys 3). The cells of one split are
trained on the same images with the same seed, and are paired by it.
"""

from hashlib import sha256

from study.code import code_digest
from study.paths import ON_SPLIT
from study.tuning import compared_cells


def expand_resampling(study: dict, tuning: dict | None) -> dict | None:
    """All that redrawn splits add to a study; None where there are none.

    Args:
        study: an expanded study, with `resample`, the number of splits.
        tuning: as `study.tuning.expand_tuning` returns it; tuned cells are trained on the splits
            too, with what was chosen on the study's own.

    Returns:
        `splits`, their numbers, from 1; `cells`, as `study["cells"]`; `origin`, the name of each ->
        the cell that it is on another split, and the split; and `runs`.
    """
    splits = list(range(1, study["resample"] + 1))
    if not splits:
        return None
    compared = {cell: study["cells"][cell] for cell in compared_cells(study)}
    compared |= tuning["tuned_cells"] if tuning else {}
    origin = {
        ON_SPLIT.format(cell=cell, split=split): (cell, split)
        for cell in compared
        for split in splits
    }
    cells = {name: compared[cell] for name, (cell, _) in origin.items()}
    return {
        "splits": splits,
        "cells": cells,
        "origin": origin,
        "runs": [
            {"cell": name, "first": split, "last": split, "round": number}
            for name, (_, split) in origin.items()
            for number in range(1, cells[name]["rounds"] + 1)
        ],
    }


def split_of(study: dict, cell: str) -> int:
    """The split that a cell is trained on; 0 for the study's own."""
    resampling = study["resampling"]
    return resampling["origin"].get(cell, (cell, 0))[1] if resampling else 0


def split_digest(digest: str, split: int) -> str:
    """A prepared data set's digest with a split drawn anew; split 0 is its own.

    Where there is none, because the source cannot be read, there is none of a split either.
    """
    if not split or not digest:
        return digest
    code = code_digest("study.data.redrawn:redraw")
    return f"{sha256(f'{digest} {code}'.encode()).hexdigest()[:12]}_split{split}"
