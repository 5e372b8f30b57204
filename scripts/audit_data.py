"""Audit the prepared data: write the findings, and a sheet of a few samples a class and split."""

import json
from pathlib import Path

from study.data.audit import audit_prepared
from study.data.prepared import load_all, read_description
from study.files import replacing, write_text
from study.logs import log_to
from study.report.figures.contact_sheet import draw_contact_sheet

if __name__ == "__main__":
    log_to(snakemake.log[0])
    folder = Path(snakemake.input.data[0]).parent
    write_text(snakemake.output.audit, json.dumps(audit_prepared(folder), indent=2) + "\n")
    splits, _, _ = load_all(folder)
    with replacing(snakemake.output.sheet) as part:
        sheet = draw_contact_sheet(splits, read_description(folder)["classes"])
        sheet.savefig(part, format="png", dpi=110)
