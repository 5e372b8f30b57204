# Stage 4: how sure the numbers are. From the scores and the summary to intervals, paired tests and
# the effects of the grid's factors.


rule evaluate:
    """Take the final metrics of each seed from the scores after a round."""
    input:
        scores=run_files(STUDY, RUNS, "scores.npz"),
    output:
        evaluation="<results>/evaluation.csv",
    log:
        "<logs>/evaluate.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=growing(1500 + len(RUNS)),
        runtime=growing(10 + len(RUNS) // 10),
    params:
        plan=evaluation_plan(CODE, RUNS),
    message:
        "Evaluate the scores"
    script:
        "../../scripts/evaluate.py"


rule compare_levels:
    """Compare every level of a table with its first, seed by seed."""
    input:
        summary="<results>/summary.csv",
        evaluation="<results>/evaluation.csv",
        runs="<results>/runs.csv",
        scores=run_files(STUDY, shown_runs(STUDY, RUNS), "scores.npz"),
    output:
        levels="<results>/statistics/levels.csv",
        comparisons="<results>/statistics/comparisons.csv",
    log:
        "<logs>/compare_levels.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=growing(1500 + len(RUNS)),
        runtime=growing(10 + len(RUNS) // 10),
    params:
        plan=comparison_plan(STUDY, CODE, RUNS),
    message:
        "Compare the levels"
    script:
        "../../scripts/compare_levels.py"


rule estimate_effects:
    """Estimate the main effects and two-way interactions of the grid's factors."""
    input:
        summary="<results>/summary.csv",
        evaluation="<results>/evaluation.csv",
        runs="<results>/runs.csv",
    output:
        effects="<results>/statistics/effects.csv",
        means="<results>/statistics/marginal_means.csv",
        svg=report(
            "<results>/statistics/interactions.svg",
            category="Figures",
            caption="../report/interactions.rst",
        ),
        png="<results>/statistics/interactions.png",
    log:
        "<logs>/estimate_effects.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=growing(1500 + len(RUNS)),
        runtime=growing(10 + len(RUNS) // 10),
    params:
        plan=effects_plan(STUDY, CODE),
    message:
        "Estimate the effects"
    script:
        "../../scripts/estimate_effects.py"
