"""Print how far a study is that runs here or on a cluster, from its files alone."""

import time
from collections import Counter
from datetime import datetime
from pathlib import Path

from study.jobs import outdated_runs, present_runs
from study.paths import run_folder, study_title
from study.progress import EPOCH, STOPPED, accuracy_words, last_line, latest_epoch, time_text

SILENT = 600  # seconds after which a job that has written nothing may be dead
STATES = ("done", "running", "silent", "stopped", "failed", "waiting")
MANY = 40  # cells, from which on those are counted that are all done or all waiting


def log_of(study: dict, run: dict) -> Path:
    """The log of a training job."""
    return Path(study["logs"], "train", f"{run_folder(run).removeprefix('runs/')}.log")


def state_of(run: dict, log: Path, now: float) -> str:
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
    through = told and told.epoch == told.epochs and told.seed == run["last"]
    return "waiting" if through else "silent"  # it was through, and its results were deleted


def summary_of(states: list[str]) -> str:
    """The state of a cell's round, of whose seeds several jobs may train some each."""
    counts = Counter(states)
    if len(counts) == 1:
        return states[0]
    return ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])


def table_lines(runs: list[tuple[dict, str]]) -> list[str]:
    """A row a cell, a column a round; of many cells, those that are under way."""
    cells = {}
    for run, state in runs:
        cells.setdefault(run["cell"], {}).setdefault(run["round"], []).append(state)
    rows, alike = [], Counter()
    for cell, rounds in cells.items():
        states = {state for found in rounds.values() for state in found}
        if len(cells) >= MANY and len(states) == 1 and states <= {"done", "waiting"}:
            alike.update(states)
        else:
            rows.append([cell, *map(summary_of, rounds.values())])
    columns = max(len(row) for row in rows) if rows else 0
    header = ["cell", *(f"round {number}" for number in range(1, columns))]
    rows = [row + [""] * (columns - len(row)) for row in ([header, *rows] if rows else [])]
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return lines + [f"{count} cells are {state} in every round" for state, count in alike.items()]


def detail(run: dict, state: str, log: Path, now: float) -> str:
    """What the log of a run says that is under way or failed."""
    where = f"  {run['cell']} round {run['round']}, seeds {run['first']}-{run['last']}, {state}"
    told, age = latest_epoch(log), time_text(now - log.stat().st_mtime)
    if state in ("failed", "stopped"):
        return f"{where}: {last_line(log)} ({log}, {age} ago)"
    if not told:
        return f"{where}: no epoch yet, {age} ago"
    said = [f"seed {told.seed}", f"epoch {told.epoch} of {told.epochs}", accuracy_words(told)]
    return f"{where}: {', '.join(filter(None, said))}, {age} ago"


def status_lines(study: dict, now: float, locked: bool) -> list[str]:
    """All that is printed."""
    present = present_runs(study)
    done = {run_folder(run) for run in present}
    states = [
        "done" if run_folder(run) in done else state_of(run, log_of(study, run), now)
        for run in study["every_run"]
    ]
    counts = Counter(states)
    outdated = len(outdated_runs(study, present))
    lines = [
        f"{study_title(study)}: {len(states)} runs: "
        + ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])
        + (f" ({outdated} of those done are outdated: data or code changed)" if outdated else "")
    ]
    lines.append(
        "Snakemake runs in this folder, or was killed: its lock is there"
        if locked
        else "No Snakemake runs in this folder: there is no lock"
    )
    report = Path(study["made"], "report.html")
    if report.exists():
        when = datetime.fromtimestamp(report.stat().st_mtime).isoformat(" ", "minutes")
        lines.append(f"report: {report}, of {when}")
    else:
        lines.append("report: not yet written")
    runs = list(zip(study["every_run"], states))
    lines += ["", *table_lines(runs)]
    details = [
        detail(run, state, log_of(study, run), now)
        for run, state in runs
        if state not in ("done", "waiting")
    ]
    return lines + (["", *details] if details else [])


if __name__ == "__main__":
    locked = any(Path(".snakemake", "locks").glob("*.lock"))
    lines = []
    for study in snakemake.params.studies:
        lines += [""] * bool(lines) + status_lines(study, time.time(), locked)
    print("\n".join(["", *lines, ""]), flush=True)
    with open(snakemake.log[0], "w", encoding="utf-8") as log:
        print("\n".join(lines), file=log)
