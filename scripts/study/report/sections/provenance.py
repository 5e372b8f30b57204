"""Where numbers come from: each cell's runs, with what trained them and what they ran on."""

import string
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from study.analysis.environments import DESCRIBED, RUN_KEYS
from study.design.study import Study
from study.report.data_table import DataTable
from study.report.inputs import Inputs
from study.report.tables import cell_title
from study.report.wording import counted
from study.settings.choices import parameter_title
from study.store.frames import groups_of, rows_of
from study.store.paths import REPORT_FOLDER

TITLE = "The runs of each cell"
COMMANDS = 3000  # with more runs, each cell has one command, to keep the page small
# how the page calls what environment.json has
FIELDS = {
    "commit": "Code version",
    "python": "Python",
    "torch": "PyTorch",
    "numpy": "NumPy",
    "snakemake": "Snakemake",
    "system": "System",
    "processor": "Processor",
    "gpu": "GPU",
    "threads": "Threads",
}


def context(inputs: Inputs) -> dict[str, Any]:
    """Each cell with its runs; the environments, which the runs name by a letter; a command."""
    study, runs, environments = inputs.study, inputs.frames.runs, inputs.frames.environments
    joined = runs.assign(folder=inputs.folders).merge(
        environments, on=[*RUN_KEYS], how="left", validate="1:1"
    )
    described = joined[[*DESCRIBED, "threads"]].astype(object)
    keys = [tuple(row) for row in described.where(described.notna(), None).to_numpy().tolist()]
    recorded = joined["seconds"].notna().tolist()
    distinct = dict.fromkeys(key for key, there in zip(keys, recorded) if there)
    names = {key: letters(place) for place, key in enumerate(distinct)}
    joined["environment"] = [names.get(key, "") for key in keys]
    codes = [column for column in runs.columns if column.startswith("code_")]
    by_cell = groups_of(joined, "cell")
    return {
        "arguments": inputs.arguments,
        "script": Markup((REPORT_FOLDER / "provenance.js").read_text(encoding="utf-8")),
        "environments": environments_table(names) if names else None,
        "each": len(joined) <= COMMANDS,
        "cells": [
            cell_runs(name, study, by_cell[name,], codes)
            for name in study.cells
            if (name,) in by_cell
        ],
    }


def letters(place: int) -> str:
    """A, B, …, Z, A1, B1, …"""
    turn, letter = divmod(place, len(string.ascii_uppercase))
    return string.ascii_uppercase[letter] + (str(turn) if turn else "")


def environments_table(names: Mapping[tuple, str]) -> DataTable:
    """What runs ran on, a row a letter."""
    rows = []
    for key, name in names.items():
        found = dict(zip([*DESCRIBED, "threads"], key))
        found["threads"] = f"{found['threads']:.0f}"
        rows.append([name, *(found[field] or "–" for field in FIELDS)])
    return DataTable(
        "What the runs were trained on; the letters are those in the runs' rows.",
        ["Letter", *FIELDS.values()],
        rows,
        title="Environments",
        kind="fine",
        text_columns=["Letter", *FIELDS.values()],
        file="environments.csv",
    )


def cell_runs(name: str, study: Study, rows: pd.DataFrame, codes: Sequence[str]) -> dict[str, Any]:
    """A cell's settings and digests, and its runs one by one.

    Args:
        name: the cell's name.
        study: the study.
        rows: its runs, fixed/runs.csv joined with environments.csv, the `folder` of each and the
            letter of its `environment`.
        codes: the columns of rows with digests of code.
    """
    how, *_ = study.design.trainer.how  # the device or the command
    digests = rows[["data", *codes, how]].drop_duplicates()
    seconds, parameters = rows["seconds"].sum(), study.cells[name].parameters
    return {
        "name": name,
        "title": cell_title(parameters, study.design),
        "summary": f"{counted(len(rows), 'run')}, {seconds:,.0f} s",
        "settings": "; ".join(
            f"{parameter_title(parameter).lower()} {parameters[parameter]}"
            for parameter in study.design.specs
        ),
        "digests": [
            {
                "how": how.capitalize(),
                "device": row[how],
                "data": row["data"],
                "code": ", ".join(
                    f"{column.removeprefix('code_')} {row[column]}"
                    for column in codes
                    if not pd.isna(row[column])
                ),
            }
            for row in rows_of(digests)
        ],
        "runs": [run_row(row) for row in rows_of(rows)],
    }


def run_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A run: its round, its seeds, how long it took, and its folder."""
    first, last = int(row["first"]), int(row["last"])
    return {
        "round": int(row["round"]),
        "seeds": str(first) if first == last else f"{first}–{last}",
        "seconds": "–" if pd.isna(row["seconds"]) else f"{row['seconds']:,.1f}",
        "environment": row["environment"] or "–",
        "folder": row["folder"],
    }
