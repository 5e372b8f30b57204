# Stage 4: how sure the numbers are. From each seed's metrics to intervals, paired tests and the
# effects of the grid's factors.


rule compare_levels:
    """Compare every level of a table with its first, seed by seed."""
    input:
        summary="<made>/summary.csv",
        evaluation="<made>/evaluation.csv",
        runs="<made>/runs.csv",
        scores=run_files(STUDY, shown_runs(STUDY, RUNS), "scores.npz"),
        records=run_files(STUDY, shown_runs(STUDY, RUNS), "run.json"),
        samples=ancient(DATA.samples),  # which images belong together
        data=ancient(DATA.description),  # for what it says of updates and of weights
    output:
        levels="<made>/statistics/levels.csv",
        comparisons="<made>/statistics/comparisons.csv",
        splits="<made>/statistics/splits.csv",
    log:
        "<made_logs>/compare_levels.log",
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=growing(1500 + len(RUNS)),
        runtime=growing(10 + len(RUNS) // 10),
    params:
        runs=shown_runs(STUDY, RUNS),
        tables=STUDY["tables"],
        cells=STUDY["cells"],
        code=code_digest("compare_levels"),
    message:
        "Compare the levels"
    script:
        "../../scripts/compare_levels.py"


rule estimate_effects:
    """Estimate the main effects and two-way interactions of the grid's factors."""
    input:
        summary="<made>/summary.csv",
        evaluation="<made>/evaluation.csv",
        runs="<made>/runs.csv",
    output:
        effects="<made>/statistics/effects.csv",
        means="<made>/statistics/marginal_means.csv",
        svg=report(
            "<made>/statistics/interactions.svg",
            category="Figures",
            caption="../report/interactions.rst",
        ),
        png="<made>/statistics/interactions.png",
    log:
        "<made_logs>/estimate_effects.log",
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=growing(1500 + len(RUNS)),
        runtime=growing(10 + len(RUNS) // 10),
    params:
        study=selected(STUDY, "factorial", "rounds", "baseline", "cells"),
        code=code_digest("estimate_effects"),
    message:
        "Estimate the effects"
    script:
        "../../scripts/estimate_effects.py"
