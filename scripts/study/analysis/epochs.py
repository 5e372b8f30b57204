"""The metrics of each epoch, as a training job wrote them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from study.design.runs import Run
from study.store.errors import UserError
from study.store.files import check_digest
from study.store.records import read_record
from study.training import EPOCH_METRICS
from study.training.epoch_choices import EPOCH_CHOICES, best_epoch, ends_early
from study.training.spelling import choose

# What is counted where a rule chooses an epoch.
EPOCH_COUNTS = ("chosen_epoch", "epochs_trained")


def read_epochs(
    path: Path | str,
    seeds: range,
    epochs: int,
    digest: str | None = None,
    ends_early: bool = False,
) -> pd.DataFrame:
    """A run's metrics: `seed`, `epoch` and the four metrics, and whether the seed `diverged`.

    A seed has diverged where a value is not finite. It may have fewer rows than epochs. A metric
    that a program does not measure has no column in the file, and is NaN.

    Args:
        path: metrics.csv of a run.
        seeds: those of its block.
        epochs: of a round.
        digest: its SHA-256, as the run recorded it; not checked if it is None.
        ends_early: whether a round may end before it has that many epochs.

    Raises:
        UserError: the file is not whole, or not as the run wrote it.
    """
    if digest is not None:
        check_digest(path, digest)
    advice = "; delete it and run again"
    try:
        frame = pd.read_csv(
            path, dtype={"seed": int, "epoch": int} | dict.fromkeys(EPOCH_METRICS, float)
        )
        if not Path(path).read_bytes().endswith(b"\n"):  # its last number may have lost digits
            raise ValueError("its last line is cut off")
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read ({error}){advice}") from error
    measured = [name for name in EPOCH_METRICS if name in frame.columns]
    if list(frame.columns) != ["seed", "epoch", *measured] or not measured:
        raise UserError(f"{path}: columns {', '.join(frame.columns)}{advice}")
    finite = np.isfinite(frame[measured].to_numpy()).all(axis=1)
    frame = frame.reindex(columns=["seed", "epoch", *EPOCH_METRICS])
    frame["diverged"] = frame["seed"].map((~pd.Series(finite)).groupby(frame["seed"]).any())
    found: dict[int, list[int]] = {}
    for seed, epoch in zip(frame["seed"].tolist(), frame["epoch"].tolist()):
        found.setdefault(seed, []).append(epoch)
    for seed in seeds:
        rows = found.pop(seed, [])
        whole = list(range(1, epochs + 1))
        stopped = frame.loc[frame["seed"] == seed, "diverged"].any()
        if not rows or rows != (whole[: len(rows)] if stopped or ends_early else whole):
            raise UserError(f"{path}: seed {seed} has {len(rows)} of {epochs} epochs{advice}")
    if found:
        raise UserError(f"{path}: seed {min(found)} is not in its block{advice}")
    return frame


def read_run(run: Run, path: Path | str, record: Mapping[str, Any], epochs: int) -> pd.DataFrame:
    """A run's metrics, as `read_epochs` returns them, checked against what it recorded.

    Args:
        run: whose.
        path: its metrics.csv.
        record: what its run.json has.
        epochs: of a round.

    Raises:
        UserError: the file is damaged.
    """
    early = ends_early(record["parameters"].get("epoch_choice", "last"))
    return read_epochs(path, run.seeds, epochs, record["files"]["metrics.csv"], early)


def count_epochs(metrics: pd.DataFrame, rule: str) -> pd.DataFrame:
    """How many epochs each seed trained, and which one counts; one row per seed.

    Args:
        metrics: as `read_epochs` returns them.
        rule: a cell's `epoch_choice`.

    Returns:
        `seed`, `chosen_epoch`, from 1, and `epochs_trained`; empty where the seed diverged.
    """
    rows = []
    for seed, of_seed in metrics.groupby("seed"):
        whole = not of_seed["diverged"].any()
        counts = (chosen_epoch(of_seed, rule), len(of_seed)) if whole else (np.nan, np.nan)
        rows.append([seed, *counts])
    return pd.DataFrame(rows, columns=["seed", *EPOCH_COUNTS])


def chosen_epoch(of_seed: pd.DataFrame, rule: str) -> int:
    """The epoch of a seed's round that counts by a rule: the last, or the best."""
    _, options = choose(EPOCH_CHOICES, rule)
    if not options:
        return len(of_seed)
    return best_epoch(of_seed[options["metric"]].tolist(), options["metric"])


def collect_epochs(
    runs: Sequence[Run],
    paths: Sequence[str],
    records: Sequence[str],
    epochs_per_round: int,
) -> pd.DataFrame:
    """All rounds' metrics, with epochs numbered through the rounds, and each row's `round`.

    Args:
        runs: those to read, of one cell.
        paths: the metrics.csv of each.
        records: the run.json of each.
        epochs_per_round: how many epochs a round has.

    Raises:
        UserError: a file is damaged.
    """
    columns = ["seed", "epoch", "round", "diverged", *EPOCH_METRICS]
    frames = [pd.DataFrame(columns=columns, dtype=float)]
    for run, path, record in zip(runs, paths, records, strict=True):
        metrics = read_run(run, path, read_record(Path(record)), epochs_per_round)
        frames.append(metrics.assign(round=run.round))
        frames[-1]["epoch"] += (run.round - 1) * epochs_per_round
    return pd.concat([frame for frame in frames if len(frame)] or frames)


def scored_epoch(rules: Iterable[str]) -> str:
    """After which epoch of a round final metrics are: `last`, `chosen` or `last or the chosen`.

    Args:
        rules: the `epoch_choice` of each cell.
    """
    words = {"last" if rule == "last" else "chosen" for rule in rules}
    return " or the ".join(sorted(words, reverse=True))
