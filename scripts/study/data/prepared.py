"""A prepared data set on disk: two plain arrays, a description and the samples' names.

`inputs.npy` holds the samples of all splits one after the other, as they were found;
`labels.npy` their labels; `samples.csv` their names and groups. `description.json` says which rows
are which split, how a reader scales the inputs, and the content's digest.
"""

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from study.data import PREPARE_AGAIN
from study.data.groups import own_groups
from study.data.location import locate
from study.data.source import Source, read_source
from study.data.value_range import (
    ROUNDING,
    Range,
    clip_rounding,
    largest_value,
    refuse_outside,
    refuse_small_part,
    refuse_wide_range,
)
from study.store.errors import UserError
from study.store.files import replacing, write_text

CHUNK = 256  # samples read at a time
NEARLY = 0.2  # how far beyond 0 and 1 values may be that a filter made
CLIP = "; where resizing or filtering went beyond it, save np.clip(images, 0, 1)"


def prepare(name: str, entry: dict[str, Any], folder: Path) -> None:
    """Read, check and write a declared data set.

    Args:
        name: the data set's name.
        entry: its complete entry under `datasets`.
        folder: where to write.

    Raises:
        UserError: what is wrong with the data, where, and what would be right.
    """
    save_source(name, entry, folder, *read_source(name, entry, locate(name, entry)))


def save_source(
    name: str, entry: dict[str, Any], folder: Path, source: Source, groups: np.ndarray | None
) -> None:
    """Check and write a declared data set that has been found: see `prepare`, `read_source`."""
    about: dict[str, Any] = {"dataset": name, "kind": entry["kind"]}
    save_prepared(folder, source, groups, entry.get("normalize", source.normalize), about)


def save_prepared(
    folder: Path, source: Source, groups: np.ndarray | None, normalize: str, about: dict
) -> None:
    """Write a prepared data set, reading its samples once, a few at a time.

    Args:
        folder: where to write; made if it is missing.
        source: a `study.data.source.Source` with all its splits.
        groups: the group of each sample, or None.
        normalize: `unit` divides by the largest value of the type (floating-point numbers must
            lie in [0, 1]); `standardize` subtracts the training split's mean and divides by its
            standard deviation, for each feature, for each colour, or over all pixels.
        about: what to note in the description about where the data come from.

    Raises:
        UserError: a value is NaN, infinite, or out of range; or all use a small part of what their
            type holds.
    """
    rows = np.concatenate(list(source.splits.values()))
    labels = source.labels[rows]
    shape = (len(rows), *source.shape)
    digest = hashlib.sha256(_header(source.dtype, shape))
    train_count = len(source.splits["train"])
    sums, seen = np.zeros((2, _channels(source.shape))), (np.inf, -np.inf)
    # Sums of differences from the first sample: those of squares of large values would cancel
    shift = source.read(rows[:1]).reshape(-1, sums.shape[1])[0].astype(float)
    limits = source.value_range or ((0.0, 1.0) if normalize == "unit" else None)
    clipped = 0  # samples
    # not memory-mapped: on a full disk that would end the process without a word
    with replacing(folder / "inputs.npy") as part, open(part, "wb") as file:
        layout = {"descr": np.lib.format.dtype_to_descr(source.dtype), "fortran_order": False}
        np.lib.format.write_array_header_1_0(file, layout | {"shape": shape})
        for start in range(0, len(rows), CHUNK):
            chunk = source.read(rows[start : start + CHUNK])
            if limits and chunk.dtype.kind == "f":
                chunk, changed = clip_rounding(chunk, limits)
                clipped += changed
            _check_values(source, rows[start : start + CHUNK], chunk, normalize)
            seen = (min(seen[0], float(chunk.min())), max(seen[1], float(chunk.max())))
            chunk = np.ascontiguousarray(chunk, dtype=source.dtype)
            file.write(chunk.data)
            digest.update(chunk.data)
            flat = chunk[: max(0, train_count - start)].reshape(-1, sums.shape[1]) - shift
            sums += [flat.sum(axis=0), np.square(flat, out=flat).sum(axis=0)]
            print(f"{start + len(chunk)} of {len(rows)} samples", flush=True)
        values = train_count * int(np.prod(source.shape)) // sums.shape[1]
        scaling = _scaling(normalize, source, shift, sums / values)
        source = source._replace(decided=[*source.decided, *_clipped(clipped, limits)])
        noted = _finish(source, seen, normalize, scaling)
    digest.update(_header(labels.dtype, labels.shape))
    digest.update(labels.data)
    with replacing(folder / "labels.npy") as part, open(part, "wb") as file:
        np.save(file, labels, allow_pickle=False)
    write_text(folder / "samples.csv", _samples(source, rows, groups))
    description = about | {
        "classes": list(source.classes),
        "shape": list(source.shape),
        "dtype": str(source.dtype),
        "normalize": normalize,
        **scaling,
        "sha256": digest.hexdigest(),
        "splits": _describe_splits(source),
        **noted,
    }
    write_text(folder / "description.json", json.dumps(description, indent=2) + "\n")


