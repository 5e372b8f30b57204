# Stage 5: what people look at: the study's tables and figures; and for the baseline and the levels of each
# factor, ROC curves, confusion matrices and the like.
from study.snake.data_files import card, images, prepared_file
from study.snake.jobs import fields, growing
from study.snake.result_jobs import (
    PAPER_TABLES,
    PICTURES,
    TABLE_KINDS,
    drawn_as,
    drawn_files,
    figure_files,
    primary_file,
    told_of_figure,
    told_of_forest,
    told_of_table,
    told_to_draw,
)
from study.snake.run_jobs import chosen_of_sides, tables_of_trials, told_to_draw_tuning
from study.snake.resources import result_memory, result_minutes
from study.store.files import folder_digest
from study.store.paths import STYLES


rule make_table:
    """Set the levels of one factor beside each other, or those of two."""
    input:
        values="<made>/fixed/values.csv",
        compared="<made>/fixed/comparisons.csv",
        # how much one sample is, and what a simple model scores
        data=ancient(per_study(DATA, card)),
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
        told=per_job(STUDIES, told_of_table),
        code=code_digest("make_table"),
    message:
        "Make {wildcards.table} of {wildcards.dataset}"
    script:
        "../../scripts/make_table.py"


rule tabulate_results:
    """Set comparisons, claims and effects as tables for a paper."""
    input:
        values="<made>/fixed/values.csv",
        comparisons="<made>/fixed/comparisons.csv",
        claims=per_study(STUDIES, primary_file, "claims.csv"),
        pairs=per_study(STUDIES, primary_file, "claim_pairs.csv"),
        means="<made>/statistics/marginal_means.csv",
        effects="<made>/statistics/effects.csv",
        data=ancient(per_study(DATA, card)),
    output:
        **{
            f"{name}_{kind}": f"<made>/paper/{name}.{kind}"
            for name in PAPER_TABLES
            for kind in TABLE_KINDS
        },
    log:
        "<made_logs>/tabulate_results.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        told=per_study(STUDIES, fields, "tables", "rounds", "title"),
        code=code_digest("tabulate_results"),
    message:
        "Set the results of {wildcards.dataset} as tables"
    script:
        "../../scripts/tabulate_results.py"


rule make_figure:
    """Draw a cell's metrics, epoch by epoch."""
    input:
        metrics=per_job(DATA, figure_files, "metrics.csv"),
        runs=per_job(DATA, figure_files, "run.json"),
    output:
        svg=report(
            "<made>/figures/{figure}.svg",
            category="Figures",
            caption="../report/figure.rst",
            labels={"figure": "{figure}"},
        ),
        pdf="<made>/figures/{figure}.pdf",
        png="<made>/figures/{figure}.png",
    log:
        "<made_logs>/figures/{figure}.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        told=per_job(DATA, told_of_figure),
        style=folder_digest(STYLES),
        code=code_digest("make_figure"),
    message:
        "Draw {wildcards.figure} of {wildcards.dataset}"
    script:
        "../../scripts/make_figure.py"


rule draw_pictures:
    """Draw ROC curves, confusion matrices, calibration, each seed by level, and the mistakes."""

    # one job for all of it, because each would spend most of its time on importing matplotlib
    input:
        scores=per_study(DATA, drawn_files, "scores.npz"),
        runs=per_study(DATA, drawn_files, "run.json"),
        metrics=per_study(DATA, drawn_files, "metrics.csv"),
        values="<made>/fixed/values.csv",
        mistakes="<made>/fixed/mistakes.csv",
        # what the classes are called, and, where they are here, the samples
        description=ancient(per_study(DATA, prepared_file, "description.json")),
        data=ancient(per_study(DATA, images)),
    output:
        **drawn_as("<made>/pictures/", PICTURES),
        confusions="<made>/pictures/confusion.csv",
        mistaken_samples="<made>/pictures/mistaken.csv",
        thumbnails="<made>/pictures/mistaken.png",
    log:
        "<made_logs>/draw_pictures.log",
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=growing(per_study(DATA, result_memory)),
        runtime=growing(per_study(DATA, result_minutes)),
    params:
        told=per_study(DATA, told_to_draw),
        style=folder_digest(STYLES),
        code=code_digest("draw_pictures"),
    message:
        "Draw the pictures of {wildcards.dataset}"
    script:
        "../../scripts/draw_pictures.py"


rule draw_claims:
    """Draw every claim's difference with its interval."""
    input:
        claims=per_study(STUDIES, primary_file, "claims.csv"),
        pairs=per_study(STUDIES, primary_file, "claim_pairs.csv"),
    output:
        **drawn_as("<made>/pictures/", ["forest"]),
    log:
        "<made_logs>/draw_claims.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        told=per_study(STUDIES, told_of_forest),
        style=folder_digest(STYLES),
        code=code_digest("draw_claims"),
    message:
        "Draw the claims of {wildcards.dataset}"
    script:
        "../../scripts/draw_claims.py"


rule draw_tuning:
    """Draw each side's trials, and what fewer of them would have chosen."""
    input:
        trials=per_study(DATA, tables_of_trials),
        chosen=per_study(DATA, chosen_of_sides),
    output:
        **drawn_as("<made>/tuning/", ["curves", "budget"]),
        budgets="<made>/tuning/budgets.csv",
    log:
        "<made_logs>/draw_tuning.log",
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=growing(per_study(DATA, result_memory)),
        runtime=growing(per_study(DATA, result_minutes)),
    params:
        told=per_study(STUDIES, told_to_draw_tuning),
        style=folder_digest(STYLES),
        code=code_digest("draw_tuning"),
    message:
        "Draw what tuning found"
    script:
        "../../scripts/draw_tuning.py"
