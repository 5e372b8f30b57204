"""What a program wrote for one seed, checked: metrics.csv, and scores.npz if it has one."""

import csv
import math
import zipfile
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from study.program.score_checks import (
    as_logits,
    refuse_contradiction,
    refuse_labels,
    refuse_unclear,
)
from study.store.errors import UserError
from study.training import EPOCH_METRICS

SCORED_SPLITS = ("val", "test")
NOT_READ = ("scores.npy", "scores.csv")  # written by mistake for scores.npz
ROUNDING = 1e-6  # by how much a loss that is 0 may come out below it


class Written(NamedTuple):
    """What a program wrote for one seed."""

    metrics: dict[str, list[float]]  # column -> a value an epoch
    # split -> (n,) float32, or (n, classes) for three or more
    scores: dict[str, np.ndarray]


def read_written(
    folder: Path,
    description: Mapping[str, Any],
    epochs: int,
    labels: np.ndarray,
    kind: str | None = None,
) -> Written:
    """What a program wrote into a seed's folder.

    Args:
        description: of the prepared data, as `study.data.prepared.read_description` returns it.
        epochs: as for `read_metrics`.
        labels: (n,) of the validation split.
        kind: as for `read_scores`.

    Raises:
        UserError: it is not as it must be; with what would be right.
    """
    counts = {
        split: part["count"]
        for split, part in description["splits"].items()
        if split in SCORED_SPLITS
    }
    metrics = read_metrics(folder / "metrics.csv", epochs)
    classes = len(description["classes"])
    path, diverged = folder / "scores.npz", has_diverged(metrics)
    scores = read_scores(path, counts, classes, diverged, kind)
    if scores and "val_accuracy" not in metrics:
        raise UserError(
            f"{path}: has val_scores, but metrics.csv has no column val_accuracy to check them"
            " against; write it, or leave scores.npz out"
        )
    if scores and not diverged:
        accuracies = metrics["val_accuracy"]
        refuse_contradiction(scores["val"], labels, accuracies, f"{path}: val_scores")
        if kind is None:
            refuse_unclear(scores, labels, accuracies, str(path))
    return Written(metrics, scores)


def read_metrics(path: Path, epochs: int) -> dict[str, list[float]]:
    """The metrics of each epoch, by the columns that a program wrote, in the usual order.

    Args:
        path: its metrics.csv: `epoch`, and some of `study.training.EPOCH_METRICS`.
        epochs: how many there must be. Fewer will do where a value of the last is not finite.

    Raises:
        UserError: the file is missing or not as it must be; with what would be right.
    """
    columns = ", ".join(EPOCH_METRICS)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = list(csv.reader(file)) or [[]]
    except FileNotFoundError:
        raise UserError(
            f"{path}: the program did not write it; it needs one row per epoch, with the columns"
            " epoch"
            f" and any of {columns}"
        ) from None
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(f"{path}: cannot be read ({error})") from error
    header = [name.strip() for name in header]
    _check_header(path, header)
    values = [_read_row(path, header, row, number) for number, row in enumerate(rows, start=1)]
    metrics = [name for name in EPOCH_METRICS if name in header]
    found = [row["epoch"] for row in values]
    if found != list(range(1, len(found) + 1)):
        raise UserError(f"{path}: the column epoch must be 1, 2, 3, …, not {_some(found)}")
    diverged = bool(values) and not all(math.isfinite(values[-1][name]) for name in metrics)
    if len(values) != epochs and not (diverged and len(values) < epochs):
        raise UserError(
            f"{path}: has {len(values)} row{'s' * (len(values) != 1)}, but epochs_per_round is"
            f" {epochs}: write one row per epoch, or set `epochs_per_round: {max(1, len(values))}`"
        )
    return {name: [row[name] for row in values] for name in metrics}


