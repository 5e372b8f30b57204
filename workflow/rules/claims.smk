# Stage 5: what is claimed, here and elsewhere, and what the runs say to it.


localrules:
    judge_claims,
    compare_reference,
    check_claims,


rule judge_claims:
    """Give every claim its verdict."""
    input:
        summary="<results>/summary.csv",
        evaluation="<results>/evaluation.csv",
        runs="<results>/runs.csv",
    output:
        claims=report(
            "<results>/statistics/claims.csv",
            category="Claims",
            caption="../report/claims.rst",
        ),
        pairs="<results>/statistics/claim_pairs.csv",
    log:
        "<logs>/judge_claims.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        plan=claims_plan(STUDY, CODE),
    message:
        "Judge the claims"
    script:
        "../../scripts/judge_claims.py"


rule check_claims:
    """Print the verdicts; fail if a required claim is not supported."""
    input:
        claims="<results>/statistics/claims.csv",
    log:
        "<logs>/check_claims.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    message:
        "Check the claims"
    script:
        "../../scripts/check_claims.py"


rule compare_reference:
    """Check the reported tables, and set them beside ours."""
    input:
        levels="<results>/statistics/levels.csv",
    output:
        beside="<results>/statistics/reference.csv",
        findings="<results>/statistics/reference_findings.csv",
        claims="<results>/statistics/reference_claims.csv",
    log:
        "<logs>/compare_reference.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        plan=partial(reference_plan, STUDY, CODE),
    message:
        "Check the reported tables"
    script:
        "../../scripts/compare_reference.py"
