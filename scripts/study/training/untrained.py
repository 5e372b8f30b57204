"""A run in a place of a tuned side that there is no trial for: valid files with nothing in them.

How many trials of a side might have been chosen is known only once they are trained, but what is
trained afterwards is planned before. Imports no torch, so that such a job takes no time.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from study.store.files import file_digest, replacing_all
from study.training import EPOCH_METRICS


def write_untrained(run: dict[str, Any], folder: Path, resumed: Sequence[str]) -> None:
    """Write the files of a run that trains nothing, its metrics last.

    Args:
        run: what it would be, recorded with `trained`, false, and the digests of the files.
        folder: where to write.
        resumed: the names of the files that a next round would begin with.
    """
    names = (*resumed, "scores.npz", "run.json", "metrics.csv")
    with replacing_all(*(folder / name for name in names)) as parts:
        for part in parts[: len(resumed)]:
            part.touch()
        scores_file, record, metrics = parts[len(resumed) :]
        with open(scores_file, "wb") as file:
            np.savez(file, seeds=np.array([], int))
        metrics.write_text(f"{','.join(['seed', 'epoch', *EPOCH_METRICS])}\n", encoding="utf-8")
        files = {name: file_digest(part) for name, part in zip(names, parts) if part != record}
        text = json.dumps(run | {"trained": False, "files": files}, indent=2) + "\n"
        record.write_text(text, encoding="utf-8", newline="\n")
    print("trains nothing: no further trial of this side might have been chosen")
