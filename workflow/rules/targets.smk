# The targets: of a plain `snakemake`, RESULTS and what they need; and by name, those that report on the
# study, or start a Snakemake that trains nothing.
from study.snake.looks import NEXT_LOOK
from study.snake.result_jobs import own_files, read_files
from study.store.paths import WORKFLOW

REPORT = f"{STUDY.made}/report.html"
SUMS = [f"{study.made}/SHA256SUMS" for study in STUDIES.values()]
if len(STUDIES) > 1:
    across = ACROSS["made"].replace("<results>", FOLDERS["results"])
    REPORT = f"{across}/report.html"
    SUMS.append(f"{across}/SHA256SUMS")
# what a plain `snakemake` makes: all that the checksums cover, so that lost files are made again; the
# checksums; and where looks are planned, how many seeds each cell needs at the next one
RESULTS = [
    path for data in DATA.values() for path in [*read_files(data), *own_files(data)]
]
RESULTS += rules.list_checksums_across.input.results if len(STUDIES) > 1 else []
RESULTS += SUMS
RESULTS += [f"{study.made}/{NEXT_LOOK}" for study in STUDIES.values() if study.looks]
# for what reads the study again
TOLD = {
    "config": config,
    "folders": FOLDERS,
    "arguments": ARGUMENTS,
    "report": REPORT,
    "snakefile": str(WORKFLOW / "regenerate.smk"),
}


rule plan:
    """Print the missing runs, their time, and the differences that this many seeds can show."""
    log:
        f"{STUDY.folders['made_logs']}/plan.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        told=TOLD,
    message:
        "Plan the study"
    script:
        "../../scripts/print_plan.py"


rule status:
    """Print which runs are done, running, waiting or failed."""
    log:
        f"{STUDY.folders['made_logs']}/status.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        told=TOLD,
    message:
        "Say how far along the study is"
    script:
        "../../scripts/print_status.py"


rule check_claims:
    """Print the verdicts on the runs that exist; fail if a required claim is not supported."""
    log:
        f"{STUDY.folders['made_logs']}/check_claims.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    threads: 4  # the cores of the Snakemake that it starts
    params:
        told=TOLD,
    message:
        "Check the claims"
    script:
        "../../scripts/check_claims.py"


rule regenerate_report:
    """Rebuild all results from the metric files that exist; never trains."""
    log:
        f"{STUDY.folders['made_logs']}/regenerate_report.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    threads: 4  # the cores of the Snakemake that it starts
    params:
        told=TOLD,
    message:
        "Regenerate the report, without training"
    script:
        "../../scripts/regenerate_report.py"


rule verify:
    """Say which files do not match SHA256SUMS."""
    log:
        f"{STUDY.folders['made_logs']}/verify.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        sums=SUMS,
    message:
        "Verify the results"
    script:
        "../../scripts/verify_results.py"
