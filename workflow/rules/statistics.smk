# Stage 4: how sure the numbers are. From each seed's metrics to intervals, paired tests and the
# effects of the grid's factors.


rule compare_levels:
    """Compare every level of a table with its first, seed by seed."""
    input:
        summary="<results>/summary.csv",
        evaluation="<results>/evaluation.csv",
        runs="<results>/runs.csv",
        scores=run_files(STUDY, shown_runs(STUDY, RUNS), "scores.npz"),
        records=run_files(STUDY, shown_runs(STUDY, RUNS), "run.json"),
        samples=ancient(DATA.samples),  # which images belong together
    output:
        levels="<results>/statistics/levels.csv",
        comparisons="<results>/statistics/comparisons.csv",
        splits="<results>/statistics/splits.csv",
    log:
        "<logs>/compare_levels.log",
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
    resources:
        mem_mb=growing(1500 + len(RUNS)),
        runtime=growing(10 + len(RUNS) // 10),
    params:
        study=selected(STUDY, "grid", "grid_cells", "rounds", "baseline"),
        code=code_digest("estimate_effects"),
    message:
        "Estimate the effects"
    script:
        "../../scripts/estimate_effects.py"
