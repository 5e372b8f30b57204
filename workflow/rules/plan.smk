# Before anything is trained: what that will take, and what it can show.


rule plan:
    """Print the missing runs, their time, and the differences that so many seeds can show."""
    log:
        "<logs>/plan.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        study=STUDY,
    message:
        "Plan the study"
    script:
        "../../scripts/print_plan.py"
