# The second half of the workflow on its own: everything that is made from metric files, from those
# that exist. It includes no rule that prepares data or trains, so it cannot train.
# `snakemake --cores 1 regenerate_report` runs it, see scripts/regenerate_report.py.
from pathlib import Path

REPOSITORY = Path(workflow.basedir).parent


include: "rules/study.smk"


RUNS = present_runs(STUDY)
OUTDATED = outdated_runs(STUDY, CODE, RUNS)
DATA_CARD = data_card_of(STUDY, RUNS)
DESCRIPTION = DATA_CARD[:1]


include: "rules/aggregate.smk"
include: "rules/statistics.smk"
include: "rules/claims.smk"
include: "rules/report.smk"


rule all:
    default_target: True
    input:
        "<results>/report.html",
