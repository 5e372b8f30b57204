"""Kind `medmnist`: a set of MedMNIST v2 by name, downloaded once into a cache folder, checked."""

import csv
import hashlib
from pathlib import Path

import numpy as np

from study.data import npz
from study.data.keys import described_as, shared
from study.data.location import existing_file, expand_home
from study.data.source import Source
from study.store.errors import UserError

# Every set of MedMNIST v2 with one label an image: name, size, md5, samples, channels, and its
# classes in the order of their labels, with | between them. From the record that publishes it,
# https://doi.org/10.5281/zenodo.10519652, and the package medmnist 3.0.2.
PUBLISHED = Path(__file__).parents[3] / "workflow" / "reference" / "medmnist.csv"
RECORD = "https://zenodo.org/records/10519652/files/"


def published_sets() -> list[dict[str, str]]:
    """The MedMNIST sets, one a name and size."""
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


DESCRIPTION = "A set of MedMNIST v2 in its official splits, downloaded once."
REQUIRED = ["name"]
KEYS = {
    "name": {
        "description": "The set's name.",
        "enum": list(dict.fromkeys(row["name"] for row in published_sets())),
        "refused": {
            "chestmnist": "has several labels per image (14 findings); a study needs one class"
            " per image"
        },
    },
    "size": {
        "description": "The images' height and width. The 3D sets have 28 and 64.",
        "enum": [28, 64, 128, 224],
        "default": 28,
    },
    "cache": {
        "description": (
            "A folder that keeps downloads, to be shared between studies and users. If left out, it"
            " is medmnist in the user's cache folder."
        ),
        "type": "string",
        "minLength": 1,
    },
    "path": {
        "description": "A local file instead of a download.",
        "type": "string",
        "minLength": 1,
    },
    "url": {
        "description": "Where to download the file from, in place of the official record.",
        "type": "string",
        "pattern": "^https?://",
    },
    "md5": {
        "description": (
            "The MD5 of the file at `url` or `path`, if its content is meant to differ from what is"
            " published."
        ),
        "type": "string",
        "pattern": "^[0-9a-f]{32}$",
    },
    "positive": described_as("positive_label"),
    "range": described_as("pixel_range"),
    **shared("normalize", "groups"),
}
PLACES = ("path", "url", "cache", "md5")


def class_names(name: str, entry: dict) -> list[str]:
    """The set's published classes; of two, the positive one is the second."""
    classes = published_set(name, entry)["classes"].split("|")
    return npz.in_order(f"datasets.{name}", classes, entry.get("positive"))


def locate(name: str, entry: dict) -> dict[str, Path]:
    """The local file that the entry names; none where it is to be downloaded."""
    if "path" not in entry:
        return {}
    return {"path": existing_file(f"datasets.{name}.path", entry["path"])}


def published_content(name: str, entry: dict) -> dict[str, str]:
    """What is published of the content: the classes, and the MD5 of what is to be downloaded."""
    published = published_set(name, entry)
    if "path" in entry:
        return published | {"md5": ""}  # the file's own digest says more
    return published | {"md5": entry.get("md5") or published["md5"]}


def published_set(name: str, entry: dict) -> dict[str, str]:
    """The published set that an entry names.

    Raises:
        UserError: there is none of that name and size.
    """
    sets = [row for row in published_sets() if row["name"] == entry["name"]]
    for row in sets:
        if row["size"] == str(entry["size"]):
            return row
    sizes = ", ".join(row["size"] for row in sets)
    raise UserError(f"datasets.{name}.size: {entry['name']} has the sizes {sizes}")


def read(name: str, entry: dict, files: dict[str, Path]) -> Source:
    """A MedMNIST set in its official splits, downloaded unless there is a local file."""
    path, published = files.get("path") or fetch(name, entry), published_set(name, entry)
    classes = published["classes"].split("|")
    source = npz.read(name, entry | {"classes": classes}, {"path": path})
    found = published["md5"]
    if "path" in entry or "md5" in entry:  # what else is downloaded has the published MD5
        with open(path, "rb") as file:
            found = hashlib.file_digest(file, "md5").hexdigest()
    if found == published["md5"]:
        return source
    return source._replace(
        decided=(*source.decided, _accept_other_file(name, entry, source, path, found))
    )


def _accept_other_file(name: str, entry: dict, source: Source, path: Path, md5: str) -> str:
    """Why a file is read whose MD5 is not the published one: the entry has its MD5, or it holds
    what was published as far as that can be told.

    Raises:
        UserError: the entry has another MD5, or the file is another set or size.
    """
    published = published_set(name, entry)
    if "md5" in entry:
        if entry["md5"] != md5:
            raise UserError(f"datasets.{name}.md5: {entry['md5']}, but that of {path} is {md5}")
        return f"{path.name} is not the published file of {entry['name']}, as its `md5` says"
    dimensions = 3 if entry["name"].endswith("3d") else 2
    shape = (entry["size"],) * dimensions + ((3,) if published["channels"] == "3" else ())
    classes = published["classes"].count("|") + 1
    comparisons = {
        "samples": (len(source.labels), int(published["samples"])),
        "images of shape": (source.shape, shape),
        "images of type": (str(source.dtype), "uint8"),
        "classes": (len(np.unique(source.labels)), classes),
        "splits": (len(source.splits), 3),
    }
    different = [
        f"{what} {found}, not {wanted}"
        for what, (found, wanted) in comparisons.items()
        if found != wanted
    ]
    if different:
        raise UserError(
            f"datasets.{name}.path: {path} is not {entry['name']} of size {entry['size']}:"
            f" {'; '.join(different)}. Correct `name`, `size` or `path`, or declare it as a set of"
            " your own, with `kind: npz`"
        )
    return (
        f"{path.name} is not the published file of {entry['name']}, judging by its MD5, {md5}; its"
        " shape and its numbers of samples and classes are as published, but its pixels could not"
        " be compared."
    )


def size(name: str, entry: dict, files: dict[str, Path]) -> tuple[int, int]:
    """The local file's, or that of the published arrays."""
    if files:
        return npz.size(name, entry, files)
    published = published_set(name, entry)
    values = entry["size"] ** (3 if published["name"].endswith("3d") else 2)
    return (int(published["samples"]) * int(published["channels"]) * values,) * 2


def fetch(name: str, entry: dict) -> Path:
    """The file of an entry: from the cache, or downloaded into it.

    pooch downloads to a temporary name and moves the file into place only if its MD5 is right, so
    a broken download is started again and never taken for whole.

    Raises:
        UserError: it cannot be downloaded; says where to put it by hand.
    """
    import pooch
    import requests

    size = "" if entry["size"] == 28 else f"_{entry['size']}"
    file_name = f"{entry['name']}{size}.npz"
    url = entry.get("url", f"{RECORD}{file_name}?download=1")
    cache = pooch.os_cache("medmnist")
    if "cache" in entry:
        cache = expand_home(f"datasets.{name}.cache", entry["cache"])
    store = pooch.create(
        path=cache,
        base_url="",
        registry={file_name: f"md5:{published_content(name, entry)['md5']}"},
        urls={file_name: url},
        retry_if_failed=2,
    )
    print(f"{file_name}: looking in {cache}, else downloading from {url}", flush=True)
    try:
        return Path(store.fetch(file_name, downloader=pooch.HTTPDownloader(timeout=30)))
    except (OSError, ValueError, requests.exceptions.RequestException) as error:
        raise UserError(
            f"datasets.{name}: {url} cannot be downloaded ({error}). Download {file_name} by hand"
            f" and put it into {cache}, or set the data set's `path` to it"
        ) from error
