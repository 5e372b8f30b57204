"""What each job is told: its input files, and the one dict of its rule's parameters.

The functions take a planned study (see `study.cells.plan_study`), digests of our code, and a job's
wildcards, which only need attributes. Whatever is in a returned dict decides whether a job runs
again, so it holds content (settings, digests) and nothing of time stamps or the machine.
"""

import itertools
import json
from collections import Counter
from functools import cache
from hashlib import sha256
from pathlib import Path

from study.cells import cell_parameters, cell_settings, find_cell
from study.choices import level_title
from study.errors import UserError
from study.files import file_digest
from study.findings import read_audit, refuse_findings
from study.locations import source_digest
from study.parameters import REPORT_TEMPLATE

DATA_CARD = ("description.json", "audit.json", "contact_sheet.png")


def results_folder(study: dict) -> Path:
    """Where the study's results are, relative to the folder that Snakemake runs in."""
    return Path("results") / study["dataset"]


# ---- Data ---------------------------------------------------------------------------------------


@cache
def _source_digest(name: str, entry: str) -> str:
    return source_digest(name, json.loads(entry), Path(".snakemake") / "source_digests.json")


def data_digest(study: dict, code: dict[str, str]) -> str:
    """What decides the prepared data: their entry, their files and our code, as 12 hex digits.

    It names the folder of the prepared data, so that other content gets another folder. A damaged
    file then leaves the data that were prepared before it alone, and once it is whole again they
    are found again.
    """
    name = study["dataset"]
    content = _source_digest(name, json.dumps(study["datasets"][name]))
    return sha256(f"{content} {code['sources']}".encode()).hexdigest()[:12]


def prepared_files(study: dict, code: dict[str, str], wildcards=None) -> list[str]:
    """The prepared data set that a job reads.

    Raises:
        UserError: it was audited before, and has findings that the configuration does not accept.
    """
    folder = results_folder(study) / "data" / data_digest(study, code)
    audit = folder / "audit.json"
    if study["audit"]["fail_on"] != "never" and audit.exists():
        findings = read_audit(audit)["findings"]
        refuse_findings(study["dataset"], findings, study["audit"]["fail_on"])
    names = ("description.json", "inputs.npy", "labels.npy", "samples.csv")
    return [str(folder / name) for name in names]


def data_card(study: dict, code: dict[str, str], wildcards=None) -> list[str]:
    """What the report shows of the data: their description, their audit and a sheet of samples."""
    folder = results_folder(study) / "data" / data_digest(study, code)
    return [str(folder / name) for name in DATA_CARD]


def description_file(study: dict, code: dict[str, str], wildcards=None) -> list[str]:
    """The prepared data's description."""
    return data_card(study, code)[:1]


def data_card_of(study: dict, runs: list[dict]) -> list[str]:
    """The card of the data that most of some runs were trained on, if it is here."""
    digests = Counter(_noted(study, run).get("data") for run in runs)
    folders = [results_folder(study) / "data" / str(digest) for digest, _ in digests.most_common(1)]
    cards = [[folder / name for name in DATA_CARD] for folder in folders]
    return [str(path) for card in cards if all(path.exists() for path in card) for path in card]


# ---- Training -----------------------------------------------------------------------------------


