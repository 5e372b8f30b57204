"""Audit the prepared data: write the findings, and a sheet of a few samples per class and split."""

import json
from pathlib import Path

from study.data.audit import audit
from study.data.prepared import load_all, read_description
from study.report.figures.contact_sheet import draw_contact_sheet
from study.report.figures.saving import save_figure
from study.store.files import write_text
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    folder = Path(snakemake.input.data[0]).parent
    splits, names, groups = load_all(folder)
    description = read_description(folder)
    classes = description["classes"]
    result = audit(splits, names, groups, classes, description.get("files"))
    write_text(snakemake.output.audit, json.dumps(result, indent=2) + "\n")
    save_figure(
        draw_contact_sheet(splits, classes, description.get("range")),
        snakemake.output.sheet,
        dpi=110,
        on_white=False,
    )
