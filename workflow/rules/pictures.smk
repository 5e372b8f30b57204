# Stage 4b: what people expect to see of classifiers, for the baseline and the levels of each factor.
# One job for all of it, because each would spend most of its time on importing matplotlib.

LEVELS = factor_levels(STUDY)
DRAWN = [run for run in RUNS if (run["cell"], run["round"]) in drawn_cells(LEVELS)]


rule draw_pictures:
    """Draw ROC curves, confusion matrices, calibration, each seed by level, and what is mistaken."""
    input:
        scores=run_files(STUDY, DRAWN, "scores.npz"),
        runs=run_files(STUDY, DRAWN, "run.json"),
        summary="<results>/summary.csv",
        evaluation="<results>/evaluation.csv",
        mistakes="<results>/mistakes.csv",
        data=ancient(DATA.images),
    output:
        seeds="<results>/pictures/seeds.svg",
        roc="<results>/pictures/roc.svg",
        confusion="<results>/pictures/confusion.svg",
        calibration="<results>/pictures/calibration.svg",
        mistaken="<results>/pictures/mistaken.svg",
        confusions="<results>/pictures/confusion.csv",
        mistaken_samples="<results>/pictures/mistaken.csv",
    log:
        "<logs>/draw_pictures.log",
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=growing(1500 + len(DRAWN)),
        runtime=growing(10 + len(DRAWN) // 10),
    params:
        levels=LEVELS,
        runs=DRAWN,
        code=code_digest("draw_pictures"),
    message:
        "Draw the pictures"
    script:
        "../../scripts/draw_pictures.py"
