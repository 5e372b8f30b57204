"""Print what is still to be trained, how long that may take, and what so many seeds can show."""

import csv
import os
from collections import Counter
from pathlib import Path
from statistics import median

import pandas as pd

from study.analysis.averages import summarize
from study.analysis.comparisons import of_one_factor
from study.analysis.metrics import format_value, is_percentage
from study.analysis.paired import ALPHA, MIN_SEEDS
from study.analysis.power import detectable_difference
from study.analysis.spending import nominal_level
from study.jobs import outdated_runs, own_runs, present_runs
from study.paths import run_files, run_folder, study_title
from study.progress import time_text
from study.report.design_words import plan_lines
from study.report.looks_words import level_text
from study.report.tables import at_words, name_title, seed_range

SHOWN = ("val_accuracy", "val_loss", "train_accuracy", "train_loss")
# what a run's time depends on, beside the data
SIZE = ("batch_size", "hidden_layers", "hidden_units", "optimizer", "network")


def read_durations(runs: list[dict], benchmarks: Path) -> list[tuple[dict, float]]:
    """The seconds that finished runs took, where Snakemake noted them."""
    found = []
    for run in runs:
        path = benchmarks / "train" / f"{run_folder(run).removeprefix('runs/')}.tsv"
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file, delimiter="\t"))
            if rows:
                found.append((run, float(rows[-1]["s"])))
    return found


def estimate_seconds(study: dict, runs: list[dict], durations: list) -> tuple[float, int] | None:
    """How long runs will take one after the other, and for how many no run of like size is done.

    A run takes as long as the median of those with its cell's size and as many epochs of all seeds;
    where there is none, as the median of all, by the number of epochs. None if nothing has been
    timed.
    """
    if not durations:
        return None

    def size(run: dict) -> tuple:
        cell = study["every_cell"][run["cell"]]
        names = () if study["program"] else SIZE
        epochs = (run["last"] - run["first"] + 1) * cell["epochs"]
        return (epochs, *(cell[name] for name in names))

    like, per_epoch = {}, []
    for run, seconds in durations:
        like.setdefault(size(run), []).append(seconds)
        per_epoch.append(seconds / size(run)[0])
    total, unlike = 0.0, 0
    for run in runs:
        if size(run) in like:
            total += median(like[size(run)])
        else:
            total += median(per_epoch) * size(run)[0]
            unlike += 1
    return total, unlike


def largest_spread(summary: pd.DataFrame, table: dict, metric: str) -> float:
    """The largest standard deviation of the paired differences from a table's first row, or NaN."""
    of_round = summary[summary["round"] == table["round"]]
    by_cell = of_round.pivot(index="seed", columns="cell", values=metric)
    by_cell = by_cell.reindex(columns=table["cells"])
    differences = by_cell.sub(by_cell[table["cells"][0]], axis="index").iloc[:, 1:]
    return differences.std(ddof=1).max()


def training_lines(study: dict, present: list[dict], outdated: set[str]) -> list[str]:
    """What is missing, and how long it may take.

    Args:
        study: the expanded study, with the folder of its `benchmarks`.
        present: its runs that have been trained.
        outdated: the folders of those that have to be trained again.
    """
    done = {run_folder(run) for run in present} - outdated
    to_train = [run for run in study["every_run"] if run_folder(run) not in done]
    rounds = Counter(run["round"] for run in to_train)
    most = max(study["cell_seeds"].values())
    lines = [
        *look_lines(study),
        f"{_count(len(study['cells']), 'cell')} × {seed_range(study, study['cells'])} in jobs of"
        f" {min(study['seeds_per_job'], most)}: {_count(len(study['every_run']), 'run')},"
        f" {len(done)} finished, {len(to_train)} to train"
        + (f" ({len(outdated)} of them again: data or code changed)" if outdated else ""),
    ]
    lines += beside_lines(study)
    if not to_train:
        return lines
    lines.append(
        "to train: " + ", ".join(f"round {key}: {rounds[key]}" for key in sorted(rounds)) + " runs"
    )
    estimate = estimate_seconds(study, to_train, read_durations(present, Path(study["benchmarks"])))
    if estimate is None:
        first = run_files(study, to_train[:1], "metrics.csv")[0]
        lines.append("time: not known, no run has finished here. Train one, and ask again:")
        lines.append(f"  snakemake --cores 1 {first}")
        return lines
    seconds, unlike = estimate
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    lines.append(
        f"time: about {time_text(seconds)} of one core, {time_text(seconds / cores)} of {cores}"
    )
    if unlike:
        lines.append(f"  ({unlike} of these runs are of another size than any that has finished)")
    return lines


