"""Where numbers come from: each cell's runs, with what trained them and what they ran on."""

import string
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from study.analysis.environments import DESCRIBED, RUN_KEYS
from study.choices import parameter_title
from study.parameters import REPORT_FOLDER, declared
from study.paths import run_folder
from study.report.data_table import data_table
from study.report.tables import cell_title
from study.report.wording import counted

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


def context(inputs: dict) -> dict:
    """Each cell with its runs; the environments, which the runs name by a letter; a command."""
    runs, environments = inputs["frames"]["runs"], inputs["frames"]["environments"]
    joined = runs.merge(environments, on=list(RUN_KEYS), how="left", validate="1:1")
    keys = joined[[*DESCRIBED, "threads"]].astype(object)
    keys = [tuple(row) for row in keys.where(keys.notna(), None).to_numpy().tolist()]
    recorded = joined["seconds"].notna().tolist()
    names = {key: "" for key, there in zip(keys, recorded) if there}
    names = {key: letters(place) for place, key in enumerate(names)}
    joined["environment"] = [names.get(key, "") for key in keys]
    codes = [column for column in runs.columns if column.startswith("code_")]
    study = inputs["study"]
    by_cell = dict(list(joined.groupby("cell", sort=False)))
    return {
        "results": Path(inputs["study"]["results"]).as_posix(),
        "arguments": inputs["arguments"],
        "script": Markup((REPORT_FOLDER / "provenance.js").read_text(encoding="utf-8")),
        "environments": environments_table(names) if names else None,
        "each": len(joined) <= COMMANDS,
        "cells": [
            cell_runs(name, study, by_cell[name], codes)
            for name in study["cells"]
            if name in by_cell
        ],
    }


def letters(place: int) -> str:
    """A, B, …, Z, A1, B1, …"""
    turn, letter = divmod(place, len(string.ascii_uppercase))
    return string.ascii_uppercase[letter] + (str(turn) if turn else "")


def environments_table(names: dict[tuple, str]) -> dict:
    """What runs ran on, a row a letter."""
    rows = []
    for key, name in names.items():
        found = dict(zip([*DESCRIBED, "threads"], key))
        found["threads"] = f"{found['threads']:.0f}"
        rows.append([name, *(found[field] or "–" for field in FIELDS)])
    return data_table(
        "What runs ran on, by the letter that their rows have.",
        ["Letter", *FIELDS.values()],
        rows,
        title="Environments",
        kind="fine",
        text_columns=["Letter", *FIELDS.values()],
        file="environments.csv",
    )


def cell_runs(name: str, study: dict, rows: pd.DataFrame, codes: list[str]) -> dict:
    """A cell's settings and digests, and its runs one by one.

    Args:
        name: the cell's name.
        study: has `cells`.
        rows: its runs, runs.csv joined with environments.csv and the letter `environment`.
        codes: the columns of rows with digests of code.
    """
    how = "command" if study["program"] else "device"
    digests = rows[["data", *codes, how]].drop_duplicates()
    seconds, cell = rows["seconds"].sum(), study["cells"][name]
    return {
        "name": name,
        "title": cell_title(cell, study),
        "summary": f"{counted(len(rows), 'run')}, {seconds:,.0f} s",
        "settings": "; ".join(
            f"{parameter_title(parameter).lower()} {cell[parameter]}"
            for parameter in declared(study)
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
            for row in digests.to_dict("records")
        ],
        "runs": [run_row(row) for row in rows.to_dict("records")],
    }


def run_row(row: dict) -> dict:
    """A run: its round, its seeds, how long it took, and its folder."""
    first, last = int(row["first"]), int(row["last"])
    return {
        "round": int(row["round"]),
        "seeds": str(first) if first == last else f"{first}–{last}",
        "seconds": "–" if pd.isna(row["seconds"]) else f"{row['seconds']:,.1f}",
        "environment": row["environment"] or "–",
        "folder": run_folder(row | {"first": first, "last": last, "round": int(row["round"])}),
    }
