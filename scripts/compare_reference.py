"""Check the published tables, and set them beside this study's tables and claims."""

import pandas as pd

from study.analysis.comparisons import LEVEL_COLUMNS
from study.choices import level_title
from study.frames import read_frame, write_frame
from study.logs import log_to
from study.published.beside import FINDING_COLUMNS, claims_as_printed, set_beside
from study.published.plausibility import find_problems
from study.published.runs import infer_baseline


def is_elsewhere(table: dict) -> bool:
    """Whether a table is at another cell than the baseline, or moves more than its factor."""
    return bool(table["cell"]) or any(table["along"].values())


if __name__ == "__main__":
    log_to(snakemake.log[0])
    study, output = snakemake.params.study, snakemake.output
    reference, claims = study["reference"], study["claims"]
    baseline = {name: level_title(name, level) for name, level in study["baseline"].items()}
    sentences = [
        {
            "name": name,
            "sentence": f"{claim['sentence']} {claim['quote']}",
            "tables": claim["tables"],
        }
        for name, claim in claims.items()
    ]
    rows = reference["rows"]
    baseline |= infer_baseline(rows)  # which may be another than this study's
    findings = find_problems(rows, baseline, reference["images"], reference["epochs"], sentences)
    numbered = [{"finding": number} | found for number, found in enumerate(findings, start=1)]
    same_data = reference["dataset"] == study["dataset"]
    levels = read_frame(snakemake.input.levels, LEVEL_COLUMNS)
    elsewhere = [name for name, table in study["tables"].items() if is_elsewhere(table)]
    beside = set_beside(levels[~levels["table"].isin(elsewhere)], rows, same_data)
    write_frame(output.findings, pd.DataFrame(numbered, columns=list(FINDING_COLUMNS)))
    write_frame(output.beside, beside)
    write_frame(output.claims, claims_as_printed(claims, rows, findings))
