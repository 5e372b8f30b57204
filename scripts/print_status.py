"""Print how far a study has got, here or on a cluster, from its files alone."""

import time
from collections import Counter
from datetime import datetime
from pathlib import Path

from study.design.runs import Run
from study.snake.data_files import Prepared
from study.snake.datasets import read_studies
from study.snake.progress import (
    EPOCH,
    STOPPED,
    accuracy_words,
    last_line,
    latest_epoch,
    seed_words,
    time_text,
)
from study.snake.run_files import is_empty, is_present, left_over, older_run, run_log

SILENT = 600  # seconds after which a job that has written nothing may be dead
STATES = ("done", "empty", "running", "silent", "stopped", "failed", "waiting")
ENDED = ("done", "empty")  # empty: a place of a tuned side that there was no trial for
SHOWN = 5  # folders that are named


def state_of(run: Run, log: Path, now: float) -> str:
    """The state of a run that is not done, by its log."""
    try:
        age = now - log.stat().st_mtime
    except OSError:
        return "waiting"
    last, told = last_line(log), latest_epoch(log)
    if last.startswith(STOPPED):
        return "stopped"
    if last and not EPOCH.match(last) and not last.startswith("resumes from"):
        return "failed"
    if age < SILENT:
        return "running"
    through = told and told.epoch == told.epochs and told.seed == run.last
    return "waiting" if through else "silent"  # it was through, and its results were deleted


def summary_of(states: list[str]) -> str:
    """The state of a cell's round, whose seeds may be trained by several jobs."""
    counts = Counter(states)
    if len(counts) == 1:
        return states[0]
    return ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])


def label(run: Run) -> str:
    """A run's cell, whether it is tuned, and on which other split."""
    tuned = f", {run.place}" if run.is_tuned else ""
    return f"{run.cell}{tuned}{f', split {run.split}' if run.split else ''}"


def table_lines(runs: list[tuple[Run, str]]) -> list[str]:
    """A row for each cell under way, with a column per round; of the others, how many there are."""
    cells: dict[str, dict[int, list[str]]] = {}
    for run, state in runs:
        cells.setdefault(label(run), {}).setdefault(run.round, []).append(state)
    rows: list[list[str]] = []
    alike: Counter[str] = Counter()
    for cell, rounds in cells.items():
        states = {state for found in rounds.values() for state in found}
        if len(states) == 1 and states <= {"done", "empty", "waiting"}:
            alike.update(states)
        else:
            rows.append([cell, *map(summary_of, rounds.values())])
    columns = max(len(row) for row in rows) if rows else 0
    header = ["cell", *(f"round {number}" for number in range(1, columns))]
    rows = [row + [""] * (columns - len(row)) for row in ([header, *rows] if rows else [])]
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return lines + [
        f"{count} cell{' is' if count == 1 else 's are'} {state} in every round"
        for state, count in alike.items()
    ]


def detail(run: Run, state: str, log: Path, now: float) -> str:
    """What the log says of a run that is under way or has failed."""
    where = f"  {label(run)} round {run.round}, seeds {run.first}-{run.last}, {state}"
    told, age = latest_epoch(log), time_text(now - log.stat().st_mtime)
    if state in ("failed", "stopped"):
        return f"{where}: {last_line(log)} ({log}, {age} ago)"
    if not told:
        return f"{where}: no epoch yet, log written {age} ago"
    said = [seed_words(told), f"epoch {told.epoch} of {told.epochs}", accuracy_words(told)]
    return f"{where}: {', '.join(filter(None, said))}, {age} ago"


def signs_of_life(logs: list[Path], now: float) -> str:
    """When a job last wrote to its log."""
    ages = [now - log.stat().st_mtime for log in logs if log.exists()]
    if not ages:
        return "No training job has been started yet"
    return f"A training job last wrote to its log {time_text(min(ages))} ago"


def status_lines(data: Prepared, now: float) -> list[str]:
    """All that is printed."""
    study = data.study
    logs = [run_log(study, run) for run in data.runs]
    states = [
        ("empty" if is_empty(study, run) else "done")
        if is_present(study, run)
        else state_of(run, log, now)
        for run, log in zip(data.runs, logs)
    ]
    counts = Counter(states)
    lines = [
        f"{study.title}: {len(states)} runs: "
        + ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])
    ]
    lines.append(signs_of_life(logs, now))
    report = Path(study.made, "report.html")
    if report.exists():
        when = datetime.fromtimestamp(report.stat().st_mtime).isoformat(" ", "minutes")
        lines.append(f"report: {report}, written {when}")
    else:
        lines.append("report: not yet written")
    lines += older_lines(data, [run for run, state in zip(data.runs, states) if state not in ENDED])
    runs = list(zip(data.runs, states))
    lines += ["", *table_lines(runs)]
    details = [
        detail(run, state, log, now)
        for (run, state), log in zip(runs, logs)
        if state not in (*ENDED, "waiting")
    ]
    return lines + (["", *details] if details else [])


def older_lines(data: Prepared, missing: list[Run]) -> list[str]:
    """Which runs there are with other data, code or settings, and where they are."""
    study, lines = data.study, []
    if data.problem:  # then it is not known which runs are of these data
        return [str(data.problem)]
    older = sum(older_run(study, run) is not None for run in missing)
    if older:
        lines.append(
            f"{older} of the runs that are not done {'was' if older == 1 else 'were'} trained"
            " before, with different data, code or settings, and will be trained again"
        )
    folders = left_over(study, data.runs)
    if folders:
        lines.append(
            f"{len(folders)} folder{' holds' if len(folders) == 1 else 's hold'} runs with other"
            " data, code or settings, which this study does not use:"
        )
        lines += [f"  {folder}" for folder in folders[:SHOWN]]
        lines += [f"  and {len(folders) - SHOWN} more"] * (len(folders) > SHOWN)
    return lines


if __name__ == "__main__":
    told = snakemake.params.told
    _, found = read_studies(told["config"], told["folders"])
    lines: list[str] = []
    for data in found.values():
        lines += [""] * bool(lines) + status_lines(data, time.time())
    print("\n".join(["", *lines, ""]), flush=True)
    with open(snakemake.log[0], "w", encoding="utf-8") as log:
        print("\n".join(lines), file=log)
