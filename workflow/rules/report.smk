# Stage 6: everything on one page, and what to hand on with it.
from study.snake.data_files import card
from study.snake.datasets import arguments_of_page
from study.snake.jobs import fields, untracked
from study.snake.result_jobs import (
    made_for_noise,
    made_for_protocols,
    made_for_reference,
    made_for_tuning,
    own_files,
    primary_file,
    read_files,
    told_to_report,
)
from study.snake.run_jobs import chosen_of_sides
from study.store.files import folder_digest
from study.store.paths import REPORT_FOLDER


rule compare_reference:
    """Check the published tables, and set them beside ours."""
    input:
        levels="<made>/fixed/levels.csv",
    output:
        beside="<made>/statistics/reference.csv",
        findings="<made>/statistics/reference_findings.csv",
        claims="<made>/statistics/reference_claims.csv",
    log:
        "<made_logs>/compare_reference.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        told=per_study(
            STUDIES, fields, "reference", "claims", "tables", "design", "dataset"
        ),
        code=code_digest("compare_reference"),
    message:
        "Check the published tables"
    script:
        "../../scripts/compare_reference.py"


rule make_report:
    """Write the report and its appendix, two self-contained HTML files, and report.json."""
    input:
        data=per_study(DATA, card),
        cells="<made>/cells.csv",
        environments="<made>/environments.csv",
        # each seed's numbers, and what they say
        values="<made>/fixed/values.csv",
        runs="<made>/fixed/runs.csv",
        curves="<made>/fixed/curves.json",
        levels="<made>/fixed/levels.csv",
        comparisons="<made>/fixed/comparisons.csv",
        primary_levels=per_study(STUDIES, primary_file, "levels.csv"),
        primary_comparisons=per_study(STUDIES, primary_file, "comparisons.csv"),
        claims=per_study(STUDIES, primary_file, "claims.csv"),
        pairs=per_study(STUDIES, primary_file, "claim_pairs.csv"),
        looks="<made>/statistics/looks.csv",
        disagreements="<made>/statistics/disagreements.csv",
        effects="<made>/statistics/effects.csv",
        means="<made>/statistics/marginal_means.csv",
        # what people look at
        tables=collect(
            "<made>/tables/{table}.csv", table=STUDY.tables, allow_missing=True
        ),
        figures=collect(
            "<made>/figures/{figure}.svg", figure=STUDY.figures, allow_missing=True
        ),
        interactions="<made>/statistics/interactions.svg",
        forest="<made>/pictures/forest.svg",
        seeds="<made>/pictures/seeds.svg",
        level_curves="<made>/pictures/curves.svg",
        roc="<made>/pictures/roc.svg",
        confusion="<made>/pictures/confusion.svg",
        calibration="<made>/pictures/calibration.svg",
        mistaken="<made>/pictures/mistaken.png",
        confusions="<made>/pictures/confusion.csv",
        mistaken_samples="<made>/pictures/mistaken.csv",
        # where sides are tuned, or trained on other splits, or margins are declared
        verdicts=per_study(STUDIES, made_for_protocols, "statistics/verdicts.csv"),
        noise=per_study(STUDIES, made_for_noise, "statistics/noise.csv"),
        rope=per_study(STUDIES, made_for_noise, "statistics/rope.csv"),
        chosen=per_study(DATA, chosen_of_sides),
        curves_of_sides=per_study(STUDIES, made_for_tuning, "tuning/curves.svg"),
        budget=per_study(STUDIES, made_for_tuning, "tuning/budget.svg"),
        budgets=per_study(STUDIES, made_for_tuning, "tuning/budgets.csv"),
        # where the configuration names published tables
        beside=per_study(STUDIES, made_for_reference, "statistics/reference.csv"),
        findings=per_study(
            STUDIES, made_for_reference, "statistics/reference_findings.csv"
        ),
        printed=per_study(
            STUDIES, made_for_reference, "statistics/reference_claims.csv"
        ),
    output:
        html=report(
            "<made>/report.html", category="Report", caption="../report/report.rst"
        ),
        appendix=report(
            "<made>/appendix.html", category="Report", caption="../report/report.rst"
        ),
        json="<made>/report.json",
    log:
        "<made_logs>/make_report.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        told=per_study(DATA, told_to_report),
        arguments=untracked(arguments_of_page(ARGUMENTS, [*STUDIES])),
        code=code_digest("make_report"),
        template=folder_digest(REPORT_FOLDER),
    message:
        "Write the report of {wildcards.dataset}"
    script:
        "../../scripts/make_report.py"


rule list_checksums:
    """List digests of what people read, to hand on; check with `sha256sum -c` or `verify`."""
    input:
        data=per_study(DATA, card),
        results=per_study(DATA, read_files),
    output:
        sums="<made>/SHA256SUMS",
    log:
        "<made_logs>/list_checksums.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        # no inputs: results are made from them, and in a large study there are many
        runs=per_study(DATA, own_files),
        code=code_digest("list_checksums"),
    message:
        "List the checksums of {wildcards.dataset}"
    script:
        "../../scripts/list_checksums.py"
