"""What the page is made from: the files and the parameters of its rule, read once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from study.analysis.claims import CLAIM_COLUMNS, PAIR_COLUMNS
from study.analysis.comparisons import COMPARISON_COLUMNS, LEVEL_COLUMNS
from study.analysis.confusion import CONFUSION_COLUMNS, MATRIX_COLUMNS
from study.analysis.disagreements import DISAGREEMENT_COLUMNS
from study.analysis.effects import EFFECT_COLUMNS, MEAN_COLUMNS
from study.analysis.environments import ENVIRONMENT_COLUMNS
from study.analysis.guard import read_runs
from study.analysis.metrics import FINAL
from study.analysis.mistakes import MISTAKEN_COLUMNS
from study.analysis.noise import NOISE_COLUMNS
from study.analysis.posterior import ROPE_COLUMNS
from study.analysis.recorded_looks import RECORDED_COLUMNS
from study.analysis.values import read_values
from study.analysis.verdict_changes import VERDICT_COLUMNS
from study.design.study import Study, study_from
from study.published.beside import BESIDE_COLUMNS, FINDING_COLUMNS, PRINTED_COLUMNS
from study.report.pictures import DataCard, read_card
from study.store.frames import read_frame, rows_of
from study.store.records import Chosen, is_current, read_chosen

# What text the files of `Frames` have that are read by their columns alone.
COLUMNS: dict[str, Mapping[str, type]] = {
    "environments": ENVIRONMENT_COLUMNS,
    "levels": LEVEL_COLUMNS,
    "comparisons": COMPARISON_COLUMNS,
    "primary_levels": LEVEL_COLUMNS,
    "primary_comparisons": COMPARISON_COLUMNS,
    "claims": CLAIM_COLUMNS,
    "pairs": PAIR_COLUMNS,
    "effects": EFFECT_COLUMNS,
    "means": MEAN_COLUMNS,
    "looks": RECORDED_COLUMNS,
    "disagreements": DISAGREEMENT_COLUMNS,
    "verdicts": VERDICT_COLUMNS,
    "noise": NOISE_COLUMNS,
    "rope": ROPE_COLUMNS,
    "beside": BESIDE_COLUMNS,
    "findings": FINDING_COLUMNS,
    "printed": PRINTED_COLUMNS,
    "mistaken_samples": MISTAKEN_COLUMNS,
    "confusions": CONFUSION_COLUMNS | MATRIX_COLUMNS,
}


@dataclass(frozen=True)
class Frames:
    """Tables of results as their files have them; empty where the study has no such file."""

    values: pd.DataFrame  # fixed/values.csv: every metric of each cell, round and seed
    runs: pd.DataFrame  # fixed/runs.csv: what each run recorded
    environments: pd.DataFrame  # of all runs, those of trials and on other splits too
    levels: pd.DataFrame  # fixed/levels.csv
    comparisons: pd.DataFrame  # fixed/comparisons.csv
    primary_levels: pd.DataFrame  # levels.csv of the protocol whose verdicts count, as the next
    primary_comparisons: pd.DataFrame
    claims: pd.DataFrame  # claims.csv: a verdict each
    pairs: pd.DataFrame  # fixed/claim_pairs.csv
    effects: pd.DataFrame  # statistics/effects.csv
    means: pd.DataFrame  # statistics/marginal_means.csv
    looks: pd.DataFrame  # statistics/looks.csv
    disagreements: pd.DataFrame  # of the validation and the test split
    verdicts: pd.DataFrame  # of all protocols
    noise: pd.DataFrame  # where that of each comparison comes from
    rope: pd.DataFrame  # how probably a difference is within a margin
    beside: pd.DataFrame  # published numbers beside ours
    findings: pd.DataFrame  # what is odd about published numbers
    printed: pd.DataFrame  # what published numbers say to each claim
    mistaken_samples: pd.DataFrame  # pictures/mistaken.csv: what most runs get wrong, by outcome
    confusions: pd.DataFrame  # pictures/confusion.csv


@dataclass(frozen=True)
class Drawings:
    """The files of pictures that the study made."""

    figures: list[str]  # those that the configuration declares, in its order
    forest: str  # every claim's difference
    seeds: str  # each seed by level
    level_curves: str  # epoch by epoch
    roc: str
    confusion: str
    calibration: str
    mistaken: str  # the images of `mistaken_samples`, one below the other
    interactions: str
    curves_of_sides: str  # the trials of each side; nothing where nothing is tuned
    budget: str  # the differences by the number of trials; likewise


@dataclass(frozen=True)
class Inputs:
    """All that the sections of a page are made from."""

    study: Study
    frames: Frames
    drawings: Drawings
    tables: list[str]  # the CSV files of the study's tables, in its order
    curves: str  # the file of the explorer's curves
    card: DataCard | None  # of the data, where they are here
    chosen: dict[str, Chosen]  # side -> what tuning chose for it
    run_count: int  # how many runs the study has, those of all protocols and of trials
    missing: list[str]  # the folders of those that are not here
    outdated: list[str]  # the folders of those trained on other data or with other code than now
    folders: list[str]  # of each run of `frames.runs`, in their order
    arguments: str  # what a command needs beside its target: ` --configfile study.yaml`

    @property
    def without_scores(self) -> bool:
        """Whether nothing can be said of single samples, because a program wrote no scores."""
        measured = self.study.design.trainer.measures_all
        return not measured and not any(name in FINAL for name in self.frames.values)


def read_inputs(files: Mapping[str, Any], told: Mapping[str, Any], arguments: str) -> Inputs:
    """All that sections are made from.

    Args:
        files: the inputs of the page's rule by name: a path, or a list of paths.
        told: `study` as `study.design.study.plain` returns it; `run_count`, `missing` and
            `folders` as `Inputs` has them; the digest of the `data`, or nothing where they are not
            here; and how each cell would be `trained` now: digests of code by their names.
        arguments: as `Inputs` has them.

    Raises:
        UserError: a file is damaged.
    """
    study, frames = study_from(told["study"]), read_frames(files)
    sides = study.tuning.sides if study.tuning else {}
    pictures = [field.name for field in fields(Drawings) if field.name != "figures"]
    return Inputs(
        study=study,
        frames=frames,
        drawings=Drawings(
            list(files["figures"]), **{name: _only(files[name]) for name in pictures}
        ),
        tables=list(files["tables"]),
        curves=_only(files["curves"]),
        card=read_card(list(files["data"])),
        chosen=dict(zip(sides, map(read_chosen, files["chosen"]), strict=True)),
        run_count=told["run_count"],
        missing=told["missing"],
        outdated=outdated(frames.runs, told["folders"], told["data"], told["trained"]),
        folders=told["folders"],
        arguments=arguments,
    )


def read_frames(files: Mapping[str, Any]) -> Frames:
    """The tables of results, of the files by the names of `Frames`."""
    found = {name: _only(files[name]) for name in COLUMNS}
    frames = {
        name: read_frame(path, COLUMNS[name]) if path else pd.DataFrame(columns=[*COLUMNS[name]])
        for name, path in found.items()
    }
    return Frames(
        values=read_values(_only(files["values"])), runs=read_runs(_only(files["runs"])), **frames
    )


def _only(found: str | Sequence[str]) -> str:
    """The one file of an input, nothing where there is none."""
    return found if isinstance(found, str) else next(iter(found), "")


def outdated(
    runs: pd.DataFrame,
    folders: Sequence[str],
    data: str,
    code: Mapping[str, Mapping[str, str]],
) -> list[str]:
    """The folders of runs that were trained on other data, or with other code, than the study's.

    Snakemake trains such runs again before there is a report, but not when a report is regenerated.

    Args:
        runs: fixed/runs.csv.
        folders: of each of them.
        data: the digest of the study's data, or nothing where they are not here.
        code: cell -> the digests of its code now, by their names.
    """
    found = []
    for run, folder in zip(rows_of(runs), folders, strict=True):
        now = dict(code[run["cell"]])
        record = {"data": run["data"], "code": {name: run.get(f"code_{name}") for name in now}}
        if not is_current(record, data, now):
            found.append(folder)
    return found
