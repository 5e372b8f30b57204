# Stage 5: what is claimed, here and elsewhere, and what the runs say to it.


rule judge_claims:
    """Give every claim its verdict."""
    input:
        summary="<made>/summary.csv",
        evaluation="<made>/evaluation.csv",
        runs="<made>/runs.csv",
        data=ancient(DATA.description),  # for what it says of updates and of weights
    output:
        claims=report(
            "<made>/statistics/claims.csv",
            category="Claims",
            caption="../report/claims.rst",
        ),
        pairs="<made>/statistics/claim_pairs.csv",
        # with how many seeds they were judged, which is kept over the runs of this job
        looks=update("<made>/statistics/looks.csv"),
    log:
        "<made_logs>/judge_claims.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        claims=STUDY["claims"],
        seeds=STUDY["seeds"],
        looks=STUDY["looks"],
        spending=STUDY["spending"],
        code=code_digest("judge_claims"),
    message:
        "Judge the claims"
    script:
        "../../scripts/judge_claims.py"


rule compare_reference:
    """Check the published tables, and set them beside ours."""
    input:
        levels="<made>/statistics/levels.csv",
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
        study=selected(STUDY, "reference", "claims", "tables", "baseline", "dataset"),
        code=code_digest("compare_reference"),
    message:
        "Check the published tables"
    script:
        "../../scripts/compare_reference.py"
