"""The first screen: what was found, how surely, beside what, and what could make it wrong."""

import datetime
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from study.analysis.averages import diverged_rows
from study.analysis.factor_effects import Effect, factor_effects, read_by
from study.analysis.metrics import METRICS, is_percentage
from study.analysis.verdicts import VERDICTS
from study.design.protocols import FIXED
from study.report.axis import Axis, Band, Strip, band, beyond, limited_axis, strip
from study.report.cell_means import CellMean, CellMeans, baseline_cell, cell_means, short_title
from study.report.doubts import Doubt, doubts, networks, not_above_simple
from study.report.headline import Seen, choice_words, headline, what_words
from study.report.inputs import Inputs
from study.report.rounding import decimals, difference_text, mean_and_spread, rounded, with_unit
from study.report.sections.fair import WHERE
from study.report.tables import at_words, seed_range
from study.report.wording import counted, lower_first, upper_first
from study.report.worth import simple_title
from study.store.frames import rows_of

TITLE = ""


@dataclass(frozen=True)
class Found:
    """What the first screen says, as the page and report.json have it."""

    headline: list[str]
    metrics: Sequence[str]  # on validation and on test, nothing where there is none
    validation: Seen
    test: Seen
    rows: list[list[str]]  # of the table: what, on validation, on test
    doubts: list[Doubt]


def find(inputs: Inputs) -> Found:
    """What the first screen says."""
    frames, study = inputs.frames, inputs.study
    effects = factor_effects(study.tables, frames.primary_comparisons)
    metrics: Sequence[str] = read_by(frames.primary_comparisons)
    if not any(metrics):  # nothing is compared
        usual = ("val_accuracy", "final_test_accuracy")
        metrics = tuple(name if name in frames.values else "" for name in usual)
    validation, test = (
        seen(inputs, [effect for effect in effects if effect.metric == metric], metric)
        for metric in metrics
    )
    means = cell_means(study, frames.values, [name for name in metrics if name])
    return Found(
        headline=[*beaten(inputs, means), *headline(validation, test)],
        metrics=metrics,
        validation=validation,
        test=test,
        rows=table_rows(inputs, means, metrics),
        doubts=doubts(inputs, validation, test, means),
    )


def beaten(inputs: Inputs, means: CellMeans) -> list[str]:
    """That no cell is better than a simple model, which says more than how they compare."""
    found = not_above_simple(inputs, means, "val")
    if found is None or found[0] < found[1]:
        return []
    several = f"None of the grid’s {found[1]} cells beats"
    what = "The cell does not beat" if found[1] == 1 else several
    simple = lower_first(simple_title(networks(inputs.study)))
    reached = floor(inputs, "val_accuracy")
    return [f"{what} a {simple} on validation ({reached}%)."]


def seen(inputs: Inputs, effects: Sequence[Effect], metric: str) -> Seen:
    """The effects on a split with their margin: the declared one, or else one sample."""
    one_sample = max((effect.one_sample for effect in effects), default=0.0)
    declared = inputs.study.margins.get(metric)
    return Seen(effects, declared or one_sample, declared is not None, one_sample)


def table_rows(inputs: Inputs, means: CellMeans, metrics: Sequence[str]) -> list[list[str]]:
    """The baseline, the best cell, a simple model and one sample, on validation and on test."""
    study, shown = inputs.study, [name for name in metrics if name]
    if not means.cells or not shown:
        return []
    samples = {name: one_sample(inputs, name) for name in shown}
    rows = []
    baseline = means.of(baseline_cell(study))
    if baseline:
        title = f"Baseline: {short_title(study, baseline.cell)}"
        rows.append([title, *(mean_words(baseline, name, samples[name]) for name in shown)])
    best = means.best(shown[0])
    if best and len(means.cells) > 1:
        by = " by validation" if METRICS[shown[0]].split == "val" else ""
        title = f"Best of the grid’s {len(means.cells)}{by}"
        if best == baseline:
            rows[0][0] = f"Baseline, {lower_first(title)}: {short_title(study, best.cell)}"
        else:
            words = [mean_words(best, name, samples[name]) for name in shown]
            rows.append([f"{title}: {short_title(study, best.cell)}", *words])
    floors = [] if inputs.card is None else [floor(inputs, name) for name in shown]
    if any(floors):
        rows.append([simple_title(networks(study)), *(text or "–" for text in floors)])
    if any(samples.values()):
        kind = "image" if is_image(inputs) else "sample"
        sizes = [
            with_unit(name, size, decimals(name, size)) if size else "–"
            for name, size in samples.items()
        ]
        rows.append([f"One {kind}", *sizes])
    return rows


