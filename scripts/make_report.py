"""Write the report: one HTML file with the tables, the figures and what they were made from."""

import base64
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from study.averages import over_seeds
from study.choices import level_title, parameter_title
from study.files import write_text
from study.findings import read_audit
from study.frames import read_frame
from study.logs import log_to
from study.parameters import METRICS, PARAMETERS, REPORT_TEMPLATE
from study.prepared import read_description
from study.presentation import (
    beside_rows,
    claim_items,
    claims_note,
    comparison_rows,
    effect_rows,
    evaluation_rows,
    level_rows,
    marginal_rows,
    seeds_note,
)
from study.tables import (
    HEADINGS,
    caption,
    cell_title,
    describe,
    figure_caption,
    mean_text,
    name_title,
    printed,
    seed_count,
)


def cell_table(summary: pd.DataFrame, cells: dict[str, dict], seeds: int) -> tuple[list, list]:
    """Every cell after its last round, as text: headings and rows.

    Only the parameters in which the cells differ have a column.
    """
    differing = [name for name in PARAMETERS if len({cell[name] for cell in cells.values()}) > 1]
    headings = [*map(parameter_title, differing), "Round", *HEADINGS.values(), "Seeds"]
    rows = []
    for name, cell in cells.items():
        means = summary[(summary["cell"] == name) & (summary["round"] == cell["rounds"])]
        row = over_seeds(means)
        rows.append(
            [
                *(level_title(parameter, cell[parameter]) for parameter in differing),
                str(cell["rounds"]),
                *(mean_text(metric, row[metric], row[f"{metric}_sd"]) for metric in METRICS),
                seed_count(row["n"], row["diverged"], seeds),
            ]
        )
    return headings, rows


def data_card(paths: list[str]) -> dict | None:
    """The description, the audit and the contact sheet of the data, if they are here."""
    if not paths:
        return None
    description, audit, sheet = map(Path, paths)
    card = {
        "description": read_description(description.parent),
        "audit": read_audit(audit),
        "sheet": None,
    }
    if len(card["description"]["shape"]) > 1:
        card["sheet"] = base64.b64encode(sheet.read_bytes()).decode("ascii")
    return card


def split_table(card: dict) -> tuple[list[str], list[list[str]]]:
    """The splits' sizes and balance, and what a network must beat on them, as headings and rows."""
    negative, positive = card["description"]["classes"]
    headings = ["Split", "Samples", negative, positive, f"{positive} (%)"]
    headings += ["Majority class (%)", "Logistic regression (%)"]
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


def table_section(
    name: str, table: dict, frame: pd.DataFrame, statistics: dict, plan: dict
) -> dict:
    """All that the report shows of one table."""
    headings, rows = printed(frame, plan["seeds"])
    levels, comparisons, beside = (
        statistics[kind][statistics[kind]["table"] == name]
        for kind in ("levels", "comparisons", "beside")
    )
    tested = comparisons[comparisons["refused"].isna() & (comparisons["n"] > 1)]
    return {
        "name": name,
        "caption": caption(table, plan["baseline"]),
        "table": (headings, rows),
        "levels": level_rows(levels),
        "comparisons": comparison_rows(tested) if len(tested) else None,
        "seeds": seeds_note(tested) if len(tested) else "",
        "refused": comparisons["refused"].dropna().tolist(),
        "guards": list(dict.fromkeys(tested["guard"])),
        "beside": beside_rows(beside, table["vary"]) if len(beside) else None,
    }


def read_statistics(paths) -> dict[str, pd.DataFrame]:
    """The statistics that the report shows, those of a reference empty where there is none."""
    frames = {name: read_frame(path) for name, path in paths.items() if path}
    empty = {"beside": ["table"], "findings": ["finding"], "as_printed": ["claim"]}
    return {name: pd.DataFrame(columns=columns) for name, columns in empty.items()} | frames


if __name__ == "__main__":
    log_to(snakemake.log[0])
    plan, files = snakemake.params.plan, snakemake.input
    summary = read_frame(files.summary)
    names = ("levels", "comparisons", "effects", "means", "claims", "pairs", "evaluation")
    statistics = read_statistics(
        {name: files[name] for name in names}
        | dict(zip(("beside", "findings", "as_printed"), files.reference))
    )
    figures = []
    for (name, figure), path in zip(plan["figures"].items(), files.figures):
        image = base64.b64encode(Path(path).read_bytes()).decode("ascii")
        parameters = {**plan["baseline"], **figure["cell"]}
        figures.append((name, figure_caption(figure, parameters), image))
    card = data_card(list(files.data))
    html = render(
        plan=plan,
        baseline=describe(plan["baseline"]),
        card=card,
        split_table=split_table(card) if card else None,
        grid_rows=[
            (parameter_title(factor), ", ".join(level_title(factor, level) for level in levels))
            for factor, levels in plan["grid"].items()
        ],
        claims=claim_items(statistics["claims"], statistics["pairs"], plan["seeds"]),
        claims_note=claims_note(statistics["claims"]),
        tables=[
            table_section(name, table, read_frame(path), statistics, plan)
            for (name, table), path in zip(plan["tables"].items(), files.tables)
        ],
        figures=figures,
        effects=effect_rows(statistics["effects"][statistics["effects"]["refused"].isna()]),
        effects_refused=statistics["effects"]["refused"].dropna().tolist(),
        marginal=marginal_rows(statistics["means"]),
        interactions=base64.b64encode(Path(files.interactions).read_bytes()).decode("ascii"),
        evaluation=evaluation_rows(
            statistics["evaluation"],
            plan["cells"],
            {name: cell_title(cell) for name, cell in plan["cells"].items()},
        ),
        findings=statistics["findings"].to_dict("records"),
        as_printed=[
            row
            for row in statistics["as_printed"].fillna("").to_dict("records")
            if row["printed"] or plan["claims"][row["claim"]]["made_in"]
        ],
        both_losses={cell["loss"] for cell in plan["cells"].values()} >= {"bce", "ce"},
        cell_table=cell_table(summary, plan["cells"], plan["seeds"]),
        diverged=len(summary.loc[summary["train_loss"].isna(), ["cell", "seed"]].drop_duplicates()),
    )
    write_text(snakemake.output.html, html)