def load_splits(folder: Path | str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Every split's inputs (n, ...) and labels (n,) int64, memory-mapped, not yet scaled.

    Raises:
        UserError: a file is damaged, or not as it was written.
    """
    folder, description = Path(folder), read_description(folder)
    digest, arrays = hashlib.sha256(), []
    for name in ("inputs.npy", "labels.npy"):
        try:
            array = np.load(folder / name, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise UserError(f"{folder / name}: damaged ({error}); {PREPARE_AGAIN}") from error
        digest.update(_header(array.dtype, array.shape))
        digest.update(array.data)
        arrays.append(array)
    if digest.hexdigest() != description["sha256"]:
        message = f"{folder / 'inputs.npy'} or labels.npy: damaged, or changed since it was written"
        raise UserError(f"{message}; {PREPARE_AGAIN}")
    ends = {
        split: (rows["first_row"], rows["first_row"] + rows["count"])
        for split, rows in description["splits"].items()
    }
    return {
        split: tuple(array[first:last] for array in arrays) for split, (first, last) in ends.items()
    }


def load_all(folder: Path | str) -> tuple[dict, list[str], list[str]]:
    """Every split's inputs and labels, and all samples' names and groups, in the rows' order."""
    return load_splits(folder), *read_samples(folder)


def read_samples(folder: Path | str) -> tuple[list[str], list[str]]:
    """All samples' names and groups, in the rows' order.

    Raises:
        UserError: there are more or fewer than samples.
    """
    path = Path(folder) / "samples.csv"
    with path.open(encoding="utf-8", newline="") as file:
        samples = list(csv.DictReader(file))
    count = sum(rows["count"] for rows in read_description(folder)["splits"].values())
    if len(samples) != count:
        raise UserError(f"{path}: {len(samples)} rows, {count} expected; {PREPARE_AGAIN}")
    return [row["name"] for row in samples], [row["group"] for row in samples]


def split_groups(folder: Path | str) -> dict[str, np.ndarray] | None:
    """The group of each image of each split, (n,) of text; None where the data have no groups.

    An image without a group is one of its own.

    Args:
        folder: a prepared data set, of which description.json and samples.csv are read.
    """
    with (Path(folder) / "samples.csv").open(encoding="utf-8", newline="") as file:
        groups = [row["group"] for row in csv.DictReader(file)]
    named = own_groups(groups)
    if named is None:
        return None
    return {
        split: named[rows["first_row"] : rows["first_row"] + rows["count"]]
        for split, rows in read_description(folder)["splits"].items()
    }


def read_description(folder: Path | str) -> dict:
    """A prepared data set's description."""
    path = Path(folder) / "description.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: damaged ({error}); {PREPARE_AGAIN}") from error


def described_data(paths: list[str]) -> dict[str, dict]:
    """Digest of prepared data -> their description, by the files of descriptions that are here."""
    folders = [Path(path).parent for path in paths]
    return {folder.name: read_description(folder) for folder in folders}


def _header(dtype: np.dtype, shape: tuple[int, ...]) -> bytes:
    """What an array's digest begins with. The digest is of inputs and then labels."""
    return f"{dtype.str} {shape}".encode()


def _channels(shape: tuple[int, ...]) -> int:
    """How many values of a sample are scaled on their own: features, colours, or one for all."""
    if len(shape) == 1:
        return shape[0]
    return 3 if len(shape) == 3 and shape[-1] == 3 else 1


def _check_values(source: Source, rows: np.ndarray, chunk: np.ndarray, normalize: str) -> None:
    if chunk.dtype.kind == "f":
        _refuse_infinite(source, rows, chunk)
    seen = (float(chunk.min()), float(chunk.max()))
    if source.value_range:
        refuse_outside(f"{source.where}:", seen, source.value_range)
    elif chunk.dtype.kind == "f" and normalize == "unit" and (seen[0] < 0 or seen[1] > 1):
        raise UserError(
            f"{source.where}: values from {chunk.min()} to {chunk.max()}; floating-point images"
            " must lie in [0, 1], or have their range declared, such as `range: [0, 255]`, or have"
            f" `normalize: standardize`{CLIP * (seen[0] > -NEARLY and seen[1] < 1 + NEARLY)}"
        )


