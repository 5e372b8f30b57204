# The second half of the workflow on its own: everything that is made from metric files, from those
# that exist. It includes no rule that prepares data or trains, so it cannot train.
# `snakemake --cores 1 regenerate_report` runs it, see scripts/regenerate_report.py.
from pathlib import Path

REPOSITORY = Path(workflow.basedir).parent


include: "rules/study.smk"


RUNS = present_runs(STUDY)
DESCRIPTION = description_if_present(STUDY, CODE)


include: "rules/aggregate.smk"
include: "rules/report.smk"


rule all:
    default_target: True
    input:
        "<results>/report.html",
