# Stage 6: everything on one page.


localrules:
    make_report,
    regenerate_report,


rule make_report:
    """Write the report, one self-contained HTML file."""
    input:
        data=DATA_CARD,
        summary="<results>/summary.csv",
        cells="<results>/cells.csv",
        tables=collect("<results>/tables/{table}.csv", table=STUDY["tables"]),
        figures=collect("<results>/figures/{figure}.svg", figure=STUDY["figures"]),
        levels="<results>/statistics/levels.csv",
        comparisons="<results>/statistics/comparisons.csv",
        effects="<results>/statistics/effects.csv",
        means="<results>/statistics/marginal_means.csv",
        interactions="<results>/statistics/interactions.svg",
        evaluation="<results>/evaluation.csv",
        claims="<results>/statistics/claims.csv",
        pairs="<results>/statistics/claim_pairs.csv",
        reference=REFERENCE,
    output:
        html=report(
            "<results>/report.html", category="Report", caption="../report/report.rst"
        ),
    log:
        "<logs>/make_report.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        plan=report_plan(STUDY, CODE, RUNS, OUTDATED),
    message:
        "Write the report"
    script:
        "../../scripts/make_report.py"


rule regenerate_report:
    """Rebuild everything above from the metric files that exist; never trains."""
    log:
        "<logs>/regenerate_report.log",
    conda:
        "../../envs/study.yaml"
    threads: 4
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        plan={"study": STUDY, "code": CODE},
        snakefile=str(REPOSITORY / "workflow" / "regenerate.smk"),
    message:
        "Regenerate the report, without training"
    script:
        "../../scripts/regenerate_report.py"
