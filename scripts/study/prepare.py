"""Prepare a declared data set: from its entry in the configuration to plain arrays on disk."""

from pathlib import Path

from study.locations import locate
from study.prepared import save_prepared
from study.sources import read_source


def prepare(name: str, entry: dict, folder: Path) -> None:
    """Read, check and write a data set.

    Args:
        name: the data set's name.
        entry: its complete entry under `datasets`.
        folder: where to write.

    Raises:
        UserError: what is wrong with the data, where, and what would be right.
    """
    source, groups = read_source(name, entry, locate(name, entry))
    about = {"dataset": name, "kind": entry["kind"]}
    save_prepared(folder, source, groups, entry["normalize"], about)
