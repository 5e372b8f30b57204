"""One job of a program: a cell for one round, with each seed of a block in turn.

Each seed is one run of the program, with a folder of its own to write to. What it wrote is checked
and collected into the files that every run has: metrics.csv, scores.npz and run.json. A job that
failed or was stopped keeps the folders of the seeds that it has finished, and the next one resumes
after them.
"""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from study.data.prepared import load_splits, read_description
from study.program.command import fill
from study.program.written import Written, read_written
from study.store.errors import UserError
from study.store.files import file_digest, replacing_all, write_text
from study.store.interrupts import STOPPED
from study.training import EPOCH_METRICS

PATIENCE = 30  # seconds that a program is given to end when it is asked to
WAIT = 0.2  # seconds between two looks at whether the job is to stop
SCRIPTS = Path(__file__).parents[2]
SHOWN = 20  # lines of a failed program's output


def run_program(
    run: dict[str, Any],
    data_folder: Path,
    previous: Path | None,
    folder: Path,
    logs: Path,
    placeholders: Mapping[str, object],
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Run the program with every seed of a run and write the run's files, the metrics last.

    Args:
        run: `command`, `parameters`, `epochs`, `first` and `last` seed and `round`, and `scores`
            where it is declared what they are; recorded beside the metrics with the digests of the
            files.
        data_folder: the prepared data set.
        previous: the run.json of the round before, or None in the first round.
        folder: where to write metrics.csv (seed, epoch and the columns that the program wrote),
            scores.npz and run.json, and where the seeds' folders are, output/seed<n>. The scores
            are `seeds` (k,) int64 and, for each split that the program scored, `<split>_scores`
            (k, n) or (k, n, classes) float32 and `<split>_labels` (n,) int8.
        logs: the folder for what the program prints, one file per seed.
        placeholders: what the command may ask for beside its parameters and what is of a seed.
        stopping: whether the job is asked to stop.

    Raises:
        UserError: the program failed, or what it wrote is not as it must be.
    """
    seeds = range(run["first"], run["last"] + 1)
    about = json.loads(json.dumps({"run": run, "before": previous and file_digest(previous)}))
    finished = _resume(about, folder)
    description, splits = read_description(data_folder), load_splits(data_folder)
    found: dict[int, Written] = {}
    for seed in seeds:
        output = folder / "output" / f"seed{seed}"
        if seed not in finished:
            values = {
                **placeholders,
                **run["parameters"],
                "seed": seed,
                "data": data_folder.resolve(),
                "output": output.resolve(),
                "round": run["round"],
                "epochs": run["epochs"],
                "previous": _seed_before(previous, seed),
            }
            _run_seed(fill(run["command"], values), seed, output, logs, stopping)
        labels = splits["val"][1]
        found[seed] = read_written(output, description, run["epochs"], labels, run.get("scores"))
        _check_alike(found[seed], found[run["first"]], output, run["first"])
        if seed not in finished:
            finished.append(seed)
            saved = json.dumps(about | {"finished": finished}, indent=2)
            write_text(folder / "progress.json", saved + "\n")
        _tell(seed, found[seed].metrics)
    write_run(run, folder, found, splits)
    (folder / "progress.json").unlink()


def _seed_before(previous: Path | None, seed: int) -> Path | str:
    """A seed's folder of the round before; nothing in the first round.

    Raises:
        UserError: it is gone.
    """
    if previous is None:
        return ""
    folder = previous.parent / "output" / f"seed{seed}"
    if not folder.is_dir():
        raise UserError(f"{folder}: is missing; delete {previous.parent} and run again")
    return folder.resolve()


def _resume(about: dict[str, Any], folder: Path) -> list[int]:
    """The seeds that an earlier job of this very run has finished; else all is cleared away."""
    try:
        saved = json.loads((folder / "progress.json").read_text(encoding="utf-8"))
        finished = saved.pop("finished")
        if saved == about:
            print(f"resumes from {folder / 'progress.json'}")
            return finished
    except (OSError, ValueError, KeyError, AttributeError):
        pass
    shutil.rmtree(folder / "output", ignore_errors=True)
    return []


def _run_seed(
    words: list[str], seed: int, output: Path, logs: Path, stopping: Callable[[], bool]
) -> None:
    """Run the program once, in the folder that Snakemake runs in.

    `python` is the one that runs this. The program is the leader of a process group of its own, so
    that Ctrl-C does not reach it past us, and what it starts is ended with it.

    Raises:
        UserError: it cannot be started, or its exit status is not 0.
        SystemExit: the job was asked to stop.
    """
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"seed{seed}.log"
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    where = shutil.which(words[0], path=path)
    if where is None:
        raise UserError(f"program.command: there is no program {words[0]} on this machine")
    with log.open("wb") as file:
        file.write(f"{' '.join(words)}\n".encode())
        file.flush()
        try:
            process = subprocess.Popen(
                [where, *words[1:]],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env=_environment() | {"PATH": path},
                start_new_session=True,
            )
        except OSError as error:
            raise UserError(f"program.command: {where} cannot be run ({error.strerror})") from error
        try:
            status = _wait(process, stopping)
        finally:
            _end(process, signal.SIGTERM)
    if status is None or stopping():
        print(f"stopped: seed {seed} was not finished; the next job begins with it")
        sys.exit(STOPPED)
    if status != 0:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[1:]
        print("\n".join(lines[-SHOWN:]))
        how = f"exit status {status}" if status > 0 else signal.Signals(-status).name
        raise UserError(
            f"seed {seed}: the program ended with {how}; all that it printed is in {log}"
        )


def _environment() -> dict[str, str]:
    """The user's; our modules, which jobs look for first, are not in a program's way."""
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    kept = os.pathsep.join(path for path in paths if path != str(SCRIPTS))
    return os.environ | {"PYTHONPATH": kept}


def _wait(process: subprocess.Popen, stopping: Callable[[], bool]) -> int | None:
    """The exit status of a program; None where the job is asked to stop."""
    while not stopping():
        try:
            return process.wait(WAIT)
        except subprocess.TimeoutExpired:
            continue
    return None


def _end(process: subprocess.Popen, number: int) -> None:
    """End a program and what it started: ask first, and then make it."""
    if process.poll() is None:
        _signal(process, number)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            _signal(process, getattr(signal, "SIGKILL", number))
            process.wait()


def _signal(process: subprocess.Popen, number: int) -> None:
    if os.name == "posix":
        os.killpg(process.pid, number)
    else:
        process.terminate()


def _check_alike(found: Written, first: Written, output: Path, seed: int) -> None:
    """Refuse other columns, or scores of other splits, than the first seed has."""
    parts: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
        "metrics.csv": (found.metrics, first.metrics),
        "scores.npz": (found.scores, first.scores),
    }
    for name, (part, of_first) in parts.items():
        if list(part) != list(of_first):
            has, expected = (", ".join(names) or "nothing" for names in (part, of_first))
            raise UserError(
                f"{output / name}: has {has}, but seed {seed} has {expected}; all must match"
            )


def _tell(seed: int, metrics: dict[str, list[float]]) -> None:
    """Say what a seed came to, as `study.snake.progress` reads it."""
    epochs = len(next(iter(metrics.values())))
    measured = "".join(f", {name} {column[-1]:.4f}" for name, column in metrics.items())
    print(f"seed {seed}: epoch {epochs} of {epochs}{measured}")


def write_run(
    run: dict[str, Any],
    folder: Path,
    found: Mapping[int, Written],
    splits: Mapping[str, tuple[np.ndarray, np.ndarray]],
) -> None:
    """Write the three files of a run together, the record of the run with the others' digests.

    Args:
        run, folder: as for `run_program`.
        found: seed -> what the program wrote.
        splits: the inputs and the labels of each, as `study.data.prepared.load_splits` has them.
    """
    first = next(iter(found.values()))
    arrays: dict[str, Any] = {"seeds": np.array([*found])}
    for split in first.scores:
        arrays[f"{split}_scores"] = np.stack([seed.scores[split] for seed in found.values()])
        arrays[f"{split}_labels"] = np.asarray(splits[split][1]).astype(np.int8)
    columns = [name for name in EPOCH_METRICS if name in first.metrics]
    names = ("scores.npz", "run.json", "metrics.csv")
    with replacing_all(*(folder / name for name in names)) as parts:
        scores_file, record, metrics = parts
        with open(scores_file, "wb") as file:
            np.savez(file, **arrays)
        with open(metrics, "w", newline="") as table:
            writer = csv.writer(table, lineterminator="\n")
            writer.writerow(["seed", "epoch", *columns])
            for seed, (of_seed, _) in found.items():
                for epoch, values in enumerate(zip(*(of_seed[name] for name in columns)), start=1):
                    writer.writerow([seed, epoch, *values])
        files = {name: file_digest(part) for name, part in zip(names, parts) if part != record}
        text = json.dumps(run | {"files": files}, indent=2) + "\n"
        record.write_text(text, encoding="utf-8", newline="\n")
