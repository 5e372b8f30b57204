"""Read the declared data set once, check it, and write it as plain arrays with a description.

Likely mistakes are noted in the log, and shown when the job is through. Where the configuration
does not accept every finding, the data are audited here as well, and the study stops before it
trains.
"""

from pathlib import Path

from study.config.class_checks import refuse_binary
from study.data.audit import audit
from study.data.findings import refuse_findings
from study.data.limits import batch_notes
from study.data.location import locate
from study.data.prepared import load_all, read_description
from study.data.saving import save_source
from study.data.source import read_source
from study.design.single_samples import refuse_single_samples
from study.design.study import batch_sizes, study_from
from study.snake.digests import data_digest
from study.store.errors import UserError
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    study = study_from(snakemake.params.study)
    name, folder = study.dataset, Path(snakemake.output.description).parent
    source, groups = read_source(name, study.entry, locate(name, study.entry))
    refuse_binary(study, source.classes)
    save_source(name, study.entry, folder, source, groups)
    if data_digest(study) != folder.name:  # by which all runs on them are known
        raise UserError(
            f"datasets.{name}: its files have changed since the study was started; start it again"
        )
    refuse_single_samples(study, folder / "description.json")
    description = read_description(folder)
    notes = description.get("decided", [])
    for note in [*notes, *batch_notes(batch_sizes(study), folder / "description.json")]:
        print(f"note: {note}")
    if study.fail_on != "never":
        result = audit(*load_all(folder), description["classes"], description.get("files"))
        refuse_findings(name, result["findings"], study.fail_on)