def training_run(study: dict, code: dict[str, str], wildcards) -> dict:
    """What a training job trains, with digests of its data and of its code."""
    parameters = cell_parameters(study, wildcards.cell)
    return {
        "settings": cell_settings(parameters, study["epochs_per_round"], study["device"]),
        "device": study["device"],
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


def run_files(study: dict, runs: list[dict], name: str) -> list[str]:
    """One file of each of some runs: metrics.csv, scores.npz or run.json."""
    return [str(results_folder(study) / run["folder"] / name) for run in runs]


def present_runs(study: dict) -> list[dict]:
    """The planned runs that have been trained, with all that results are made from."""
    names = ("metrics.csv", "scores.npz", "run.json")
    return [
        run
        for run in study["runs"]
        if all(Path(*run_files(study, [run], name)).exists() for name in names)
    ]


def outdated_runs(study: dict, code: dict[str, str], runs: list[dict]) -> list[str]:
    """The folders of those runs that were trained on other data, or with another trainer, than now.

    Where the data are not here to compare with, the data of most runs stand in.
    """
    noted = [_noted(study, run) for run in runs]
    try:
        data = data_digest(study, code)
    except UserError:
        data = Counter(note.get("data") for note in noted).most_common(1)[0][0] if noted else None
    current = (data, code["train"])
    return [
        run["folder"]
        for run, note in zip(runs, noted)
        if (note.get("data"), note.get("code")) != current
    ]


def _noted(study: dict, run: dict) -> dict:
    """What a run noted of itself when it was trained, nothing if that cannot be read."""
    try:
        path = Path(*run_files(study, [run], "run.json"))
        noted = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


# ---- Tables, figures, report --------------------------------------------------------------------


def summary_plan(study: dict, code: dict[str, str], runs: list[dict]) -> dict:
    """What summary.csv and runs.csv are made from."""
    keys = ("cells", "epochs_per_round", "warmup_epochs")
    return {"runs": runs, "code": code["summarize"]} | {key: study[key] for key in keys}


def table_plan(study: dict, code: dict[str, str], wildcards) -> dict:
    """What a table shows, with the cell of each of its levels."""
    table = _declared(study, "tables", wildcards.table)
    return {
        "table": table,
        "cells": [find_cell(study, {table["vary"]: level}) for level in table["levels"]],
        "baseline": study["baseline"],
        "seeds": study["seeds"],
        "code": code["make_table"],
    }


def figure_runs(study: dict, runs: list[dict], figure: str) -> list[dict]:
    """The runs, of those given, that a figure shows."""
    shown = _declared(study, "figures", figure)
    cell = find_cell(study, shown["cell"])
    return [run for run in runs if run["cell"] == cell and run["round"] in shown["rounds"]]


def figure_metrics(study: dict, runs: list[dict], wildcards) -> list[str]:
    """The metric files that a figure is drawn from."""
    return run_files(study, figure_runs(study, runs, wildcards.figure), "metrics.csv")


def figure_plan(study: dict, code: dict[str, str], runs: list[dict], wildcards) -> dict:
    """What a figure shows, with the runs that it is drawn from."""
    figure = _declared(study, "figures", wildcards.figure)
    return {
        "figure": figure,
        "parameters": {**study["baseline"], **figure["cell"]},
        "runs": figure_runs(study, runs, wildcards.figure),
        "epochs_per_round": study["epochs_per_round"],
        "seeds": study["seeds"],
        "code": code["make_figure"],
    }


# ---- Statistics and claims ----------------------------------------------------------------------


def evaluation_plan(code: dict[str, str], runs: list[dict]) -> dict:
    """What evaluation.csv is made from."""
    return {"runs": runs, "code": code["evaluate"]}


def shown_runs(study: dict, runs: list[dict]) -> list[dict]:
    """The runs, of those given, that tables show."""
    shown = {
        (cell, table["round"]) for table in table_cells(study).values() for cell in table["cells"]
    }
    return [run for run in runs if (run["cell"], run["round"]) in shown]


def table_cells(study: dict) -> dict:
    """The tables' `vary`, `levels` and `round`, with the `cells` of their levels."""
    return {
        name: {key: table[key] for key in ("vary", "levels", "round")}
        | {"cells": [find_cell(study, {table["vary"]: level}) for level in table["levels"]]}
        for name, table in study["tables"].items()
    }


def comparison_plan(study: dict, code: dict[str, str], runs: list[dict]) -> dict:
    """Which levels of which tables are compared, and the runs whose scores that takes."""
    return {
        "tables": table_cells(study),
        "runs": shown_runs(study, runs),
        "code": code["compare_levels"],
    }


def effects_plan(study: dict, code: dict[str, str]) -> dict:
    """The grid whose effects are estimated: its factors of two levels or more, and its cells."""
    grid = study["grid"]
    return {
        "factors": {factor: levels for factor, levels in grid.items() if len(levels) > 1},
        "grid_cells": [
            find_cell(study, dict(zip(grid, levels)))
            for levels in itertools.product(*grid.values())
        ],
        "round": study["rounds"],
        "baseline": study["baseline"],
        "code": code["estimate_effects"],
    }


def claims_plan(study: dict, code: dict[str, str]) -> dict:
    """The claims to judge."""
    return {"claims": study["claims"], "code": code["judge_claims"]}


def reference_plan(study: dict, code: dict[str, str], wildcards=None) -> dict:
    """The reported tables, and what of this study they are set beside."""
    return {
        "reference": study["reference"],
        "same_data": study["reference"]["dataset"] == study["dataset"],
        "baseline": {name: level_title(name, level) for name, level in study["baseline"].items()},
        "claims": study["claims"],
        "code": code["compare_reference"],
    }


def report_plan(study: dict, code: dict[str, str], runs: list[dict], outdated: list[str]) -> dict:
    """What the report needs to know beside the files that it shows."""
    settings = ("dataset", "epochs_per_round", "warmup_epochs", "rounds", "seeds")
    keys = (*settings, "baseline", "grid", "cells", "tables", "figures", "claims", "reference")
    present = {run["folder"] for run in runs}
    return {key: study[key] for key in keys} | {
        "run_count": len(study["runs"]),
        "missing": [run["folder"] for run in study["runs"] if run["folder"] not in present],
        "outdated": outdated,
        "template": file_digest(REPORT_TEMPLATE),
        "code": code["make_report"],
    }


def _declared(study: dict, kind: str, name: str) -> dict:
    if name not in study[kind]:
        raise UserError(f"{name}: the configuration declares no such entry under {kind}")
    return study[kind][name]
