"""Which prepared data a cell is trained on: the study's, or those with a split drawn anew."""

from collections.abc import Callable

from study.jobs import Prepared
from study.paths import PREPARED_FILES, prepared_folder
from study.resampling import split_digest, split_of


def cell_data(study: dict, data: Prepared) -> list[str] | Callable:
    """The prepared files that a training job reads, by its wildcards."""
    if callable(data.files) or not study["resampling"]:
        return data.files
    return lambda wildcards: split_files(study, data, split_of(study, wildcards.cell))


def cell_digest(study: dict, data: Prepared) -> str | Callable:
    """The digest of the data that a training job is told, by its wildcards."""
    if callable(data.digest) or not study["resampling"]:
        return data.digest
    digests = {
        split: split_digest(data.digest, split) for split in [0, *study["resampling"]["splits"]]
    }
    return lambda wildcards: digests[split_of(study, wildcards.cell)]


def split_files(study: dict, data: Prepared, split: int) -> list[str]:
    """The prepared files of a split; of 0 the study's own."""
    folder = prepared_folder(study, split_digest(data.digest, split))
    return [str(folder / name) for name in PREPARED_FILES] if split else data.files
