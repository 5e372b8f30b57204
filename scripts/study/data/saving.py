"""Writes a data set as it is prepared, its values checked on the way: see `study.data.prepared`."""

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from study.data.refused_values import check_together, check_values, values_clipped
from study.data.scaling import Moments, no_moments, scaling_of
from study.data.source import Source
from study.data.value_range import Range, clip_rounding
from study.store.files import replacing, write_text

CHUNK = 256  # samples read at a time


class Written(NamedTuple):
    """What was seen of the inputs while they were written."""

    digest: Any  # of hashlib, of the inputs; that of the prepared data once labels are added
    seen: Range  # the smallest and the largest value
    moments: Moments  # of the training split
    clipped: list[str]  # which values were, in a sentence


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
    # not memory-mapped: on a full disk that would end the process without a word
    with replacing(folder / "inputs.npy") as part, open(part, "wb") as file:
        digest, seen, moments, clipped = _write_inputs(file, source, rows, normalize)
        scaling = scaling_of(normalize, source, moments)
        source = source._replace(decided=[*source.decided, *clipped])
        noted = check_together(source, seen, normalize, scaling)
    digest.update(array_header(labels.dtype, labels.shape))
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


def _write_inputs(file: IO[bytes], source: Source, rows: np.ndarray, normalize: str) -> Written:
    """Write samples as an .npy file, in the order of the rows; those to train on come first."""
    shape = (len(rows), *source.shape)
    digest = hashlib.sha256(array_header(source.dtype, shape))
    train_count = len(source.splits["train"])
    moments = no_moments(source.read(rows[:1])[0])
    limits = source.value_range or ((0.0, 1.0) if normalize == "unit" else None)
    seen, clipped = (np.inf, -np.inf), 0  # samples
    layout = {"descr": np.lib.format.dtype_to_descr(source.dtype), "fortran_order": False}
    np.lib.format.write_array_header_1_0(file, layout | {"shape": shape})
    for start in range(0, len(rows), CHUNK):
        chunk = source.read(rows[start : start + CHUNK])
        if limits and chunk.dtype.kind == "f":
            chunk, changed = clip_rounding(chunk, limits)
            clipped += changed
        check_values(source, rows[start : start + CHUNK], chunk, normalize)
        seen = (min(seen[0], float(chunk.min())), max(seen[1], float(chunk.max())))
        chunk = np.ascontiguousarray(chunk, dtype=source.dtype)
        file.write(chunk.data)
        digest.update(chunk.data)
        moments.add(chunk[: max(0, train_count - start)])
        print(f"{start + len(chunk)} of {len(rows)} samples", flush=True)
    return Written(digest, seen, moments, values_clipped(clipped, limits))


def array_header(dtype: np.dtype, shape: tuple[int, ...]) -> bytes:
    """What an array's digest begins with. The digest is of inputs and then labels."""
    return f"{dtype.str} {shape}".encode()


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
