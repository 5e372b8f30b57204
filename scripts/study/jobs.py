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


def description_file(study: dict) -> Path:
    """The prepared data set's description."""
    return results_folder(study) / "data" / "description.json"


def source_file(study: dict, wildcards=None) -> list[str]:
    """The file that the data set is prepared from, if its kind has one.

    Raises:
        UserError: it is not there, and has not been prepared before.
    """
    path = study["datasets"][study["dataset"]].get("path")
    if path is None:
        return []
    if not Path(path).is_file() and not description_file(study).exists():
        raise UserError(
            f"datasets.{study['dataset']}.path: there is no file {path}; put it there, or set the"
            " path to where it is"
        )
    return [path]


def data_source(study: dict, wildcards=None) -> dict:
    """What decides the content of the prepared data set.

    Its entry in the configuration without the path, and the digest of the file's content. Where
    the file is gone, the digest that was noted when the data were prepared stands in.
    """
    entry = dict(study["datasets"][study["dataset"]])
    path = entry.pop("path", None)
    if path is None:
        return {"entry": entry}
    if Path(path).is_file():
        return {"entry": entry, "file": _digest_once(path)}
    noted = json.loads(description_file(study).read_text(encoding="utf-8"))
    return {"entry": entry, "file": noted.get("file")}


def training_run(study: dict, code: dict[str, str], wildcards) -> dict:
    """What a training job trains, with digests of its data and of its code."""
    parameters = cell_parameters(study, wildcards.cell)
    data = [data_source(study), code["prepare_data"]]
    return {
        "settings": cell_settings(parameters, study["epochs_per_round"]),
        "epochs": study["epochs_per_round"],
        "first": int(wildcards.first),
        "last": int(wildcards.last),
        "round": int(wildcards.round),
        "data": sha256(json.dumps(data, sort_keys=True).encode()).hexdigest(),
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