def _clipped(count: int, limits: Range | None) -> list[str]:
    if not count or limits is None:
        return []
    return [
        f"{count} samples have values outside of {limits[0]:g} to {limits[1]:g} by a rounding"
        f" error, of at most {ROUNDING:g} of that range, which were clipped."
    ]


def _refuse_infinite(source: Source, rows: np.ndarray, chunk: np.ndarray) -> None:
    with np.errstate(over="ignore"):  # too large for the trainer's float32 is infinite there
        finite = np.isfinite(chunk.astype(np.float32))
    bad = ~finite.reshape(len(chunk), -1).all(axis=1)
    if bad.any():
        row = int(np.argmax(bad))
        what = "NaN or infinite"
        if np.isfinite(chunk[row]).all():
            largest = float(np.abs(chunk[row]).max())
            what = f"too large for float32, which networks compute in: up to {largest:g}"
        raise UserError(f"{source.where}: {source.names[rows[row]]} has values that are {what}")


def _finish(
    source: Source, seen: Range, normalize: str, scaling: dict[str, list[float]]
) -> dict[str, Any]:
    """Check the values of all samples together; what is to be noted of them, where there is."""
    noted = source.finish() if source.finish else {}
    if not source.finish and normalize == "unit" and source.value_range is None:
        largest = largest_value(source.dtype)
        refuse_small_part(source.where, f"images of {source.dtype}", seen, largest)
    if source.value_range:
        if normalize == "unit":
            refuse_wide_range(source.where, seen, source.value_range)
        noted["range"] = list(source.value_range)
    lost = _lost(scaling) if normalize == "standardize" else []
    decided = [*source.decided, *noted.pop("decided", []), *lost]
    return noted | ({"decided": decided} if decided else {})


def _lost(scaling: dict[str, list[float]]) -> list[str]:
    """Which values float32 hardly tells apart, as they differ little for their size, if any do."""
    steps = np.spacing(np.abs(scaling["subtract"]).astype(np.float32))
    deviations = np.array(scaling["divide_by"])
    lost = np.flatnonzero((deviations < 4 * steps) & (deviations != 1))  # 1 is that of a constant
    if not len(lost):
        return []
    mean, deviation = (scaling[key][lost[0]] for key in ("subtract", "divide_by"))
    return [
        f"{len(lost)} of {len(steps)} features differ too little for their size to be told apart in"
        f" float32, which networks compute in: the one of column {lost[0]} has a mean of"
        f" {mean:g} and a standard deviation of {deviation:g}; subtract a constant before they are"
        " saved."
    ]


def _scaling(
    normalize: str, source: Source, shift: np.ndarray, moments: np.ndarray
) -> dict[str, list[float]]:
    """What a reader subtracts from the inputs and then divides them by.

    Args:
        normalize: `unit` or `standardize`.
        source: what was read.
        shift: (channels,), what was subtracted before the moments were taken.
        moments: (2, channels), the means of the training split and those of its squares.
    """
    if normalize == "unit":
        low, high = source.value_range or (0.0, largest_value(source.dtype))
        return {"subtract": [float(low)], "divide_by": [float(high - low)]}
    mean = shift + moments[0]
    deviation = np.sqrt(np.maximum(moments[1] - moments[0] ** 2, 0))
    deviation[deviation == 0] = 1  # a constant stays at zero
    return {"subtract": mean.tolist(), "divide_by": deviation.tolist()}


def _describe_splits(source) -> dict[str, dict]:
    splits, first = {}, 0
    for name, rows in source.splits.items():
        counts = count_classes(source.labels[rows], source.classes)
        splits[name] = {"first_row": first, "count": len(rows), **counts}
        first += len(rows)
    return splits


def count_classes(labels: np.ndarray, classes: list[str]) -> dict:
    """How many samples each class has: `negative` and `positive`, or `by_class`, a list."""
    counts = np.bincount(labels, minlength=len(classes)).tolist()
    if len(classes) == 2:
        return dict(zip(("negative", "positive"), counts))
    return {"by_class": counts}


def _samples(source, rows: np.ndarray, groups: np.ndarray | None) -> str:
    """The samples in the order of the rows: name, and group where there are groups."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", "group"])
    writer.writerows([source.names[row], "" if groups is None else groups[row]] for row in rows)
    return text.getvalue()
