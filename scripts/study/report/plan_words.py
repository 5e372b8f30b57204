"""What a plan says: what is trained beside the cells, and what that many seeds can show."""

import math
from collections.abc import Sequence

from study.analysis.comparisons import largest_spread
from study.analysis.measured import Measured
from study.analysis.metrics import is_percentage
from study.analysis.power import detectable_difference
from study.analysis.significance import ALPHA, MIN_SEEDS
from study.analysis.spending import nominal_level
from study.analysis.tuned_sides import EACH, FEWEST, are_enough
from study.design.runs import Run
from study.design.study import Study, split_runs, trial_runs, tuned_runs
from study.design.tables import of_one_factor
from study.report.looks_words import level_text
from study.report.rounding import decimals, rounded
from study.report.tables import at_words, name_title
from study.report.wording import counted
from study.training import EPOCH_METRICS

SHOWN = EPOCH_METRICS[::-1]  # those of the validation split first


def beside_lines(study: Study) -> list[str]:
    """What is trained beside the study's own cells: trials, tuned sides, other splits."""
    lines = []
    if study.tuning:
        first, last = study.tuning.seeds
        lines.append(
            f"  of these to tune: {counted(len(study.tuning.sides), 'side')} ×"
            f" {counted(len(study.tuning.trials), 'trial')} × {counted(last - first + 1, 'seed')},"
            f" {counted(len(trial_runs(study)), 'run')}; then each side tuned, with up to"
            f" {counted(study.tuning.places - 1, 'other trial')} that might have been chosen,"
            f" {counted(len(tuned_runs(study)), 'run')}"
        )
        if not are_enough(last - first + 1, study.seeds):
            enough = max(FEWEST, math.ceil(study.seeds / EACH))
            lines.append(
                "  too few tuning seeds for verdicts on tuned sides: they will be on the chosen"
                f" values instead; {enough} would be enough (tune.seeds)"
            )
    if study.splits:
        count = counted(len(split_runs(study)), "run")
        kept = "; tuned sides keep the values chosen on the study's own split"
        tuned = kept if study.tuning else ""
        lines.append(f"  of these on {counted(len(study.splits), 'other split')}: {count}{tuned}")
    return lines


def look_lines(study: Study) -> list[str]:
    """The planned looks, and which is next; nothing if none were planned."""
    looks = tuple(study.looks)
    if not looks:
        return []
    held = [
        f"at {seeds} seeds if p ≤"
        f" {level_text(nominal_level(ALPHA, position, looks, study.spending))}"
        for position, seeds in enumerate(looks)
    ]
    return [
        f"{len(looks)} looks; after each, only cells of undecided claims are trained further. A"
        f" claim tested on its own is decided {', '.join(held)}",
        f"current look: {study.look}; at most {counted(looks[-1], 'seed')} for each cell",
    ]


def claim_lines(study: Study, runs: Sequence[Run]) -> list[str]:
    """The claims that this study will not test, because none of its runs is what they are about."""
    trained = {(run.cell, run.round) for run in runs}
    lines = []
    for name, claim in study.claims.items():
        missing = [
            side
            for pair in claim.compare
            for side in pair
            if not {(side.cell, number) for number in side.rounds} <= trained
        ]
        if missing:
            why = "leaves out" if missing[0].excluded else "does not train"
            lines.append(f"  {name}: the study {why} {missing[0].title}")
    if lines:
        lines.insert(0, f"claims that this study cannot test, {len(lines)} of {len(study.claims)}:")
    return lines


def power_lines(study: Study, measured: Measured, samples: int = 0) -> list[str]:
    """What differences that many seeds can show, table by table.

    Args:
        study: the study.
        measured: its runs that are there.
        samples: of the validation split, or 0 where they are not known.
    """
    seeds, lines = study.seeds, []
    for name, table in of_one_factor(study.tables).items():
        tests = len(table.cells) - 1
        if tests == 0:
            continue
        differences = []
        for metric in SHOWN:
            spread = largest_spread(table, metric, measured, study.cells)
            found = detectable_difference(spread, max(seeds, MIN_SEEDS), tests)
            if found == found:
                unit = " percentage points" if is_percentage(metric) else ""
                size = rounded(metric, found, decimals(metric, found)) if found else "0"
                differences.append(f"{metric} {size}{unit}")
        unknown = "not known: fewer than two seeds have finished on both sides"
        what = ", ".join(differences) or unknown
        where = f"{table.factor}{at_words(table.changes)}, round {table.round}"
        lines.append(f"  {name_title(name)} ({where}): {what}")
    if lines:
        few = f"{counted(seeds, 'seed')} are too few for a verdict; {MIN_SEEDS} are needed. "
        lines.insert(
            0,
            (few if seeds < MIN_SEEDS else "")
            + f"Smallest difference that {max(seeds, MIN_SEEDS)} seeds find with 80% power, at 5%,"
            " Holm-adjusted within the table:",
        )
    if lines and samples:
        size = rounded("val_accuracy", 1 / samples, decimals("val_accuracy", 1 / samples))
        lines.append(f"  One of {samples:,} validation samples is {size} percentage points.")
    return lines
