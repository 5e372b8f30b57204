# A training study: every cell of a grid of training choices is trained with several seeds, in
# rounds, and the runs are averaged into tables, figures and a report.
#     snakemake --cores 4                       train what is missing, write the report
# What is studied is in config.yaml; what comes out is below results/<dataset>/.


include: "workflow/rules/start.smk"


if not config.get("program"):

    configfile: f"{workflow.current_basedir}/config.yaml"


if isinstance(config.get("dataset"), list):  # this file once for each, as a module

    include: "workflow/rules/datasets.smk"

else:

    include: "workflow/rules/study.smk"
    include: "workflow/rules/data.smk"

    for stage in training_stages(STUDY):  # train or program; resample, tune

        include: f"workflow/rules/{stage}.smk"
    include: "workflow/rules/aggregate.smk"
    include: "workflow/rules/statistics.smk"
    include: "workflow/rules/pictures.smk"
    include: "workflow/rules/claims.smk"
    include: "workflow/rules/fair.smk"
    include: "workflow/rules/report.smk"


include: "workflow/rules/run.smk"
include: "workflow/rules/targets.smk"


rule all:
    default_target: True
    input:
        RESULTS + LOOKS,
        rules.list_checksums.output,
    message:
        "The study is complete"
