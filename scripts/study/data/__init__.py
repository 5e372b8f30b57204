"""Data sets: declared in the configuration, found, read, checked, prepared once and audited.

How a data set's files are held is its kind. Every kind is a module with

    KEYS, REQUIRED, DESCRIPTION   what its entry in the configuration may say, as JSON schema
    PLACES                        those keys that say where it is found, and nothing of its content
    locate(name, entry)           its files, by their part in it
    read(name, entry, files)      the samples of those files, as a `study.data.source.Source`
    size(name, entry, files)      how large the files and their arrays are, in bytes

and, where an entry says it without its files, `class_names(name, entry)`, the names of its classes;
and, where there may be many files, `stamp(name, entry)`, text that is the same as long as they are.

A new kind is such a module and one entry in `KINDS`. The modules are light to import, because the
Snakefile asks them for keys and files: what is heavy is imported inside `read`.
"""

from importlib import import_module
from types import ModuleType

SPLITS = ("train", "val", "test")
MOST_CLASSES = 127  # labels of scores are int8
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


def known_classes(name: str, entry: dict) -> list[str] | None:
    """The classes of a declared data set in the order of their labels; None if only its files say.

    Raises:
        UserError: the entry contradicts itself in its classes.
    """
    kind = kind_module(entry["kind"])
    return kind.class_names(name, entry) if hasattr(kind, "class_names") else None
