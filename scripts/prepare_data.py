"""Read the declared data set once, check it, and write it as plain arrays with a description.

Then audit it, write the findings and a sheet of a few samples a class and split; and stop the study
where there are findings that its configuration does not accept.
"""

import json
from pathlib import Path

from study.data.audit import audit
from study.data.findings import refuse_findings
from study.data.prepared import load_all, prepare, read_description
from study.files import replacing, write_text
from study.logs import log_to
from study.report.figures.contact_sheet import draw_contact_sheet

if __name__ == "__main__":
    log_to(snakemake.log[0])
    study, output = snakemake.params.study, snakemake.output
    name, folder = study["dataset"], Path(output.description).parent
    prepare(name, study["datasets"][name], folder)
    splits, names, groups = load_all(folder)
    classes = read_description(folder)["classes"]
    result = audit(splits, names, groups, classes)
    refuse_findings(name, result["findings"], study["audit"]["fail_on"])
    write_text(output.audit, json.dumps(result, indent=2) + "\n")
    with replacing(output.sheet) as part:
        draw_contact_sheet(splits, classes).savefig(part, format="png", dpi=110)
