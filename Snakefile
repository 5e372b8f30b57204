# A training study: every cell of a grid of training choices is trained with several seeds, in
# rounds, and the runs are averaged into tables, figures and a report.
#     snakemake --cores 4                       train what is missing, write the report
# What is studied is in config.yaml; what comes out is below results/<dataset>/.


include: "workflow/rules/start.smk"


# with a program, the user's file is the whole configuration
if not config.get("program"):

    configfile: f"{workflow.current_basedir}/config.yaml"


include: "workflow/rules/study.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/tune.smk"
include: "workflow/rules/measure.smk"
include: "workflow/rules/judge.smk"
include: "workflow/rules/show.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/looks.smk"
include: "workflow/rules/across.smk"
include: "workflow/rules/targets.smk"
include: "workflow/rules/run.smk"


rule all:
    default_target: True
    input:
        RESULTS,
    message:
        "The study is complete"
