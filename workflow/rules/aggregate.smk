# Stage 3: from the metrics of all runs to the summary, and from there to tables and figures.


localrules:
    list_cells,
    summarize,
    make_table,
    make_figure,


rule list_cells:
    """List what every cell trains."""
    input:
        # ancient, and only so that a study whose data cannot be prepared changes nothing
        data=ancient(DESCRIPTION),
    output:
        cells="<results>/cells.csv",
    log:
        "<logs>/list_cells.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        plan={"cells": STUDY["cells"], "code": CODE["list_cells"]},
    message:
        "List the cells"
    script:
        "../../scripts/list_cells.py"


rule summarize:
    """Average each round's epochs after the warm-up, and list what each run recorded of itself."""
    input:
        metrics=run_files(STUDY, RUNS, "metrics.csv"),
        runs=run_files(STUDY, RUNS, "run.json"),
    output:
        summary="<results>/summary.csv",
        runs="<results>/runs.csv",
    log:
        "<logs>/summarize.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000 + len(RUNS)),
        runtime=growing(10 + len(RUNS) // 100),
    params:
        plan=summary_plan(STUDY, CODE, RUNS),
    message:
        "Summarize the runs"
    script:
        "../../scripts/summarize.py"


rule make_table:
    """Set the levels of one factor beside each other."""
    input:
        summary="<results>/summary.csv",
    output:
        csv=report(
            "<results>/tables/{table}.csv",
            category="Tables",
            caption="../report/table.rst",
            labels={"table": "{table}"},
        ),
        md="<results>/tables/{table}.md",
        tex="<results>/tables/{table}.tex",
    log:
        "<logs>/tables/{table}.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        plan=partial(table_plan, STUDY, CODE),
    message:
        "Make {wildcards.table}"
    script:
        "../../scripts/make_table.py"


rule make_figure:
    """Draw a cell's loss and accuracy, epoch by epoch."""
    input:
        metrics=partial(figure_metrics, STUDY, RUNS),
    output:
        svg=report(
            "<results>/figures/{figure}.svg",
            category="Figures",
            caption="../report/figure.rst",
            labels={"figure": "{figure}"},
        ),
        png="<results>/figures/{figure}.png",
    log:
        "<logs>/figures/{figure}.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        plan=partial(figure_plan, STUDY, CODE, RUNS),
    message:
        "Draw {wildcards.figure}"
    script:
        "../../scripts/make_figure.py"
