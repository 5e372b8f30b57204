# The second half of the workflow on its own: everything that is made from the files of runs, from
# those that exist. It includes no rule that prepares data or trains, so it cannot train.
# `snakemake --cores 1 regenerate_report` runs it, see scripts/regenerate_report.py.


include: "rules/start.smk"


if isinstance(config["dataset"], list):  # this file once for each, as a module
    SNAKEFILE = REPOSITORY / "workflow" / "regenerate.smk"

    include: "rules/datasets.smk"

else:

    include: "rules/study.smk"

    PRESENT = present_runs(STUDY)
    RUNS = own_runs(STUDY, PRESENT)
    DATA = recorded_data(STUDY, RUNS)
    STUDY |= as_far_as_present(STUDY, DATA.description)

    include: "rules/aggregate.smk"
    include: "rules/statistics.smk"
    include: "rules/pictures.smk"
    include: "rules/claims.smk"
    include: "rules/fair.smk"
    include: "rules/report.smk"


rule all:
    default_target: True
    input:
        REPORT,
