"""What every kind of data set is read into, and how it is checked before it is prepared."""

import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from study.data import MOST_CLASSES, SPLITS, kind_module
from study.data.groups import own_groups, read_groups, refuse_groups_of_splits
from study.data.listing import normalized
from study.data.location import refuse_pointer
from study.data.splits import complete_splits, describe_shares
from study.data.value_range import Range, largest_value, refuse_booleans
from study.store.errors import UserError

# The arrays of an .npz file
ARRAYS = [f"{split}_{kind}" for split in SPLITS for kind in ("images", "labels")]
LAST_AXIS = "if samples are along the last axis, save np.moveaxis(array, -1, 0)"


class Source(NamedTuple):
    """All samples of a data set, before they are prepared."""

    where: str  # the file or key to name in messages
    names: list[str]  # of each sample, in messages, the audit and the file of groups
    labels: np.ndarray  # (n,), as found: checked later
    shape: tuple[int, ...]  # of one sample
    dtype: np.dtype
    read: Callable  # rows (k,) -> inputs (k, *shape)
    splits: dict[str, np.ndarray]  # split -> rows
    classes: list[str]  # their names in the order of the labels; of two: negative, positive
    normalize: str = "unit"  # what is done where the entry does not say
    value_range: Range | None = None  # what becomes 0 and 1, where it is not the type's range
    # once all is read: checks pixels in a range of their own, in place of the checks on what was
    # read; returns what is to be noted in the description
    finish: Callable[[], dict[str, Any]] | None = None
    decided: Sequence[str] = ()  # on the way to them, as sentences for the data card


def read_source(name: str, entry: dict, files: dict[str, Path]) -> tuple[Source, np.ndarray | None]:
    """Read a declared data set, with all its splits, and the group of each sample if it has any.

    Pixels are only read later, in pieces; everything else is checked here.

    Raises:
        UserError: what is wrong with the data, where, and what would be right.
    """
    source = kind_module(entry["kind"]).read(name, entry, files)
    _check_type(source, entry)
    groups, decided = read_groups(name, entry.get("groups"), source.names, files)
    refuse_groups_of_splits(name, entry.get("groups"), source.names, source.splits)
    classes, whole = source.classes, own_groups(groups)
    splits = complete_splits(source.where, source.labels, classes, whole, source.splits, entry)
    decided += tuple(describe_shares(source.splits, splits, whole, entry))
    for split, rows in splits.items():
        counts = np.bincount(source.labels[rows], minlength=len(classes))
        if counts.min() > 0:
            continue
        if len(classes) == 2:
            raise UserError(
                f"{source.where}: {split} has {counts[0]} samples of class {classes[0]} and"
                f" {counts[1]} of class {classes[1]}; both classes are needed"
            )
        missing = ", ".join(classes[label] for label in np.flatnonzero(counts == 0))
        raise UserError(
            f"{source.where}: {split} has no sample of class {missing}; every split needs all of"
            f" the {len(classes)} classes"
        )
    return source._replace(splits=splits, decided=[*source.decided, *decided]), groups


def load_arrays(path: Path) -> np.ndarray | dict[str, np.ndarray]:
    """The array of an .npy file, memory-mapped, or those of an .npz by name; never pickled ones.

    Raises:
        UserError: the file cannot be read.
    """
    try:
        file = np.load(path, allow_pickle=False, mmap_mode="r")
        if isinstance(file, np.ndarray):
            return file
        with file:
            return {name: file[name] for name in ARRAYS if name in file.files}
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        # a damaged header makes zipfile raise RuntimeError or one of its kinds
        refuse_pointer(path)
        raise UserError(
            f"{path}: cannot be read as a file of plain arrays ({error}); it may be truncated, or"
            " hold pickled objects, which are not loaded"
        ) from error


def from_arrays(where: str, parts: dict, classes: list[str]) -> Source:
    """A source from arrays in memory or memory-mapped: part -> (inputs, labels).

    A part's name begins with its split; its samples are called `part[0]`, `part[1]`, …
    """
    for part, (inputs, _) in parts.items():
        _check_shape(f"{where}: {part}", inputs)
        refuse_booleans(f"{where}: {part}", inputs.dtype)
    decided: list[str] = []
    single = {part: _single_axes(inputs.shape) for part, (inputs, _) in parts.items()}
    if all(single.values()):
        whole = next(iter(parts.values()))[0].shape[1:]
        parts = {part: (pair[0].squeeze(single[part]), pair[1]) for part, pair in parts.items()}
        rest = next(iter(parts.values()))[0].shape[1:]
        channels = "have one channel" if len(rest) == 2 else "have an axis of length 1"
        decided = [f"images of shape {whole} {channels} and are read as {rest}."]
    first = next(iter(parts.values()))[0]
    dtype = first.dtype.newbyteorder("=")  # torch takes no other order of bytes
    for part, (inputs, _) in parts.items():
        if (inputs.shape[1:], inputs.dtype.newbyteorder("=")) != (first.shape[1:], dtype):
            hint = ""
            if inputs.shape[1:] == first.shape[1:]:
                hint = "; save all as one type, with values on one scale"
            elif inputs.ndim > 2 and inputs.shape[:-1] == first.shape[:-1]:
                hint = f"; {LAST_AXIS}"
            raise UserError(
                f"{where}: {part} images are {inputs.shape[1:]} {inputs.dtype}, others"
                f" {first.shape[1:]} {first.dtype}; they must match{hint}"
            )
    offsets = np.cumsum([0, *(len(inputs) for inputs, _ in parts.values())])
    splits: dict[str, np.ndarray] = {}
    for part, begin, end in zip(parts, offsets, offsets[1:]):
        split = part.partition("/")[0]
        splits[split] = np.append(splits.get(split, np.array([], int)), np.arange(begin, end))

    def read(rows):
        out = np.empty((len(rows), *first.shape[1:]), dtype)
        for (inputs, _), begin, end in zip(parts.values(), offsets, offsets[1:]):
            inside = (rows >= begin) & (rows < end)
            out[inside] = inputs[rows[inside] - begin]
        return out

    return Source(
        where=where,
        names=[
            f"{part}[{row}]" for part, (inputs, _) in parts.items() for row in range(len(inputs))
        ],
        labels=np.concatenate([labels for _, labels in parts.values()]).astype(np.int64),
        shape=first.shape[1:],
        dtype=dtype,
        read=read,
        splits=splits,
        classes=classes,
        decided=[*decided, *_doubts([inputs.shape for inputs, _ in parts.values()])],
    )


