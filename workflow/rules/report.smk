# Stage 6: everything on one page, and what to hand on with it.

REPORTED = [
    "dataset",
    "study",
    "results",
    "baseline",
    "grid",
    "design",
    "exclude",
    "together",
    "factors",
    "factorial",
]
REPORTED += ["tune", "resample"]
REPORTED += ["rounds", "epochs_per_round", "warmup_epochs", "budget"]
REPORTED += [
    "seeds",
    "looks",
    "look",
    "spending",
    "cell_seeds",
    "cells",
    "grid_cells",
    "device",
    "program",
    "tables",
    "figures",
    "claims",
    "reference",
]


rule make_report:
    """Write the report, one self-contained HTML file."""
    input:
        **{name: path for name, path in rules.draw_pictures.output.items()},
        **{name: FAIR.get(name, []) for name in ("verdicts", "noise", "rope")},
        **{name: FAIR.get(name, []) for name in ("curves_of_arms", "budget", "budgets")},
        data=DATA.card,
        summary="<made>/summary.csv",
        runs="<made>/runs.csv",
        environments="<made>/environments.csv",
        cells="<made>/cells.csv",
        tables=collect("<made>/tables/{table}.csv", table=STUDY["tables"]),
        figures=collect("<made>/figures/{figure}.svg", figure=STUDY["figures"]),
        levels="<made>/statistics/levels.csv",
        comparisons="<made>/statistics/comparisons.csv",
        effects="<made>/statistics/effects.csv",
        means="<made>/statistics/marginal_means.csv",
        interactions="<made>/statistics/interactions.svg",
        evaluation="<made>/evaluation.csv",
        curves="<made>/curves.json",
        claims="<made>/statistics/claims.csv",
        pairs="<made>/statistics/claim_pairs.csv",
        looks="<made>/statistics/looks.csv",
        splits="<made>/statistics/splits.csv",
        # of tuning, of other splits, and of margins, where the study has them
        chosen=chosen_files(STUDY, tuned_arms(STUDY)["tuned"]),
        # of published tables, where the configuration names some
        beside=rules.compare_reference.output.beside if STUDY["reference"] else [],
        findings=rules.compare_reference.output.findings if STUDY["reference"] else [],
        printed=rules.compare_reference.output.claims if STUDY["reference"] else [],
    output:
        html=report(
            "<made>/report.html", category="Report", caption="../report/report.rst"
        ),
    log:
        "<made_logs>/make_report.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        study=selected(STUDY, *REPORTED),
        run_count=len(STUDY["every_run"]),
        missing=missing_runs(STUDY, PRESENT),
        data=DATA.digest,
        arguments=untracked(ARGUMENTS),
        tuning=tuned_arms(STUDY),
        trained={cell: told["code"] for cell, told in TRAINED.items()},
        code=code_digest("make_report"),
        template=folder_digest(REPORT_FOLDER),
    message:
        "Write the report"
    script:
        "../../scripts/make_report.py"


# All that people read, and the runs that it is made from, but not what these ran on; as plain paths,
# because Snakemake takes long to look up the rules of many.
RESULTS = [
    rules.list_cells.output,
    [getattr(rules.summarize.output, name) for name in ("summary", "runs", "curves")],
    rules.evaluate.output,
    collect(rules.make_table.output, table=STUDY["tables"]),
    collect(rules.make_figure.output, figure=STUDY["figures"]),
    rules.compare_levels.output,
    rules.estimate_effects.output,
    rules.draw_pictures.output,
    rules.judge_claims.output,
    rules.compare_reference.output if STUDY["reference"] else [],
    rules.make_report.output,
]
RESULTS.append([*FAIR.values()])
RESULTS = [str(path) for output in RESULTS for path in output]
RESULTS += run_files(STUDY, RUNS, "metrics.csv")
RESULTS += run_files(STUDY, RUNS, "scores.npz")
RESULTS += run_files(STUDY, RUNS, "run.json")


rule list_checksums:
    """List the digests of what people read, to hand on: `sha256sum -c`, or the target `verify`."""
    input:
        data=DATA.card,
        results=RESULTS,
    output:
        sums="<made>/SHA256SUMS",
    log:
        "<made_logs>/list_checksums.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code_digest("list_checksums"),
    message:
        "List the checksums"
    script:
        "../../scripts/list_checksums.py"
