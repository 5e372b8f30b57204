# What a study will take and can show, before it is trained; and how far it is, while it is.


rule plan:
    """Print the missing runs, their time, and the differences that so many seeds can show."""
    log:
        "<made_logs>/plan.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        study=STUDY,
    message:
        "Plan the study"
    script:
        "../../scripts/print_plan.py"


rule status:
    """Print which runs are done, running, waiting or failed."""
    log:
        "<made_logs>/status.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        study=STUDY,
    message:
        "Say how far the study is"
    script:
        "../../scripts/print_status.py"
