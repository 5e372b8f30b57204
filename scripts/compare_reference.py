"""Check the reported tables, and set them beside this study's tables and claims."""

import pandas as pd

from study.frames import read_frame, write_frame
from study.logs import log_to
from study.reference import claims_as_printed, set_beside
from study.reported import find_problems

if __name__ == "__main__":
    log_to(snakemake.log[0])
    plan, output = snakemake.params.plan, snakemake.output
    reference, claims = plan["reference"], plan["claims"]
    rows = reference["rows"]
    sentences = [
        {
            "name": name,
            "sentence": f"{claim['sentence']} {claim['quote']}",
            "tables": claim["tables"],
        }
        for name, claim in claims.items()
    ]
    findings = find_problems(
        rows, plan["baseline"], reference["images"], reference["epochs"], sentences
    )
    listed = pd.DataFrame(findings, columns=["check", "text"])
    listed.insert(0, "finding", range(1, len(findings) + 1))
    beside = set_beside(read_frame(snakemake.input.levels), rows, plan["same_data"])
    printed = claims_as_printed(claims, rows, findings)
    write_frame(output.findings, listed)
    write_frame(output.beside, beside)
    write_frame(output.claims, printed)
