"""Check the published tables, and set them beside this study's tables and claims."""

import pandas as pd

from study.analysis.comparisons import LEVEL_COLUMNS
from study.design.cell import design_from
from study.design.study import claims_from, tables_from
from study.design.tables import Table
from study.published.beside import (
    FINDING_COLUMNS,
    claims_as_printed,
    set_beside,
    without_counterpart,
)
from study.published.findings import Sentence
from study.published.plausibility import find_problems
from study.published.printed import rows_from
from study.published.runs import infer_baseline
from study.settings.level_titles import level_title
from study.store.frames import read_frame, write_frame
from study.store.logs import log_to


def is_elsewhere(table: Table) -> bool:
    """Whether a table is at a cell other than the baseline, or moves more than its factor."""
    return bool(table.changes) or any(table.along.values())


if __name__ == "__main__":
    log_to(snakemake.log[0])
    told, output = snakemake.params.told, snakemake.output
    claims, tables = claims_from(told["claims"]), tables_from(told["tables"])
    reference, design = told["reference"], design_from(told["design"])
    rows = rows_from(reference["rows"])
    sentences = [
        Sentence(name, f"{claim.sentence} {claim.quote}", claim.tables)
        for name, claim in claims.items()
    ]
    baseline = {name: level_title(name, level) for name, level in design.baseline.items()}
    baseline |= infer_baseline(rows)  # which may differ from this study's
    findings = find_problems(rows, baseline, reference["images"], reference["epochs"], sentences)
    numbered = [
        {"finding": number, "check": found.check, "text": found.text}
        for number, found in enumerate(findings, start=1)
    ]
    levels = read_frame(snakemake.input.levels, LEVEL_COLUMNS)
    numbered += [
        {"finding": number, "check": "nothing beside it", "text": text}
        for number, text in enumerate(without_counterpart(levels, rows), len(numbered) + 1)
    ]
    elsewhere = [name for name, table in tables.items() if is_elsewhere(table)]
    same_data = reference["dataset"] == told["dataset"]
    beside = set_beside(levels[~levels["table"].isin(elsewhere)], rows, same_data)
    write_frame(output.findings, pd.DataFrame(numbered, columns=list(FINDING_COLUMNS)))
    write_frame(output.beside, beside)
    write_frame(output.claims, claims_as_printed(claims, rows, findings))