def is_image(inputs: Inputs) -> bool:
    """Whether a sample is an image."""
    return inputs.card is not None and len(inputs.card.description["shape"]) > 1


def one_sample(inputs: Inputs, metric: str) -> float:
    """What one sample of the split adds to an accuracy; 0 for another metric."""
    if inputs.card is None or not metric.endswith("_accuracy") or "balanced" in metric:
        return 0.0
    part = inputs.card.audit["splits"].get(METRICS[metric].split)
    return 1 / part["count"] if part else 0.0


def floor(inputs: Inputs, metric: str) -> str:
    """The accuracy of a logistic regression on a metric's split, or nothing."""
    size = one_sample(inputs, metric)
    floors = inputs.card.audit["floors"] if inputs.card else {}
    found = floors.get(METRICS[metric].split, {}).get("logistic_regression")
    return (
        rounded(metric, found, decimals(metric, math.nan, size))
        if size and found is not None
        else ""
    )


def mean_words(cell: CellMean, metric: str, size: float) -> str:
    """`95.6 ± 0.9`."""
    mean, sd = cell.means[metric], cell.sds[metric]
    text, spread = mean_and_spread(metric, mean, sd, size)
    return f"{text} ± {spread}" if spread else text


def context(inputs: Inputs) -> dict[str, Any]:
    """The first screen, and what the reader must know of missing, outdated and diverged runs."""
    found, study, frames = find(inputs), inputs.study, inputs.frames
    diverged = frames.values.loc[diverged_rows(frames.values), ["cell", "seed"]].drop_duplicates()
    versions = sorted({*frames.environments["commit"].dropna()})
    metrics = [name for name in found.metrics if name]
    claims = rows_of(frames.claims.sort_values("verdict", key=lambda v: v.map(VERDICTS.index)))
    return {
        "about": [
            study.title,
            *([f"code {versions[0]}"] if len(versions) == 1 else []),
            *([f"{len(versions)} versions of the code"] if len(versions) > 1 else []),
        ],
        "cells": counted(len(study.cells), "cell"),
        "seeds": seed_range(study.cell_seeds, study.cells),
        "today": datetime.date.today().isoformat(),
        "headline": found.headline,
        "chart": chart(found) if found.validation.effects else None,
        "unit": "split" if study.primary.splits else "seed",
        "under_chart": under_chart(inputs, found) if found.validation.effects else "",
        "table": found.rows,
        "averages": len(metrics) > 1 and not metrics[0].startswith("final_"),
        "with_fixed": study.primary.name != FIXED.name,
        "splits": ["Validation", "Test"][: len(found.rows[0]) - 1] if found.rows else [],
        "metric": upper_first(what_words(metrics[0])) if metrics else "",
        "percent": bool(metrics) and is_percentage(metrics[0]),
        "doubts": found.doubts,
        "claims": claims,
        "counts": [
            (verdict, int((frames.claims["verdict"] == verdict).sum()))
            for verdict in VERDICTS
            if (frames.claims["verdict"] == verdict).any()
        ],
        "present": inputs.run_count - len(inputs.missing),
        "run_count": inputs.run_count,
        "pending": WHERE[study.verdicts] if study.is_pending else "",
        "missing": inputs.missing,
        "outdated": inputs.outdated,
        "diverged": len(diverged),
    }


@dataclass(frozen=True)
class ChartRow:
    """A choice with its marks."""

    words: str
    validation: Strip
    test: Strip | None
    said: str  # the same for those who do not see it


