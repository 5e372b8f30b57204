"""Write a prepared data set, scaled, as one .npz file."""

from pathlib import Path
from typing import Any

import numpy as np

from study.data.prepared import load_splits, read_description
from study.store.files import replacing
from study.store.logs import log_to


def scaled_arrays(folder: Path) -> dict[str, Any]:
    """`<split>_inputs` (n, …) float32, as the built-in trainer has them, and `<split>_labels` (n,)
    int64, of each split.

    Raises:
        UserError: the data are damaged.
    """
    description = read_description(folder)
    arrays: dict[str, Any] = {}
    subtract, divide_by = (
        np.array(description[key], np.float32) for key in ("subtract", "divide_by")
    )
    for split, (inputs, labels) in load_splits(folder).items():
        found = inputs.astype(np.float32).reshape(len(inputs), -1, len(subtract))
        found -= subtract
        found /= divide_by
        arrays[f"{split}_inputs"] = found.reshape(inputs.shape)
        arrays[f"{split}_labels"] = np.asarray(labels)
    return arrays


if __name__ == "__main__":
    log_to(snakemake.log[0])
    arrays = scaled_arrays(Path(snakemake.input.data[0]).parent)
    with replacing(snakemake.output.npz) as part, open(part, "wb") as file:
        np.savez(file, **arrays)