def _doubts(shapes: list[tuple[int, ...]]) -> list[str]:
    """What the shapes of all arrays may also mean, as where samples are along the last axis."""
    first = shapes[0]
    read = f"Arrays of shape {first} were read as {first[0]} samples of {first[1:]}"
    colours = [len(shape) == 4 and shape[3] in (1, 3) for shape in shapes]
    square = [len(shape) > 2 and shape[0] == shape[1] != shape[-1] for shape in shapes]
    if all(len(shape) == 3 and shape[2] in (3, 4) for shape in shapes):
        return [f"{read}; if they are one image in colour, give them a first axis of samples."]
    if all(square) and not any(colours):
        return [f"{read}; {LAST_AXIS}."]
    if all(len(shape) == 2 for shape in shapes):
        return [f"{read}, with unordered features; if they are images, reshape them."]
    for axis, called in ((3, "last"), (1, "second")):
        if all(len(shape) == 4 and shape[3] != 3 and shape[axis] in (2, 4, 5) for shape in shapes):
            return [
                f"{read}, as volumes; if the {called} axis holds channels, save the intended ones."
            ]
    return []


def _check_shape(where: str, inputs: np.ndarray) -> None:
    """Stop where an array is not one of samples, or what its axes are would be a guess."""
    shape = inputs.shape
    if len(shape) < 2:
        raise UserError(f"{where} has shape {shape}; (n, ...) expected")
    if len(shape) != 4 or shape[3] == 3:
        return
    if shape[1] == 3:
        raise UserError(
            f"{where} has shape {shape}, whose colours seem to come before height and width; they"
            " must come last: save np.moveaxis(images, 1, -1)"
        )
    if shape[3] == 4 and inputs.dtype.kind == "u":
        raise UserError(
            f"{where} has shape {shape}, as if with transparency; colours alone"
            " are (n, height, width, 3): save images[..., :3] on the intended background"
        )


def _single_axes(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Which axes of 1 images have beside height, width and colours: those of one channel or slice.

    Of (n, height, width, 1) and (n, 1, height, width), of (n, 1, height, width, 1), and of
    (n, 1, height, width, 3).
    """
    if len(shape) == 4 and shape[3] != 3:
        return (3,) if shape[3] == 1 else (1,) * (shape[1] == 1)
    if len(shape) == 5 and shape[1] == 1:
        return {1: (1, 4), 3: (1,)}.get(shape[4], ())
    return ()


def ordered_classes(where: str, found: list[str], positive: str | None) -> list[str]:
    """The classes in the order of their labels: negative and positive, or more alphabetically.

    Names are compared as NFC, so that `positive` may be written as it looks.

    Raises:
        UserError: there is one class alone, or too many; or `positive` is missing, is none of two
            classes, or is given for more than two.
    """
    found = [normalized(name) for name in found]
    positive = positive if positive is None else normalized(positive)
    if not 2 <= len(found) <= MOST_CLASSES:
        some = ", ".join(found[:5]) + ", …" * (len(found) > 5)
        raise UserError(
            f"{where}: {len(found)} class{'es' * (len(found) != 1)}, {some}; a study needs from"
            f" two to {MOST_CLASSES}"
        )
    if len(found) > 2:
        refuse_positive(where, found, positive)
        return sorted(found)
    if positive is None:
        raise UserError(
            f"{where}: missing `positive`; say which of the classes {found[0]} and {found[1]} is"
            " the positive one"
        )
    if positive not in found:
        raise UserError(
            f"{where}: positive is {positive!r}, but the classes are {found[0]} and {found[1]}"
        )
    return [found[0], positive] if found[1] == positive else [found[1], positive]


def refuse_positive(where: str, classes: list[str], positive: str | int | None) -> None:
    """Of more than two classes, none is the positive one.

    Raises:
        UserError: the entry names one.
    """
    if positive is not None:
        raise UserError(
            f"{where}: positive is for two classes, but there are {len(classes)}; leave it out"
        )


def _check_type(source: Source, entry: dict) -> None:
    unscaled = source.value_range or entry.get("normalize", source.normalize) == "standardize"
    if source.dtype.kind not in ("uif" if unscaled else "uf"):
        raise UserError(
            f"{source.where}: images are {source.dtype}; unsigned integers or floating-point"
            " numbers expected, or signed integers with a `range: [low, high]`"
        )
    if source.value_range and source.dtype.kind == "u":
        largest, high = largest_value(source.dtype), source.value_range[1]
        if high > largest:
            raise UserError(
                f"{source.where}: `range` goes up to {high:g}, but {source.dtype} only to"
                f" {largest:g}"
            )
    if 0 in source.shape:
        raise UserError(f"{source.where}: images of shape {source.shape} hold nothing")
    if not len(source.labels):
        raise UserError(f"{source.where}: has no samples")
