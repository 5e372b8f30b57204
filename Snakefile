# A training study: every cell of a grid of training choices is trained with several seeds, in
# rounds, and the runs are averaged into tables, figures and a report.
#
#     snakemake --cores 4                       train what is missing, write the report
#     snakemake --cores 1 plan                  what that would take, and what it could show
#     snakemake --cores 1 check_claims          the verdicts on what is claimed
# What is studied is in config.yaml; what comes out is below results/<dataset>/.
from snakemake.utils import min_version

min_version("9.25")


include: "workflow/rules/start.smk"


if not config.get("program"):

    configfile: f"{workflow.current_basedir}/config.yaml"


include: "workflow/rules/study.smk"


PRESENT = STUDY["every_run"]
RUNS = STUDY["runs"]
DATA = find_prepared(STUDY)


include: "workflow/rules/run.smk"
include: "workflow/rules/plan.smk"
include: "workflow/rules/data.smk"


for stage in training_stages(
    STUDY
):  # train, or a program; resample and tune where asked for

    include: f"workflow/rules/{stage}.smk"


include: "workflow/rules/aggregate.smk"
include: "workflow/rules/statistics.smk"
include: "workflow/rules/pictures.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        RESULTS + LOOKS,
        rules.list_checksums.output,
    message:
        "The study is complete"
