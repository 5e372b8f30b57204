"""The report: one HTML page of all that a study has written."""

import base64
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from study.analysis.averages import over_seeds
from study.analysis.metrics import metric_title
from study.choices import level_title, parameter_title
from study.data.findings import read_audit
from study.data.prepared import read_description
from study.frames import read_frame
from study.parameters import PARAMETERS, REPORT_TEMPLATE
from study.paths import run_folder
from study.records import is_current
from study.report.figures import figure_module
from study.report.sections import (
    beside_rows,
    comparison_rows,
    level_rows,
    seeds_note,
)
from study.report.tables import caption, mean_text, name_title, printed, seed_count, table_metrics
from study.training import EPOCH_METRICS


def cell_table(summary: pd.DataFrame, cells: dict[str, dict], seeds: int) -> tuple[list, list]:
    """Every cell after its last round, as text: headings and rows.

    Only the parameters in which the cells differ have a column.
    """
    differing = [name for name in PARAMETERS if len({cell[name] for cell in cells.values()}) > 1]
    headings = [
        *map(parameter_title, differing),
        "Round",
        *map(metric_title, EPOCH_METRICS),
        "Seeds",
    ]
    rows = []
    for name, cell in cells.items():
        means = summary[(summary["cell"] == name) & (summary["round"] == cell["rounds"])]
        row = over_seeds(means)
        rows.append(
            [
                *(level_title(parameter, cell[parameter]) for parameter in differing),
                str(cell["rounds"]),
                *(mean_text(metric, row[metric], row[f"{metric}_sd"]) for metric in EPOCH_METRICS),
                seed_count(row["n"], row["diverged"], seeds),
            ]
        )
    return headings, rows


def data_card(paths: list[str]) -> dict | None:
    """The description, the audit and the contact sheet of the data, if they are here.

    Args:
        paths: the files of `study.paths.DATA_CARD`, or none.
    """
    if not paths:
        return None
    files = {Path(path).name: Path(path) for path in paths}
    card = {
        "description": read_description(files["description.json"].parent),
        "audit": read_audit(files["audit.json"]),
        "sheet": None,
    }
    if len(card["description"]["shape"]) > 1:
        card["sheet"] = picture(files["contact_sheet.png"])
    return card


def picture(path: Path | str) -> str:
    """A picture's bytes in base64, as a page holds them."""
    return base64.b64encode(Path(path).read_bytes()).decode("ascii")


def split_table(card: dict) -> tuple[list[str], list[list[str]]]:
    """The splits' sizes and balance, and what a network must beat on them, as headings and rows."""
    negative, positive = card["description"]["classes"]
    headings = ["Split", "Samples", negative, positive, f"{positive} (%)"]
    headings += ["Best constant answer (%)", "Logistic regression (%)"]
    rows = []
    for split, counts in card["audit"]["splits"].items():
        floors = card["audit"]["floors"].get(split, {})
        rows.append(
            [
                split,
                *(str(counts[key]) for key in ("count", "negative", "positive")),
                f"{100 * counts['positive_share']:.1f}",
                *(
                    f"{100 * floors[key]:.1f}" if key in floors else "–"
                    for key in ("majority", "logistic_regression")
                ),
            ]
        )
    return headings, rows


def render(**content) -> str:
    """The filled-in template; everything that is put into it is escaped."""
    environment = Environment(
        loader=FileSystemLoader(REPORT_TEMPLATE.parent), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["name_title"] = name_title
    return environment.get_template(REPORT_TEMPLATE.name).render(**content)


def table_section(name: str, table: dict, path: str, statistics: dict, study: dict) -> dict:
    """All that the report shows of one table.

    Args:
        name: the table's name.
        table: its entry in the study.
        path: its CSV file.
        statistics: the frames `levels`, `comparisons` and `beside`.
        study: has `baseline` and `seeds`.
    """
    frame = read_frame(path, {table["vary"]: str})
    headings, rows = printed(frame, study["seeds"])
    levels, comparisons, beside = (
        statistics[kind][statistics[kind]["table"] == name]
        for kind in ("levels", "comparisons", "beside")
    )
    tested = comparisons[comparisons["refused"].isna() & (comparisons["n"] > 1)]
    return {
        "name": name,
        "caption": caption(table, study["baseline"], table_metrics(frame)),
        "table": (headings, rows),
        "levels": level_rows(levels),
        "comparisons": comparison_rows(tested, table_metrics(frame)) if len(tested) else None,
        "seeds": seeds_note(tested) if len(tested) else "",
        "refused": comparisons["refused"].dropna().tolist(),
        "guards": list(dict.fromkeys(tested["guard"])),
        "caveats": list(dict.fromkeys(tested["caveat"].dropna())),
        "warnings": statistics["splits"].query("table == @name")["text"].tolist(),
        "beside": beside_rows(beside, table["vary"]) if len(beside) else None,
    }


def figure_section(name: str, figure: dict, path: str, study: dict) -> dict:
    """All that the report shows of one figure: its name, its caption and its picture."""
    text = figure.get("caption") or figure_module(figure["kind"]).caption(figure, study)
    return {"name": name, "caption": text, "picture": picture(path)}


def outdated_folders(runs: pd.DataFrame, data: str, code: dict[str, dict[str, str]]) -> list[str]:
    """The folders of runs that were trained on other data, or with other code, than the study's.

    Snakemake trains such runs again before there is a report, but not when a report is regenerated,
    and not while it prepares data again, when it does not look at the training jobs' parameters.

    Args:
        runs: runs.csv.
        data: the digest of the study's data, or nothing where they are not here.
        code: cell -> the digests of its code, as `study.jobs.training_code` returns them.
    """
    records = [
        run | {"code": {name: run[f"code_{name}"] for name in code[run["cell"]]}}
        for run in runs.to_dict("records")
    ]
    return [run_folder(run) for run in records if not is_current(run, data, code[run["cell"]])]
