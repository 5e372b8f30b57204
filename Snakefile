# A training study: every cell of a grid of training choices is trained with several seeds, in
# rounds, and the runs are averaged into tables, figures and a report.
#
#     snakemake --cores 4                       train what is missing, write the report
#     snakemake --cores 1 regenerate_report     the report from the runs that exist, never training
#
# What is studied is in config.yaml; what comes out is below results/<dataset>/.
from functools import partial
from pathlib import Path

from snakemake.utils import min_version

min_version("9.25")

REPOSITORY = Path(workflow.basedir)


configfile: REPOSITORY / "config.yaml"


include: "workflow/rules/study.smk"


RUNS, OUTDATED = STUDY["runs"], []
DATA_CARD = partial(data_card, STUDY, CODE)
DESCRIPTION = partial(description_file, STUDY, CODE)


include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/aggregate.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        "<results>/report.html",
        "<results>/cells.csv",
        "<results>/summary.csv",
        metrics_files(STUDY, RUNS),
        collect(
            "<results>/tables/{table}.{kind}",
            table=STUDY["tables"],
            kind=["csv", "md", "tex"],
        ),
        collect(
            "<results>/figures/{figure}.{kind}",
            figure=STUDY["figures"],
            kind=["svg", "png"],
        ),


onsuccess:
    if REPORT.exists():
        print(f"Report: {REPORT}")
