"""One training job: a cell for one round, with each seed of a block.

Writes one row of metrics per seed and epoch, the scores of the validation and the test split after
the last epoch, a checkpoint from which the next round resumes, and a record of the run. A job that
is interrupted resumes from the progress that it saved, and its files are the same to the byte.
"""

import csv
import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from study.store.errors import UserError
from study.store.files import file_digest, remove_leftovers, replacing, replacing_all
from study.store.interrupts import STOPPED
from study.store.records import read_record
from study.training import EPOCH_METRICS
from study.training.checkpoints import load_checkpoint, load_progress, save_tensors
from study.training.devices import DEVICES
from study.training.learner import State
from study.training.loop import Round, Row, initial_state, train_round
from study.training.samples import Data, load_data
from study.training.scoring import score_images
from study.training.stacked import AfterEpoch, Member, Through, train_stack
from study.training.stacking import is_stacked


def train_run(
    run: dict[str, Any],
    parameters: dict[str, Any],
    data_folder: Path,
    previous: Path | None,
    folder: Path,
    checkpoint_every: int = 0,
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Train every seed of a run and write its files, the metrics last.

    Args:
        run: `epochs`, `first` and `last` seed, `round`, `device`; recorded beside the metrics with
            the digests of the files.
        parameters: a value for every training parameter.
        data_folder: the prepared data set.
        previous: the run.json of the round before, or None in the first round.
        folder: where to write metrics.csv, scores.npz, checkpoint.pt and run.json. The scores are
            `seeds` (k,) int64 and, for each split that is not trained on, `<split>_scores` (k, n)
            float32 and `<split>_labels` (n,) int8.
        checkpoint_every: after how many epochs to save progress.pt there; 0 only when stopped.
        stopping: whether the job is asked to stop, looked at after each epoch.

    Raises:
        UserError: the data or the checkpoint are damaged, or a file cannot be written.
    """
    data = load_data(data_folder, parameters, run["device"])
    states, before = {}, None
    if previous:
        before = read_record(previous)["files"]["checkpoint.pt"]
        states = load_checkpoint(previous.with_name("checkpoint.pt"), before)
    saved = folder / "progress.pt"
    progress = load_progress(saved, json.dumps([run, before]))
    if progress["rows"]:
        print(f"resumes from {saved}")
    tell = functools.partial(print_epoch, run["epochs"])
    through = functools.partial(keep_seed, progress, tell)
    save = functools.partial(save_progress, saved, progress, checkpoint_every, stopping, tell)
    width = DEVICES[run["device"]].width
    for start in range(run["first"], run["last"] + 1, width):
        members = []
        for seed in range(start, min(start + width, run["last"] + 1)):
            if seed in progress["after"]:
                continue
            state = progress["states"].get(seed)
            if state is None:
                state = states[seed] if previous else initial_state(data, parameters, seed)
            rows = progress["rows"].get(seed, [])
            members.append(Member(Round(seed, run["round"], run["epochs"]), state, rows))
        train_seeds(data, parameters, run["device"], members, through, save)
    after = dict(sorted(progress["after"].items()))
    scores = [score_images(data, parameters, state) for state in after.values()]
    arrays = {"seeds": np.array(list(after))}
    for split in scores[0]:
        arrays[f"{split}_scores"] = np.stack([score[split] for score in scores])
        arrays[f"{split}_labels"] = data.splits[split][1].cpu().numpy().astype(np.int8)
    rows = [[seed, *row] for seed in after for row in progress["rows"][seed]]
    write_run(run, folder, after, arrays, rows)
    saved.unlink(missing_ok=True)
    remove_leftovers(saved)


def train_seeds(
    data: Data,
    parameters: dict[str, Any],
    device: str,
    members: list[Member],
    through: Through,
    after_epoch: AfterEpoch = lambda rows, states: None,
) -> None:
    """Train seeds for one round, together where their cell is stacked, else one after the other.

    Args:
        parameters: a value for every training parameter.
        device: cpu or cuda.
        members: of at most as many seeds in a row as a stack is wide; those that a stopped job had
            begun are after the same epoch.
        through, after_epoch: as `train_stack` calls them.
    """
    if is_stacked(parameters, device, data.shape, data.classes, data.redrawn):
        train_stack(data, parameters, DEVICES[device].width, members, through, after_epoch)
        return
    for this, state, rows in members:
        after = functools.partial(tell_of_one, after_epoch, this.seed)
        through(this.seed, *train_round(data, parameters, this, state, rows, after))


def tell_of_one(
    after_epoch: AfterEpoch, seed: int, rows: list[Row], state: Callable[[], State]
) -> None:
    """Call `after_epoch`, which is made for several seeds, after an epoch of one seed."""
    after_epoch({seed: rows}, lambda: {seed: state()})


def print_epoch(epochs: int, seed: int, row: Row) -> None:
    """Say what an epoch came to."""
    measured = ", ".join(f"{name} {value:.4f}" for name, value in zip(EPOCH_METRICS, row[1:]))
    print(f"seed {seed}: epoch {row[0]} of {epochs}, {measured}")


def keep_seed(
    progress: dict, tell: Callable[[int, Row], None], seed: int, rows: list[Row], state: State
) -> None:
    """Once a seed is through: tell of its last epoch, and add it to the progress."""
    tell(seed, rows[-1])
    progress["rows"][seed], progress["after"][seed] = rows, state


def write_run(run: dict, folder: Path, states: dict, scores: dict, rows: list) -> None:
    """Write the four files of a run together, the record of the run with the others' digests."""
    names = ("checkpoint.pt", "scores.npz", "run.json", "metrics.csv")
    with replacing_all(*(folder / name for name in names)) as parts:
        checkpoint, scores_file, record, metrics = parts
        save_tensors(states, checkpoint)
        with open(scores_file, "wb") as file:
            np.savez(file, **scores)
        with open(metrics, "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["seed", "epoch", *EPOCH_METRICS])
            writer.writerows(rows)
        files = {name: file_digest(part) for name, part in zip(names, parts) if part != record}
        text = json.dumps(run | {"files": files}, indent=2) + "\n"
        record.write_text(text, encoding="utf-8", newline="\n")


def save_progress(
    path: Path,
    progress: dict,
    every: int,
    stopping: Callable[[], bool],
    tell: Callable[[int, Row], None],
    rows: dict[int, list[Row]],
    states: Callable[[], dict[int, State]],
) -> None:
    """After an epoch: tell of it, and save the progress if it is time or we are to stop.

    Args:
        rows, states: by seed, of those that train.
    """
    for seed, epochs in rows.items():
        tell(seed, epochs[-1])
    stop, last = stopping(), max(len(epochs) for epochs in rows.values())
    if stop or (every and last % every == 0):
        with replacing(path) as part:
            now = {"rows": progress["rows"] | rows, "states": states()}
            save_tensors(progress | now, part)
    if stop:
        print(f"stopped: progress saved after epoch {last}; the next job resumes from there")
        sys.exit(STOPPED)


def check_device(device: str) -> None:
    """Refuse a device that is not here.

    Raises:
        UserError: cuda, and PyTorch finds no GPU.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise UserError("device: cuda, but PyTorch finds no GPU on this machine; cpu needs none")