@dataclass(frozen=True)
class Chart:
    """All effects on one axis."""

    axis: Axis
    band: Band | None  # what does not matter
    band_words: str
    unit: str
    rows: list[ChartRow]
    has_test: bool

    @property
    def has_arrows(self) -> bool:
        """Whether something is not on the axis."""
        strips = [strip for row in self.rows for strip in (row.validation, row.test) if strip]
        return any(strip.beyond for strip in strips)


def chart(found: Found) -> Chart:
    """The effects as they are drawn; those on test where they are of the same unit."""
    validation, test = found.validation, found.test
    metric = validation.effects[0].metric
    tests = {(effect.factor, str(effect.level)): effect for effect in test.effects}
    every = [*validation.effects, *test.effects]
    percent, margin = is_percentage(metric), validation.margin
    axis = limited_axis([interval_of(effect) for effect in every], percent, [-margin, margin])
    size = with_unit(metric, validation.margin, decimals(metric, validation.margin))
    meaning = "declared not to matter" if validation.is_declared else "one sample"
    return Chart(
        axis=axis,
        band=band(axis, -validation.margin, validation.margin) if validation.margin else None,
        band_words=f"within ±{size}: {meaning}" if validation.margin else "",
        unit=f"{what_words(metric)}, percentage points" if percent else what_words(metric),
        rows=[
            chart_row(effect, tests.get((effect.factor, str(effect.level))), axis)
            for effect in validation.effects
        ],
        has_test=bool(test.effects),
    )


def chart_row(effect: Effect, test: Effect | None, axis: Axis) -> ChartRow:
    """An effect on both splits."""
    said = [f"validation {effect_text(effect)}"]
    if test:
        said.append(f"test {effect_text(test)}")
    return ChartRow(
        words=upper_first(choice_words(effect).replace(" instead of ", " vs ")),
        validation=effect_strip(axis, effect),
        test=effect_strip(axis, test) if test else None,
        said=f"{choice_words(effect)}: {'; '.join(said)}",
    )


def interval_of(effect: Effect) -> tuple[float, float, float]:
    """The difference, and the ends of its interval."""
    return effect.difference, effect.low, effect.high


def effect_strip(axis: Axis, effect: Effect) -> Strip:
    """An effect as it is drawn; an arrow leads to what is not on the axis."""
    drawn, text = strip(axis, *interval_of(effect)), effect_text(effect)
    if not axis.holds(effect.difference):
        off = beyond(axis, [(effect.difference, text)])
        return replace(drawn, mean=None, low=None, high=None, beyond=off)
    places = decimals(effect.metric, (effect.high - effect.low) / 2, effect.one_sample)
    ends = [
        (end, rounded(effect.metric, end, places, sign=True)) for end in (effect.low, effect.high)
    ]
    return replace(drawn, beyond=beyond(axis, ends))


def effect_text(effect: Effect) -> str:
    """`+1.4 [+0.2, +2.5]`."""
    ends = effect.low, effect.high
    text = difference_text(effect.metric, effect.difference, *ends, effect.one_sample)
    if effect.sign and any(float(end) == 0 for end in ends_of(text)):
        return difference_text(effect.metric, effect.difference, *ends)  # which side of 0 it is
    return text


def ends_of(text: str) -> list[str]:
    """The ends of an interval: `+0.2 [0.0, +0.4]` -> 0.0 and +0.4."""
    return re.findall(r"[+-]?[\d.]+", text.partition("[")[2].replace("−", "-"))


def under_chart(inputs: Inputs, found: Found) -> str:
    """What the marks are: of which round, and over how many seeds."""
    first = found.validation.effects[0]
    rounds = sorted({effect.round for effect in found.validation.effects})
    unit = "split" if inputs.study.primary.splits else "seed"
    after = f"After round {rounds[0]}" if len(rounds) == 1 else "After each factor’s last round"
    where = at_words(first.changes)
    return f"{after}{where}; {counted(first.n, f'paired {unit}')}"
