# Stage 3: from the metrics and the scores of all runs to one table of each, and from there to the
# study's tables and figures.

SHOWN = {figure: figure_runs(STUDY, RUNS, figure) for figure in STUDY["figures"]}


rule list_cells:
    """List what every cell trains."""
    input:
        # ancient, and only so that a study whose data cannot be prepared changes nothing
        data=ancient(DATA.card),
    output:
        cells="<made>/cells.csv",
    log:
        "<made_logs>/list_cells.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        study=selected(STUDY, "cells", "budget", "program"),
        code=code_digest("list_cells"),
    message:
        "List the cells"
    script:
        "../../scripts/list_cells.py"


rule summarize:
    """Average each round's epochs after the warm-up, and list what each run recorded of itself."""
    input:
        metrics=run_files(STUDY, RUNS, "metrics.csv"),
        runs=run_files(STUDY, RUNS, "run.json"),
        environments=environment_files(STUDY, PRESENT),
    output:
        summary="<made>/summary.csv",
        runs="<made>/runs.csv",
        environments="<made>/environments.csv",  # what they ran on, for people
        curves="<made>/curves.json",  # what the report's explorer draws
    log:
        "<made_logs>/summarize.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        runs=RUNS,
        every=PRESENT,
        study=selected(
            STUDY, "cells", "epochs_per_round", "warmup_epochs", "program", "results"
        ),
        first=[cell for cell, _ in drawn_cells(factor_levels(STUDY))],
        code=code_digest("summarize"),
    message:
        "Summarize the runs"
    script:
        "../../scripts/summarize.py"


rule evaluate:
    """Take the final metrics of each seed from the scores after a round."""
    input:
        metrics=run_files(STUDY, RUNS, "metrics.csv"),  # for seeds that are alike in everything
        scores=run_files(STUDY, RUNS, "scores.npz"),
        runs=run_files(STUDY, RUNS, "run.json"),
    output:
        evaluation="<made>/evaluation.csv",
        mistakes="<made>/mistakes.csv",
    log:
        "<made_logs>/evaluate.log",
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=growing(1500 + len(RUNS)),
        runtime=growing(10 + len(RUNS) // 10),
    params:
        runs=RUNS,
        rounds={name: cell["rounds"] for name, cell in STUDY["cells"].items()},
        code=code_digest("evaluate"),
    message:
        "Evaluate the scores"
    script:
        "../../scripts/evaluate.py"


rule make_table:
    """Set the levels of one factor beside each other."""
    input:
        summary="<made>/summary.csv",
        evaluation="<made>/evaluation.csv",
    output:
        csv=report(
            "<made>/tables/{table}.csv",
            category="Tables",
            caption="../report/table.rst",
            labels={"table": "{table}"},
        ),
        md="<made>/tables/{table}.md",
        tex="<made>/tables/{table}.tex",
    log:
        "<made_logs>/tables/{table}.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        table=lookup("{table}", within=STUDY["tables"]),
        study=selected(STUDY, "baseline", "cell_seeds", "budget", "program"),
        code=code_digest("make_table"),
    message:
        "Make {wildcards.table}"
    script:
        "../../scripts/make_table.py"


rule make_figure:
    """Draw a cell's metrics, epoch by epoch."""
    input:
        metrics=lambda wildcards: run_files(
            STUDY, SHOWN[wildcards.figure], "metrics.csv"
        ),
        runs=lambda wildcards: run_files(STUDY, SHOWN[wildcards.figure], "run.json"),
    output:
        svg=report(
            "<made>/figures/{figure}.svg",
            category="Figures",
            caption="../report/figure.rst",
            labels={"figure": "{figure}"},
        ),
        png="<made>/figures/{figure}.png",
    log:
        "<made_logs>/figures/{figure}.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        figure=lookup("{figure}", within=STUDY["figures"]),
        runs=lookup("{figure}", within=SHOWN),
        study=selected(STUDY, "baseline", "seeds", "cell_seeds", "program"),
        code=code_digest("make_figure"),
    message:
        "Draw {wildcards.figure}"
    script:
        "../../scripts/make_figure.py"
