# A training study: every cell of a grid of training choices is trained with several seeds, in
# rounds, and the runs are averaged into tables, figures and a report.
#
#     snakemake --cores 4                       train what is missing, write the report
#     snakemake --cores 1 plan                  what that would take, and what it could show
#     snakemake --cores 1 check_claims          the verdicts on what is claimed
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


if workflow.is_main_process:  # its jobs write what would be checked
    check_checksums(results_folder(STUDY))

RUNS, OUTDATED = STUDY["runs"], []
DATA_CARD = partial(data_card, STUDY, CODE)
DESCRIPTION = partial(description_file, STUDY, CODE)


include: "workflow/rules/plan.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/aggregate.smk"
include: "workflow/rules/statistics.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/report.smk"


RESULTS = [
    "<results>/report.html",
    run_files(STUDY, RUNS, "metrics.csv"),
    run_files(STUDY, RUNS, "scores.npz"),
    run_files(STUDY, RUNS, "run.json"),
    collect("<results>/{file}.csv", file=["cells", "runs", "summary", "evaluation"]),
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
    collect(
        "<results>/statistics/{file}.csv",
        file=["levels", "comparisons", "effects", "marginal_means"],
    ),
    collect("<results>/statistics/interactions.{kind}", kind=["svg", "png"]),
    collect("<results>/statistics/{file}.csv", file=["claims", "claim_pairs"]),
    REFERENCE,
]


include: "workflow/rules/checksums.smk"


rule all:
    default_target: True
    input:
        RESULTS,
        "<results>/SHA256SUMS",


onsuccess:
    if REPORT.exists():
        print(f"Report: {REPORT}")
