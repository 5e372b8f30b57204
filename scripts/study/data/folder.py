"""Kind `folder`: images, one folder a class, made grey and resized."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from study.data.keys import DRAWN_SPLITS, described_as, shared
from study.data.layout import Layout, lay_out
from study.data.listing import list_folder
from study.data.listing import stamp as folder_stamp
from study.data.location import expand_home, file_sizes
from study.data.source import Source, ordered_classes
from study.store.errors import UserError

DESCRIPTION = "Images in one folder a class, with or without train/, val/ and test/ above."
REQUIRED = ["path", "size"]
# a path below the folder, with globs
GLOB = r"^!?(?!\.{1,2}(/|$))[^/\\!][^/\\]*(/(?!\.{1,2}(/|$))[^/\\]+)*$"
FOLDER = {"type": "string", "pattern": r"^(?!\.{1,2}$)[^/\\]+$"}
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
            "Which folder is which split, as {train: Training, test: Testing}, train at least; or"
            " none, where folders with such names are classes. Left out, the usual names are taken."
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
            "Which files are read, where not all images are of the classes: a glob on the path"
            ' below the folder, as "*/images/*", or a list of globs. ** is any number of folders,'
            " and a ! in front leaves out. Each glob has to fit a file."
        ),
        "anyOf": [
            {"type": "string", "pattern": GLOB},
            {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": GLOB}},
        ],
    },
    "positive": described_as("positive_class"),
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
        UserError: there is no such folder, or it is no data set, or may be read in several ways.
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
    """Images in one folder a class, with or without folders of splits above."""
    where = _where(name, entry)
    layout = find_images(name, entry)  # again, for what the files alone do not say
    classes = ordered_classes(where, layout.classes, entry.get("positive"))
    places = {class_name: place for place, class_name in enumerate(classes)}
    names = [part for part in files if part != "groups"]
    paths = [files[part] for part in names]
    shape = _shape(entry)
    rows = {
        split: np.array([row for row, part in enumerate(names) if part.startswith(f"{folder}/")])
        for split, folder in layout.splits.items()
    }
    depth = 1 if rows else 0
    return Source(
        where=where,
        names=names,
        labels=np.array([places[part.split("/")[depth]] for part in names], dtype=np.int64),
        shape=shape,
        dtype=np.dtype(np.uint8),
        read=lambda chosen: read_images([paths[row] for row in chosen], shape),
        splits=rows or {"train": np.arange(len(names))},
        classes=classes,
        decided=layout.decided,
    )


def size(name: str, entry: dict, files: dict[str, Path]) -> tuple[int, int]:
    """The files as they are, and one byte a pixel of the resized images."""
    height, width = _shape(entry)
    return file_sizes(files), len(files) * height * width


def _shape(entry: dict) -> tuple[int, int]:
    return (entry["size"],) * 2 if isinstance(entry["size"], int) else tuple(entry["size"])


def read_image(path: Path, size: tuple[int, int]) -> np.ndarray:
    """One image as grey `uint8` of size (height, width).

    16-bit images are scaled to 8 bit, colours weighted as ITU-R 601-2 luma, the orientation noted
    in the file is applied, and the image is resized with an anti-aliased bilinear filter.

    Raises:
        UserError: the file cannot be decoded.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as file:
            image = ImageOps.exif_transpose(file)
            if image.mode.startswith("I"):
                image = Image.fromarray(np.asarray(image, dtype=np.float32) / 257)
            elif image.mode != "L":
                image = image.convert("L")
            image = image.resize(size[::-1], Image.Resampling.BILINEAR)
            return np.clip(np.rint(np.asarray(image)), 0, 255).astype(np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UserError(f"{path}: cannot be decoded as an image ({error})") from error


def read_images(paths: list[Path], size: tuple[int, int]) -> np.ndarray:
    """Images as (n, height, width) `uint8`, decoded on all cores given to this process."""
    threads = int(os.environ.get("OMP_NUM_THREADS", 1))  # Snakemake sets it to the rule's threads
    with ThreadPoolExecutor(threads) as pool:
        return np.stack(list(pool.map(lambda path: read_image(path, size), paths)))
