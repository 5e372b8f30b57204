"""What each job is told: its input files, and the one dict of its rule's parameters.

The functions take a planned study (see `study.cells.plan_study`) and a job's wildcards, which only
need attributes. Whatever is in a returned dict decides whether a job runs again, so it holds
content (settings, digests) and nothing of time stamps or the machine.
"""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from study.cells import cell_parameters, cell_settings, find_cell
from study.errors import UserError
from study.files import file_digest

_digest_once = cache(file_digest)


def results_folder(study: dict) -> Path:
    """Where the study's results are, relative to the folder that Snakemake runs in."""
    return Path("results") / study["dataset"]


def source_file(study: dict, wildcards=None) -> list[str]:
    """The file that the data set is prepared from, if its kind has one.

    Raises:
        UserError: it is not there.
    """
    path = study["datasets"][study["dataset"]].get("path")
    if path is None:
        return []
    file = Path(path).expanduser()
    if not file.is_file():
        raise UserError(
            f"datasets.{study['dataset']}.path: there is no file {file}; put it there, or set the"
            " path to where it is"
        )
    return [str(file)]


def data_entry(study: dict) -> dict:
    """The data set's entry in the configuration without its path, which says nothing of content."""
    entry = study["datasets"][study["dataset"]]
    return {key: value for key, value in entry.items() if key != "path"}


def data_digest(study: dict, code: dict[str, str]) -> str:
    """What decides the prepared data: entry, the file's content and the code, as 12 hex digits.

    It names the folder of the prepared data, so that other content gets another folder. A damaged
    file then leaves the data that were prepared before it alone, and once it is whole again they
    are found again.
    """
    files = [_digest_once(path) for path in source_file(study)]
    text = json.dumps([data_entry(study), files, code["sources"]], sort_keys=True)
    return sha256(text.encode()).hexdigest()[:12]


def prepared_files(study: dict, code: dict[str, str], wildcards=None) -> list[str]:
    """The prepared data set: description, inputs and labels."""
    folder = results_folder(study) / "data" / data_digest(study, code)
    return [str(folder / name) for name in ("description.json", "inputs.npy", "labels.npy")]


def description_file(study: dict, code: dict[str, str], wildcards=None) -> list[str]:
    """The prepared data set's description."""
    return prepared_files(study, code)[:1]


def description_if_present(study: dict, code: dict[str, str]) -> list[str]:
    """The prepared data's description, if it is here: results may be looked at without the data."""
    found = sorted((results_folder(study) / "data").glob("*/description.json"))
    if len(found) > 1:
        found = [path for path in found if [str(path)] == description_file(study, code)]
    return [str(path) for path in found]


def training_run(study: dict, code: dict[str, str], wildcards) -> dict:
    """What a training job trains, with digests of its data and of its code."""
    parameters = cell_parameters(study, wildcards.cell)
    return {
        "settings": cell_settings(parameters, study["epochs_per_round"]),
        "epochs": study["epochs_per_round"],
        "first": int(wildcards.first),
        "last": int(wildcards.last),
        "round": int(wildcards.round),
        "data": data_digest(study, code),
        "code": code["train"],
    }


def previous_checkpoint(study: dict, wildcards) -> list[str]:
    """The checkpoint that a run goes on from, none in round 1."""
    if wildcards.round == "1":
        return []
    seeds = f"seeds_{wildcards.first}-{wildcards.last}"
    folder = results_folder(study) / "runs" / wildcards.cell / seeds
    return [str(folder / f"round{int(wildcards.round) - 1}" / "checkpoint.pt")]


def metrics_files(study: dict, runs: list[dict]) -> list[str]:
    """The metric files of some runs."""
    return [str(results_folder(study) / run["folder"] / "metrics.csv") for run in runs]


def present_runs(study: dict) -> list[dict]:
    """The planned runs that have been trained: a run's metric file is written last, and whole."""
    return [run for run in study["runs"] if Path(metrics_files(study, [run])[0]).exists()]


def summary_plan(study: dict, runs: list[dict]) -> dict:
    """What summary.csv is made from."""
    keys = ("cells", "epochs_per_round", "warmup_epochs")
    return {"runs": runs} | {key: study[key] for key in keys}


def table_plan(study: dict, wildcards) -> dict:
    """What a table shows, with the cell of each of its levels."""
    table = study["tables"][wildcards.table]
    return {
        "table": table,
        "cells": [find_cell(study, {table["vary"]: level}) for level in table["levels"]],
        "baseline": study["baseline"],
        "seeds": study["seeds"],
    }


def figure_runs(study: dict, runs: list[dict], figure: str) -> list[dict]:
    """The runs, of those given, that a figure shows."""
    shown = study["figures"][figure]
    cell = find_cell(study, shown["cell"])
    return [run for run in runs if run["cell"] == cell and run["round"] in shown["rounds"]]


def figure_metrics(study: dict, runs: list[dict], wildcards) -> list[str]:
    """The metric files that a figure is drawn from."""
    return metrics_files(study, figure_runs(study, runs, wildcards.figure))


def figure_plan(study: dict, runs: list[dict], wildcards) -> dict:
    """What a figure shows, with the runs that it is drawn from."""
    figure = study["figures"][wildcards.figure]
    return {
        "figure": figure,
        "parameters": {**study["baseline"], **figure["cell"]},
        "runs": figure_runs(study, runs, wildcards.figure),
        "epochs_per_round": study["epochs_per_round"],
        "seeds": study["seeds"],
    }


def report_plan(study: dict, runs: list[dict]) -> dict:
    """What the report needs to know beside the files that it shows."""
    settings = ("dataset", "epochs_per_round", "warmup_epochs", "rounds", "seeds")
    keys = (*settings, "baseline", "grid", "cells", "tables", "figures")
    missing = [run["folder"] for run in study["runs"] if run not in runs]
    return {key: study[key] for key in keys} | {"runs": len(study["runs"]), "missing": missing}
