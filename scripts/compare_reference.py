"""Check the reported tables, and set them beside this study's tables and claims."""

import sys

import pandas as pd

from study.files import write_text
from study.reference import claims_as_printed, set_beside
from study.reported import find_problems

if __name__ == "__main__":
    sys.stdout = sys.stderr = open(snakemake.log[0], "w", buffering=1)
    plan, output = snakemake.params.plan, snakemake.output
    reference, claims = plan["reference"], plan["claims"]
    rows = reference["rows"]
    sentences = [
        {"name": name, "sentence": claim["sentence"], "tables": claim["tables"]}
        for name, claim in claims.items()
    ]
    findings = find_problems(
        rows, plan["baseline"], reference["images"], reference["epochs"], sentences
    )
    listed = pd.DataFrame(findings, columns=["check", "text"])
    listed.index += 1
    beside = set_beside(pd.read_csv(snakemake.input.levels), rows, plan["same_data"])
    printed = claims_as_printed(claims, rows, findings)
    write_text(output.findings, listed.to_csv(index_label="finding", lineterminator="\n"))
    write_text(output.beside, beside.to_csv(index=False, lineterminator="\n"))
    write_text(output.claims, printed.to_csv(index=False, lineterminator="\n"))
