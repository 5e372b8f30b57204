"""Print what is still to be trained, how long that may take, and what that many seeds can show."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from study.analysis.guard import Recorded
from study.analysis.measured import Measured, by_seed
from study.analysis.results import collect_runs, read_results
from study.analysis.values import collect_values, measure
from study.data.prepared import read_description
from study.design.protocols import FIXED
from study.design.runs import Run
from study.design.study import Study, study_runs
from study.report.design_words import plan_lines
from study.report.plan_words import (
    beside_lines,
    claim_lines,
    look_lines,
    power_lines,
)
from study.report.tables import seed_range
from study.report.wording import counted
from study.snake.data_files import Prepared
from study.snake.datasets import read_studies
from study.snake.durations import estimate_seconds, read_durations
from study.snake.progress import time_text
from study.snake.run_files import older_run, present_runs, run_files
from study.snake.stacks import size_of_data, together_words
from study.store.paths import prepared_folder


def training_lines(data: Prepared, present: Sequence[Run]) -> list[str]:
    """What is missing, and how long it may take.

    Args:
        data: the runs, and the study that they are of.
        present: those that have been trained with the present data, code and settings.
    """
    study, done, size = data.study, {*present}, size_of_data(data)
    to_train = [run for run in data.runs if run not in done]
    older = sum(older_run(study, run) is not None for run in to_train)
    rounds = Counter(run.round for run in to_train)
    most = max(study.cell_seeds.values())
    seeds, jobs = seed_range(study.cell_seeds, study.cells), min(study.seeds_per_job, most)
    lines = [
        *look_lines(study),
        f"{counted(len(study.cells), 'cell')} × {seeds} in jobs of {jobs}:"
        f" {counted(len(data.runs), 'run')}, {len(done)} finished, {len(to_train)} to train"
        + (f" ({older} of them again: data, code or settings changed)" if older else ""),
    ]
    lines += [words] if (words := together_words(study, size)) else []
    lines += beside_lines(study)
    if not to_train:
        return lines
    lines.append(
        "to train: " + ", ".join(f"round {key}: {rounds[key]}" for key in sorted(rounds)) + " runs"
    )
    estimate = estimate_seconds(study, to_train, read_durations(study, present), size)
    if estimate is None:
        first = run_files(study, to_train[:1], "metrics.csv")[0]
        lines.append("time: not known, as no run has finished here. Train one, then ask again:")
        lines.append(f"  snakemake --cores 1 {first}")
        return lines
    seconds, unlike = estimate
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    lines.append(
        f"time: about {time_text(seconds)} on one core, {time_text(seconds / (cores or 1))} on"
        f" {cores}"
    )
    if unlike:
        lines.append(f"  ({unlike} of these runs are unlike any that has finished)")
    return lines


def measured_now(study: Study, present: Sequence[Run]) -> Measured:
    """What the study's own runs came to, of those that are present."""
    own = {*study_runs(study)}
    runs = [run for run in present if replace(run, digest="") in own]
    metrics, records = (run_files(study, runs, name) for name in ("metrics.csv", "run.json"))
    specs, measured, recorded = study.design.specs, [], []
    cells = [study.cells[run.cell] for run in runs]
    for result in read_results(runs, cells, specs, metrics, records):
        measured.append(measure(result))
        recorded.append((result.run, result.record))
    values = collect_values(measured, study.cells, specs)
    return Measured(FIXED, by_seed(values), Recorded(collect_runs(recorded, specs)))


def validation_samples(data: Prepared) -> int:
    """How many there are, 0 where the data are not prepared yet."""
    folder = prepared_folder(data.study.folders["results"], data.digest)
    if not (folder / "description.json").exists():
        return 0
    return read_description(folder)["splits"]["val"]["count"]


def study_lines(data: Prepared) -> list[str]:
    """All that is printed of a study."""
    study, present = data.study, present_runs(data.study, data.runs)
    return [
        f"Plan for {study.title}",
        *plan_lines(study),
        *training_lines(data, present),
        *power_lines(study, measured_now(study, present), validation_samples(data)),
        *claim_lines(study, data.runs),
    ]


if __name__ == "__main__":
    told = snakemake.params.told
    _, found = read_studies(told["config"], told["folders"])
    lines: list[str] = []
    for data in found.values():
        lines += [""] * bool(lines) + study_lines(data)
    print("\n".join(["", *lines, ""]), flush=True)
    with open(snakemake.log[0], "w", encoding="utf-8") as log:
        print("\n".join(lines), file=log)
