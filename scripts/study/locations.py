"""Where a declared data set's files are, and a digest of their content.

Light to import: it is used while the Snakefile is read.
"""

import csv
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from study.errors import UserError
from study.files import file_digest, write_text

IMAGE_SUFFIXES = {".png", ".jpg", ".jpeg"}
SPLITS = ("train", "val", "test")

# name, size, md5, negative and positive class of every two-class set of MedMNIST v2, from the
# record that publishes it, https://doi.org/10.5281/zenodo.10519652
MEDMNIST_FILE = Path(__file__).parents[2] / "workflow" / "reference" / "medmnist.csv"
# Says nothing of the content: where it is found.
PLACES = ("path", "url", "cache", "md5", *SPLITS)


def medmnist_sets() -> list[dict[str, str]]:
    """The two-class MedMNIST sets, one a name and size."""
    with MEDMNIST_FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def medmnist_set(name: str, entry: dict) -> dict[str, str]:
    """The published set that an entry names.

    Raises:
        UserError: there is none of that name and size.
    """
    sets = [row for row in medmnist_sets() if row["name"] == entry["name"]]
    for row in sets:
        if row["size"] == str(entry["size"]):
            return row
    sizes = ", ".join(row["size"] for row in sets)
    raise UserError(f"datasets.{name}.size: {entry['name']} has the sizes {sizes}")


def locate(name: str, entry: dict) -> dict[str, Path]:
    """The files that a data set is read from, by their part in it.

    A part is `path` for a kind that has one file, `train/normal` for the `arrays` kind,
    `train/NORMAL/IM-1.jpeg` or `NORMAL/IM-1.jpeg` for the `folder` kind, and `groups`. A MedMNIST
    set that is to be downloaded has none.

    Raises:
        UserError: a file or folder is not there, or leads outside.
    """
    files = {}
    if entry["kind"] in ("npz", "medmnist") and "path" in entry:
        files["path"] = _existing(f"datasets.{name}.path", entry["path"])
    if entry["kind"] == "arrays":
        for split in SPLITS:
            for class_name, path in entry.get(split, {}).items():
                where = f"datasets.{name}.{split}.{class_name}"
                files[f"{split}/{class_name}"] = _existing(where, path)
    if entry["kind"] == "folder":
        files |= _images(f"datasets.{name}.path", entry["path"])
    if "file" in entry.get("groups", {}):
        files["groups"] = _existing(f"datasets.{name}.groups.file", entry["groups"]["file"])
    return files


def source_digest(name: str, entry: dict, cache: Path) -> str:
    """What decides a data set's content before our own code: its entry and its files, as hex.

    Args:
        name: the data set's name, for messages.
        entry: its entry in the configuration.
        cache: a file that remembers digests by size and change time, so that a large data set is
            not read again each time.
    """
    content = {key: value for key, value in entry.items() if key not in PLACES}
    if "file" in content.get("groups", {}):
        content["groups"] = "file"  # whose digest is among those of the files
    if entry["kind"] == "medmnist" and "path" not in entry:
        content["md5"] = entry.get("md5") or medmnist_set(name, entry)["md5"]
    digests = _digests(locate(name, entry), cache)
    return hashlib.sha256(json.dumps([content, digests], sort_keys=True).encode()).hexdigest()


def _digests(files: dict[str, Path], cache: Path) -> dict[str, str]:
    try:
        known = json.loads(cache.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    stamps = {}
    for part, path in files.items():
        status = path.stat()
        # the change time, unlike the modification time, cannot be set back
        stamps[part] = (
            f"{path.absolute()} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
        )
    new = [part for part in files if stamps[part] not in known]
    with ThreadPoolExecutor() as pool:
        try:
            found = dict(zip(new, pool.map(lambda part: file_digest(files[part]), new)))
        except OSError as error:
            raise UserError(f"{error.filename}: cannot be read ({error.strerror})") from error
    if new:
        known |= {stamps[part]: digest for part, digest in found.items()}
        with suppress(
            OSError, UserError
        ):  # only a memory: another process may be writing it as well
            write_text(cache, json.dumps(known))
    return {part: known[stamp] for part, stamp in stamps.items()}


def _existing(where: str, path: str) -> Path:
    file = _expanded(where, path)
    if not file.is_file():
        raise UserError(f"{where}: there is no file {file}; put it there, or set the path to it")
    return file


def _expanded(where: str, path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise UserError(f"{where}: {path}: {error}") from error


def _images(where: str, path: str) -> dict[str, Path]:
    folder = _expanded(where, path)
    if folder.is_file():
        raise UserError(f"{where}: {folder} is a file, not a folder; an archive must be unpacked")
    if not folder.is_dir():
        raise UserError(
            f"{where}: there is no folder {folder}; put it there, or set the path to it"
        )
    root = folder.resolve()
    images = {}
    for path in sorted(folder.rglob("*")):
        part = path.relative_to(folder)
        hidden = any(name.startswith(".") for name in part.parts)
        if hidden or path.suffix.lower() not in IMAGE_SUFFIXES or not path.is_file():
            continue
        if not path.resolve().is_relative_to(root):
            raise UserError(f"{where}: {path} is a link that leads outside {folder}; copy the file")
        images[part.as_posix()] = path
    if not images:
        raise UserError(f"{where}: {folder} has no PNG or JPEG below it")
    return images
