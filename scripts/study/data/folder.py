"""Kind `folder`: PNG and JPEG images, one folder a class, made grey and resized."""

from pathlib import Path

import numpy as np

from study.data import SPLITS, decode
from study.data.image_files import ImageFiles
from study.data.keys import DRAWN_SPLITS, described_as, shared
from study.data.location import expand_home, file_sizes
from study.data.source import Source, ordered_classes
from study.store.errors import UserError

DESCRIPTION = (
    "PNG and JPEG images in one folder a class, with or without train/, val/ and test/ above."
)
REQUIRED = ["path", "size"]
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
    "positive": described_as("positive_class"),
    **decode.KEYS,
    **shared("normalize", "groups"),
    **DRAWN_SPLITS,
}
PLACES = ("path",)


def locate(name: str, entry: dict) -> dict[str, Path]:
    """All PNG and JPEG files below the folder, by their path in it; no hidden ones."""
    key = f"datasets.{name}.path"
    folder = expand_home(key, entry["path"])
    if folder.is_file():
        raise UserError(f"{key}: {folder} is a file, not a folder; an archive must be unpacked")
    if not folder.is_dir():
        raise UserError(f"{key}: there is no folder {folder}; put it there, or set the path to it")
    root = folder.resolve()
    images = {}
    for path in sorted(folder.rglob("*")):
        part = path.relative_to(folder)
        hidden = any(name.startswith(".") for name in part.parts)
        if hidden or path.suffix.lower() not in decode.SUFFIXES or not path.is_file():
            continue
        if not path.resolve().is_relative_to(root):
            raise UserError(f"{key}: {path} is a link that leads outside {folder}; copy the file")
        images[part.as_posix()] = path
    if not images:
        raise UserError(f"{key}: {folder} has no PNG or JPEG below it")
    return images


def read(name: str, entry: dict, files: dict[str, Path]) -> Source:
    """Images in one folder a class, with or without `train/`, `val/` and `test/` above."""
    where = f"datasets.{name}.path: {entry['path']}"
    images = {part: path for part, path in files.items() if part != "groups"}
    splits = {part.split("/")[0] for part in images}
    given = splits <= set(SPLITS)
    if given and "train" not in splits:
        raise UserError(f"{where} has {', '.join(sorted(splits))} but no train")
    depth = 1 if given else 0
    stray = next((part for part in images if part.count("/") <= depth), None)
    if stray:
        raise UserError(f"{where}: {stray} is not in the folder of a class")
    found = sorted({part.split("/")[depth] for part in images})
    classes = ordered_classes(where, found, entry.get("positive"))
    places = {class_name: place for place, class_name in enumerate(classes)}
    names, shape = list(images), _shape(entry)
    labels = np.array([places[part.split("/")[depth]] for part in names], dtype=np.int64)
    decoded = ImageFiles(where, list(images.values()), labels, decode.rules_of(entry, shape))
    rows = {
        split: np.array([row for row, part in enumerate(names) if part.startswith(f"{split}/")])
        for split in SPLITS
        if given and split in splits
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
    )


def size(name: str, entry: dict, files: dict[str, Path]) -> tuple[int, int]:
    """The files as they are, and one byte a pixel of the resized images."""
    height, width = _shape(entry)
    return file_sizes(files), len(files) * height * width


def _shape(entry: dict) -> tuple[int, int]:
    return (entry["size"],) * 2 if isinstance(entry["size"], int) else tuple(entry["size"])
