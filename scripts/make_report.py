"""Write the report: one HTML file with the tables, the figures and what they were made from."""

from collections.abc import Mapping

import pandas as pd

from study.analysis.averages import RUN_COLUMNS
from study.analysis.claims import CLAIM_COLUMNS, PAIR_COLUMNS
from study.analysis.comparisons import COMPARISON_COLUMNS, LEVEL_COLUMNS
from study.analysis.effects import EFFECT_COLUMNS, MEAN_COLUMNS
from study.analysis.looks import LOOK_COLUMNS
from study.analysis.splits import SPLIT_COLUMNS
from study.choices import level_title, parameter_title
from study.files import write_text
from study.frames import read_frame
from study.logs import log_to
from study.parameters import listed
from study.published.beside import BESIDE_COLUMNS, FINDING_COLUMNS, PRINTED_COLUMNS
from study.report.page import (
    cell_table,
    data_card,
    figure_section,
    outdated_folders,
    picture,
    render,
    split_table,
    table_section,
)
from study.report.sections import (
    claim_items,
    claims_note,
    effect_rows,
    evaluation_rows,
    looks_note,
    marginal_rows,
)
from study.report.tables import cell_title, describe

# What is read from which of the rule's inputs; those of published tables may be missing.
COLUMNS = {
    "levels": LEVEL_COLUMNS,
    "comparisons": COMPARISON_COLUMNS,
    "effects": EFFECT_COLUMNS,
    "means": MEAN_COLUMNS,
    "claims": CLAIM_COLUMNS,
    "pairs": PAIR_COLUMNS,
    "looks": LOOK_COLUMNS,
    "splits": SPLIT_COLUMNS,
    "beside": BESIDE_COLUMNS,
    "findings": FINDING_COLUMNS,
    "printed": PRINTED_COLUMNS,
}


def read_statistics(files: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """The statistics that the report shows, empty where there is no file."""
    return {
        name: read_frame(files[name], columns) if files[name] else pd.DataFrame(columns=[*columns])
        for name, columns in COLUMNS.items()
    }


if __name__ == "__main__":
    log_to(snakemake.log[0])
    params, files = snakemake.params, snakemake.input
    study = params.study
    summary, runs = read_frame(files.summary), read_frame(files.runs, RUN_COLUMNS)
    statistics = read_statistics(files)
    effects = statistics["effects"]
    card = data_card(list(files.data))
    html = render(
        study=study,
        run_count=params.run_count,
        missing=params.missing,
        outdated=outdated_folders(runs, params.data, params.trained),
        baseline=describe(listed(study["baseline"])),
        card=card,
        split_table=split_table(card) if card else None,
        grid_rows=[
            (parameter_title(factor), ", ".join(level_title(factor, level) for level in levels))
            for factor, levels in study["grid"].items()
        ],
        claims=claim_items(statistics["claims"], statistics["pairs"], study["seeds"]),
        claims_note=claims_note(statistics["claims"]),
        looks_note=looks_note(statistics["looks"]),
        tables=[
            table_section(name, table, path, statistics, study)
            for (name, table), path in zip(study["tables"].items(), files.tables, strict=True)
        ],
        figures=[
            figure_section(name, figure, path, study)
            for (name, figure), path in zip(study["figures"].items(), files.figures, strict=True)
        ],
        effects=effect_rows(effects[effects["refused"].isna()]),
        effects_refused=effects["refused"].dropna().tolist(),
        marginal=marginal_rows(statistics["means"]),
        interactions=picture(files.interactions),
        evaluation=evaluation_rows(
            read_frame(files.evaluation),
            study["cells"],
            {name: cell_title(cell) for name, cell in study["cells"].items()},
        ),
        findings=statistics["findings"].to_dict("records"),
        as_printed=[
            row
            for row in statistics["printed"].fillna("").to_dict("records")
            if row["printed"] or study["claims"][row["claim"]]["made_in"]
        ],
        note=(study["reference"] or {}).get("note"),
        cell_table=cell_table(summary, study["cells"], study["seeds"]),
        diverged=len(summary.loc[summary["train_loss"].isna(), ["cell", "seed"]].drop_duplicates()),
    )
    write_text(snakemake.output.html, html)