def _check_header(path: Path, header: list[str]) -> None:
    columns, known = ", ".join(EPOCH_METRICS), ("epoch", *EPOCH_METRICS)
    if any(";" in name for name in header):
        raise UserError(
            f"{path}: has semicolons; write commas, with decimal points; in R"
            " write.csv(…, row.names = FALSE)"
        )
    if len(header) > 1 and not header[0]:
        raise UserError(
            f"{path}: its first column has no name; leave out the row numbers, in pandas"
            " to_csv(…, index=False), in R write.csv(…, row.names = FALSE)"
        )
    in_capitals = [name for name in header if name not in known and name.lower() in known]
    if in_capitals:
        raise UserError(
            f"{path}: has the columns {', '.join(in_capitals)}; write"
            f" {', '.join(in_capitals).lower()}, without capitals"
        )
    for name in header:
        if name not in known:
            close = get_close_matches(name, EPOCH_METRICS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known: epoch, {columns}"
            raise UserError(f"{path}: unknown column {name!r}; {hint}")
    if "epoch" not in header or len(header) < 2 or len({*header}) < len(header):
        raise UserError(
            f"{path}: has the columns {', '.join(header) or '(none)'}; it needs epoch and"
            f" any of {columns}, each once"
        )


def _read_row(path: Path, header: list[str], row: list[str], number: int) -> dict[str, float]:
    where = f"{path}: row {number}"
    if len(row) != len(header):
        raise UserError(f"{where} has {len(row)} values, but the header has {len(header)}")
    values = {}
    for name, text in zip(header, row):
        try:
            values[name] = float(text)
        except ValueError:
            raise UserError(
                f"{where}: {name} is {text!r}; it must be a number, or nan where it diverged;"
                " leave out the column if it is not measured in every epoch"
            ) from None
        if (
            name.endswith("accuracy")
            and not math.isnan(values[name])
            and not 0 <= values[name] <= 1
        ):
            raise UserError(f"{where}: {name} is {text}; accuracies are fractions from 0 to 1")
        if name.endswith("loss") and math.isfinite(values[name]) and values[name] < -ROUNDING:
            raise UserError(
                f"{where}: {name} is {text}; a loss is 0 or above, and lower is better: if it is"
                " a score, such as scikit-learn's neg_log_loss, write its negative"
            )
    return values


def _some(values: list[float]) -> str:
    shown = ", ".join(f"{value:g}" for value in values[:3])
    return shown + (", …" if len(values) > 3 else "")


def has_diverged(metrics: dict[str, list[float]]) -> bool:
    """Whether a value is not finite."""
    return not all(math.isfinite(value) for column in metrics.values() for value in column)


def read_scores(
    path: Path, counts: dict[str, int], classes: int, diverged: bool, kind: str | None = None
) -> dict[str, np.ndarray]:
    """The scores of each split that a program scored: (n,) float32; (n, classes) for 3 or more.

    Args:
        path: its scores.npz; nothing is returned where neither it nor one of `NOT_READ` is there.
        counts: how many samples each scored split has.
        classes: how many classes the data have.
        diverged: whether the seed's metrics say so; its scores are then NaN.
        kind: what the program declares its scores to be, `probability` or `logit`. What is
            returned are logits.

    Raises:
        UserError: the file is not as it must be; with what would be right.
    """
    if not path.exists():
        for name in NOT_READ:
            if path.with_name(name).exists():
                raise UserError(
                    f"{path.with_name(name)}: is not read; write scores.npz, with the array"
                    " val_scores: np.savez(path, val_scores=scores); or rename this file"
                )
        return {}
    arrays = _stored(path, [f"{split}_scores" for split in counts])
    scores = {}
    for split, count in counts.items():
        if f"{split}_scores" in arrays:
            shape = (count,) if classes == 2 else (count, classes)
            array, where = arrays[f"{split}_scores"], f"{path}: {split}_scores"
            _check_form(array, shape, where)
            scores[split] = (
                np.full(shape, np.nan, np.float32) if diverged else _logits(array, kind, where)
            )
    return scores


def _stored(path: Path, known: list[str]) -> dict[str, np.ndarray]:
    """The arrays of a file of scores, by their names.

    Raises:
        UserError: it cannot be read, has unknown arrays, or has none for `val`.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise UserError(f"{path}: cannot be read as an .npz file ({error})") from error
    for name in arrays:
        if name not in known:
            raise UserError(f"{path}: unknown array {name}; known here: {', '.join(known)}")
    if "val_scores" not in arrays:
        raise UserError(f"{path}: has no array val_scores")
    return arrays


def _check_form(array: np.ndarray, shape: tuple[int, ...], where: str) -> None:
    """Stop where scores have the wrong shape, or are not numbers."""
    what = "the log-odds of the positive class" if len(shape) == 1 else "a logit of each class"
    if array.shape != shape:
        raise UserError(
            f"{where} has the shape {array.shape}; it must be {shape}: {what}, in the samples'"
            " order"
        )
    if array.dtype.kind not in "fiu":
        raise UserError(f"{where} is of type {array.dtype}; it must hold numbers")


def _logits(array: np.ndarray, kind: str | None, where: str) -> np.ndarray:
    """Scores of one split as logits, `float32`.

    Raises:
        UserError: they are labels, not probabilities where these are declared, or not finite.
    """
    refuse_labels(array, kind, where)
    if kind == "probability":
        array = as_logits(array, where)
    logits = array.astype(np.float32)
    if not np.isfinite(logits).all():
        raise UserError(
            f"{where} has values that are not finite; clip probabilities before taking their"
            " logarithm: np.clip(p, 1e-7, 1 - 1e-7)"
        )
    return logits
