"""Read the declared data set once, check it, and write it as plain arrays with a description.

What may surprise is noted in the log, and shown when the job is through. Where the configuration
does not accept every finding, the data are audited here as well, and the study
stops before it trains.
"""

from functools import partial
from pathlib import Path

from study.binary_choices import refuse_binary
from study.data.audit import audit
from study.data.findings import refuse_findings
from study.data.limits import batch_notes, left_out_notes
from study.data.prepared import load_all, prepare, read_description
from study.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    study = snakemake.params.study
    name, folder = study["dataset"], Path(snakemake.output.description).parent
    entry = study["datasets"][name]
    prepare(name, entry, folder, accept=partial(refuse_binary, study))
    notes = left_out_notes(name, entry) + batch_notes(study, folder / "description.json")
    for note in notes:
        print(f"note: {note}")
    if study["audit"]["fail_on"] != "never":
        result = audit(*load_all(folder), read_description(folder)["classes"])
        refuse_findings(name, result["findings"], study["audit"]["fail_on"])
