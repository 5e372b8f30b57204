"""Which prepared data a cell is trained on: the study's, or those with a split drawn anew."""

from collections.abc import Callable
from hashlib import sha256

from study.code import code_digest
from study.jobs import Prepared
from study.paths import PREPARED_FILES, prepared_folder


def cell_data(study: dict, data: Prepared) -> list[str] | Callable:
    """The prepared files that a training job reads, by its wildcards."""
    if callable(data.files) or not study["resampling"]:
        return data.files
    return lambda wildcards: split_files(study, data, _split(study, wildcards.cell))


def cell_digest(study: dict, data: Prepared) -> str | Callable:
    """The digest of the data that a training job is told, by its wildcards."""
    if callable(data.digest) or not study["resampling"]:
        return data.digest
    digests = {
        split: split_digest(data.digest, split) for split in [0, *study["resampling"]["splits"]]
    }
    return lambda wildcards: digests[_split(study, wildcards.cell)]


def split_digest(digest: str, split: int) -> str:
    """A prepared data set's digest with a split drawn anew; split 0 is its own."""
    if not split:
        return digest
    code = code_digest("study.data.redrawn:redraw")
    return f"{sha256(f'{digest} {code}'.encode()).hexdigest()[:12]}_split{split}"


def split_files(study: dict, data: Prepared, split: int) -> list[str]:
    """The prepared files of a split; of 0 the study's own."""
    folder = prepared_folder(study, split_digest(data.digest, split))
    return [str(folder / name) for name in PREPARED_FILES] if split else data.files


def _split(study: dict, cell: str) -> int:
    return study["resampling"]["origin"].get(cell, (cell, 0))[1]
