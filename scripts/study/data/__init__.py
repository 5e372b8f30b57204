"""Data sets: declared in the configuration, found, read, checked, prepared once and audited.

How a data set's files are held is its kind. Every kind is a module with

    KEYS, REQUIRED, DESCRIPTION   what its entry in the configuration may say, as JSON schema
    PLACES                        those keys that say where it is found, and nothing of its content
    locate(name, entry)           its files, by their part in it
    read(name, entry, files)      the samples of those files, as a `study.data.source.Source`
    size(name, entry, files)      how large the files and their arrays are, in bytes

A new kind is such a module and one entry in `KINDS`. The modules are light to import, because the
Snakefile asks them for keys and files: what is heavy is imported inside `read`.
"""

from importlib import import_module
from types import ModuleType

SPLITS = ("train", "val", "test")
# What to do about damaged prepared data. Were they deleted, all runs would be trained again; and as
# long as they are prepared, Snakemake does not see what else has changed.
PREPARE_AGAIN = (
    "add --forcerun prepare_data --until prepare_data to the command once, then run it as before"
)

# kind -> its module
KINDS = {
    "sklearn": "study.data.bundled",
    "npz": "study.data.npz",
    "medmnist": "study.data.medmnist",
    "arrays": "study.data.class_arrays",
    "folder": "study.data.folder",
}


def kind_module(kind: str) -> ModuleType:
    """The module of a kind."""
    return import_module(KINDS[kind])
