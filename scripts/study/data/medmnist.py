"""Kind `medmnist`: a two-class set of MedMNIST v2, downloaded once into a cache folder, checked."""

import csv
from pathlib import Path

from study.data import npz
from study.data.keys import described_as, shared
from study.data.location import existing_file
from study.data.source import Source
from study.errors import UserError

# name, size, md5, negative and positive class of every two-class set of MedMNIST v2, from the
# record that publishes it, https://doi.org/10.5281/zenodo.10519652
PUBLISHED = Path(__file__).parents[3] / "workflow" / "reference" / "medmnist.csv"
RECORD = "https://zenodo.org/records/10519652/files/"
# The largest two-class set of each size, in MiB, as arrays: 3D up to 64 pixels, else 2D.
LARGEST = {28: 45, 64: 500, 128: 100, 224: 300}


def published_sets() -> list[dict[str, str]]:
    """The two-class MedMNIST sets, one a name and size."""
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


DESCRIPTION = "A two-class set of MedMNIST v2 in its official splits, downloaded once."
REQUIRED = ["name"]
KEYS = {
    "name": {
        "description": "The set's name.",
        "enum": list(dict.fromkeys(row["name"] for row in published_sets())),
    },
    "size": {
        "description": "The images' height and width. The 3D sets have 28 and 64.",
        "enum": [28, 64, 128, 224],
        "default": 28,
    },
    "cache": {
        "description": (
            "A folder that keeps downloads, to be shared between studies and users. Left out, it"
            " is medmnist in the user's cache folder."
        ),
        "type": "string",
        "minLength": 1,
    },
    "path": {
        "description": "A local file, in place of a download.",
        "type": "string",
        "minLength": 1,
    },
    "url": {
        "description": "Where to download the file from, in place of the official record.",
        "type": "string",
        "pattern": "^https?://",
    },
    "md5": {
        "description": "The MD5 of the file at `url`, where it is not the published one.",
        "type": "string",
        "pattern": "^[0-9a-f]{32}$",
    },
    "positive": described_as("positive_label"),
    **shared("normalize", "groups"),
}
PLACES = ("path", "url", "cache", "md5")


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
    """A two-class MedMNIST set in its official splits, downloaded unless there is a local file."""
    path = files.get("path") or fetch(name, entry)
    published = published_set(name, entry)
    classes = (published["negative"], published["positive"])
    source = npz.read(name, entry, {"path": path})
    return source._replace(classes=classes if entry["positive"] == 1 else classes[::-1])


def size(name: str, entry: dict, files: dict[str, Path]) -> tuple[int, int]:
    """The local file's, or as much as the largest set has."""
    return npz.size(name, entry, files) if files else (LARGEST[entry["size"]] * 2**20,) * 2


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
    cache = Path(entry["cache"]).expanduser() if "cache" in entry else pooch.os_cache("medmnist")
    store = pooch.create(
        path=cache,
        base_url="",
        registry={file_name: f"md5:{published_content(name, entry)['md5']}"},
        urls={file_name: url},
        retry_if_failed=2,
    )
    print(f"{file_name}: looking in {cache}, else from {url}", flush=True)
    try:
        return Path(store.fetch(file_name, downloader=pooch.HTTPDownloader(timeout=30)))
    except (OSError, ValueError, requests.exceptions.RequestException) as error:
        raise UserError(
            f"datasets.{name}: {url} cannot be downloaded ({error}). Download {file_name} by hand"
            f" and put it into {cache}, or set the data set's `path` to it"
        ) from error
