# Targets that write no results: they say something, or start a Snakemake that trains nothing. They go
# over all of STUDIES, which is one, or one for each of several data sets.

SUMS = dict.fromkeys(f"{study['made']}/SHA256SUMS" for study in STUDIES)
SUMS = [*(SUMS | dict.fromkeys(rules.list_checksums.output))]
HANDED_ON = config | {"arguments": ARGUMENTS, "pathvars": ROOTS}


rule plan:
    """Print the missing runs, their time, and the differences that so many seeds can show."""
    log:
        "<made_logs>/plan.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        studies=STUDIES,
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
        studies=STUDIES,
    message:
        "Say how far the study is"
    script:
        "../../scripts/print_status.py"


rule check_claims:
    """Print the verdicts on the runs that exist; fail if a required claim is not supported."""
    log:
        "<made_logs>/check_claims.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    threads: 4
    params:
        config=HANDED_ON,
        studies=STUDIES,
        snakefile=str(REPOSITORY / "workflow" / "regenerate.smk"),
    message:
        "Check the claims"
    script:
        "../../scripts/check_claims.py"


rule regenerate_report:
    """Rebuild all results from the metric files that exist; never trains."""
    log:
        "<made_logs>/regenerate_report.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    threads: 4
    params:
        config=HANDED_ON,
        studies=STUDIES,
        report=REPORT,
        snakefile=str(REPOSITORY / "workflow" / "regenerate.smk"),
    message:
        "Regenerate the report, without training"
    script:
        "../../scripts/regenerate_report.py"


rule verify:
    """Say which files are not as SHA256SUMS lists them."""
    log:
        "<made_logs>/verify.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        sums=SUMS,
    message:
        "Verify the results"
    script:
        "../../scripts/verify_results.py"
