"""Kind `folder`: images, one folder a class, made grey and resized."""

from pathlib import Path

import numpy as np

from study.data import decode
from study.data.image_files import ImageFiles
from study.data.keys import DRAWN_SPLITS, described_as, shared
from study.data.layout import Layout, lay_out
from study.data.listing import list_folder
from study.data.listing import stamp as folder_stamp
from study.data.location import expand_home, file_sizes
from study.data.source import Source, ordered_classes
from study.data.split_folders import depth_of
from study.store.errors import UserError

DESCRIPTION = "Images in one folder per class, with or without train/, val/ and test/ above."
REQUIRED = ["path", "size"]
# a path below the folder, with globs
GLOB = r"^!?(?!\.{1,2}(/|$))[^/\\!][^/\\]*(/(?!\.{1,2}(/|$))[^/\\]+)*$"
FOLDER = {"type": "string", "pattern": r"^(?!\.{1,2}(/|$))[^/\\]+(/(?!\.{1,2}(/|$))[^/\\]+)*$"}
KEYS = {
    "path": {
        "description": "The folder, relative to the folder that Snakemake runs in, or absolute.",
        "type": "string",
        "minLength": 1,
    },
    "size": {
        "description": (
            "The height and width that the images are resized to, one number or [height, width]."
        ),
        "anyOf": [
            {"type": "integer", "minimum": 1},
            {
                "type": "array",
                "minItems": 2,
                "maxItems": 2,
                "items": {"type": "integer", "minimum": 1},
            },
        ],
    },
    "splits": {
        "description": (
            "The folder of each split, by its path below `path`, such as {train: Training, test:"
            " Testing}; train is required. Write none where folders with such names are classes."
            " If left out, the usual names are used."
        ),
        "anyOf": [
            {"enum": ["none"]},
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["train"],
                "properties": {"train": FOLDER, "val": FOLDER, "test": FOLDER},
            },
        ],
    },
    "images": {
        "description": (
            "Which files are read, if some of the images do not belong to the classes: a glob for"
            ' the path below the folder, such as "*/images/*", or a list of globs. ** is any number'
            " of folders, and a leading ! excludes. Each glob must match a file."
        ),
        "anyOf": [
            {"type": "string", "pattern": GLOB},
            {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": GLOB}},
        ],
    },
    "positive": described_as("positive_class"),
    **decode.KEYS,
    **shared("normalize", "groups"),
    **DRAWN_SPLITS,
}
PLACES = ("path",)


def locate(name: str, entry: dict) -> dict[str, Path]:
    """The images below the folder, by their path in it, as a file of groups has it."""
    return find_images(name, entry).images


def stamp(name: str, entry: dict) -> str:
    """A digest of what is below the folder, by names, sizes and times."""
    folder = _folder(name, entry)
    return f"{folder.absolute()} {folder_stamp(list_folder(_where(name, entry), folder))}"


def find_images(name: str, entry: dict) -> Layout:
    """The images, splits and classes below the folder.

    Raises:
        UserError: there is no such folder, or it is not a data set, or can be read in several ways.
    """
    return lay_out(_where(name, entry), _folder(name, entry), entry)


def _where(name: str, entry: dict) -> str:
    return f"datasets.{name}.path: {entry['path']}"


def _folder(name: str, entry: dict) -> Path:
    key = f"datasets.{name}.path"
    folder = expand_home(key, entry["path"])
    if folder.is_file():
        raise UserError(f"{key}: {folder} is a file, not a folder; an archive must be unpacked")
    if not folder.is_dir():
        raise UserError(f"{key}: there is no folder {folder}; put it there, or set the path to it")
    return folder


def read(name: str, entry: dict, files: dict[str, Path]) -> Source:
    """Images in one folder per class, with or without folders of splits above."""
    where = _where(name, entry)
    layout = find_images(name, entry)  # again, for what the files alone do not say
    classes = ordered_classes(where, layout.classes, entry.get("positive"))
    places = {class_name: place for place, class_name in enumerate(classes)}
    names = [part for part in files if part != "groups"]
    depth = depth_of(layout.splits)
    labels = np.array([places[part.split("/")[depth]] for part in names], dtype=np.int64)
    shape = _shape(entry)
    paths = [files[part] for part in names]
    decoded = ImageFiles(where, paths, labels, decode.rules_of(entry, shape))
    rows = {
        split: np.array([row for row, part in enumerate(names) if part.startswith(f"{folder}/")])
        for split, folder in layout.splits.items()
    }
    return Source(
        where=where,
        names=names,
        labels=labels,
        shape=shape,
        dtype=np.dtype(np.uint8),
        read=decoded.read,
        splits=rows or {"train": np.arange(len(names))},
        classes=classes,
        finish=decoded.finish,
        decided=layout.decided,
    )


def size(name: str, entry: dict, files: dict[str, Path]) -> tuple[int, int]:
    """The files as they are, and one byte a pixel of the resized images."""
    height, width = _shape(entry)
    return file_sizes(files), len(files) * height * width


def _shape(entry: dict) -> tuple[int, int]:
    return (entry["size"],) * 2 if isinstance(entry["size"], int) else tuple(entry["size"])