def beside_lines(study: dict) -> list[str]:
    """What is trained beside the study's own cells: trials, tuned sides, other splits."""
    tuning, resampling = study["tuning"], study["resampling"]
    lines = []
    if tuning:
        sides, trials = len(tuning["arms"]), len(tuning["trials"])
        seeds = tuning["seeds"][1] - tuning["seeds"][0] + 1
        lines.append(
            f"  of these to tune: {_count(sides, 'side')} × {_count(trials, 'trial')} ×"
            f" {_count(seeds, 'seed')}, {_count(len(tuning['runs']), 'run')}; then each side tuned,"
            f" {_count(len(study['tuned_runs']), 'run')}"
        )
    if resampling:
        count = _count(len(resampling["runs"]), "run")
        lines.append(f"  of these on {_count(len(resampling['splits']), 'other split')}: {count}")
    return lines


def look_lines(study: dict) -> list[str]:
    """What was planned of looks, and which is next; nothing where none were."""
    looks = tuple(study["looks"])
    if not looks:
        return []
    held = [
        f"{seeds} seeds p ≤ {level_text(nominal_level(ALPHA, position, looks, study['spending']))}"
        for position, seeds in enumerate(looks)
    ]
    return [
        f"{len(looks)} looks, and after each only cells of undecided claims go on. What decides a"
        f" claim, if it is the only one: {', '.join(held)}",
        f"now look {study['look']}; at most {_count(looks[-1], 'seed')} of each cell",
    ]


def claim_lines(study: dict) -> list[str]:
    """The claims that this study will not test, because it does not train what they are about."""
    trained = {(run["cell"], run["round"]) for run in study["every_run"]}
    lines = []
    for name, claim in study["claims"].items():
        missing = [
            side
            for pair in claim["compare"]
            for side in pair
            if not {(side["cell"], round_number) for round_number in side["rounds"]} <= trained
        ]
        if missing:
            why = "leaves out" if missing[0]["excluded"] else "does not train"
            lines.append(f"  {name}: the study {why} {missing[0]['title']}")
    if lines:
        lines.insert(
            0, f"claims that this study cannot test, {len(lines)} of {len(study['claims'])}:"
        )
    return lines


def untuned_lines(study: dict) -> list[str]:
    """The claims and the tables without a tuned verdict, because they are of later rounds."""
    if not study["tuning"]:
        return []
    last, space, found = study["tuning"]["round"], study["tune"]["space"], []
    for name, claim in study["claims"].items():
        latest = max(max(side["rounds"]) for pair in claim["compare"] for side in pair)
        if claim["factor"] not in space and latest > last:
            found.append(f"  {name}: round {latest}")
    for name, table in of_one_factor(study["tables"]).items():
        compared = len(table["cells"]) > 1 and table["vary"] not in space
        if compared and table["round"] > last:
            found.append(f"  {name_title(name)}: round {table['round']}")
    if found:
        found.insert(
            0, f"without a tuned verdict, because trials end with round {last} (tune.round):"
        )
    return found


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def power_lines(study: dict, summary: pd.DataFrame) -> list[str]:
    """What differences so many seeds can show, table by table."""
    seeds, lines = study["seeds"], []
    for name, table in of_one_factor(study["tables"]).items():
        tests = len(table["cells"]) - 1
        if tests == 0:
            continue
        differences = []
        for metric in SHOWN:
            spread = largest_spread(summary, table, metric)
            found = detectable_difference(spread, max(seeds, MIN_SEEDS), tests)
            if found == found:
                unit = " percentage points" if is_percentage(metric) else ""
                differences.append(f"{metric} {format_value(metric, found)}{unit}")
        what = ", ".join(differences) or "not known: no two seeds of both sides have finished"
        where = f"{table['vary']}{at_words(table['cell'])}, round {table['round']}"
        lines.append(f"  {name_title(name)} ({where}): {what}")
    if lines:
        few = f"{_count(seeds, 'seed')} are too few for a verdict, {MIN_SEEDS} are needed. "
        lines.insert(
            0,
            (few if seeds < MIN_SEEDS else "")
            + f"Smallest difference that {max(seeds, MIN_SEEDS)} seeds find with 80% power, at 5%,"
            " Holm-adjusted within the table:",
        )
    return lines


def study_lines(study: dict) -> list[str]:
    """All that is printed of a study."""
    present = present_runs(study)
    outdated = set(outdated_runs(study, present))
    current = [run for run in present if run_folder(run) not in outdated]
    own = own_runs(study, current)
    files = (run_files(study, own, name) for name in ("metrics.csv", "run.json"))
    summary = summarize(own, *files, study)
    lines = [f"Plan for {study_title(study)}"]
    lines += plan_lines(study) + training_lines(study, present, outdated)
    return lines + power_lines(study, summary) + claim_lines(study) + untuned_lines(study)


if __name__ == "__main__":
    lines = []
    for study in snakemake.params.studies:
        lines += [""] * bool(lines) + study_lines(study)
    print("\n".join(["", *lines, ""]), flush=True)
    with open(snakemake.log[0], "w", encoding="utf-8") as log:
        print("\n".join(lines), file=log)
