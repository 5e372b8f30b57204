# Stage 4b: what people expect to see of classifiers, for the baseline and the levels of each factor.
# One job for all of it, because each would spend most of its time on importing matplotlib.

LEVELS = factor_levels(STUDY)
DRAWN = [run for run in RUNS if (run["cell"], run["round"]) in drawn_cells(LEVELS)]


rule draw_pictures:
    """Draw ROC curves, confusion matrices, calibration, each seed by level, and what is mistaken."""
    input:
        scores=run_files(STUDY, DRAWN, "scores.npz"),
        runs=run_files(STUDY, DRAWN, "run.json"),
        summary="<made>/summary.csv",
        evaluation="<made>/evaluation.csv",
        mistakes="<made>/mistakes.csv",
        data=ancient(DATA.images),
    output:
        seeds="<made>/pictures/seeds.svg",
        roc="<made>/pictures/roc.svg",
        confusion="<made>/pictures/confusion.svg",
        calibration="<made>/pictures/calibration.svg",
        mistaken="<made>/pictures/mistaken.svg",
        confusions="<made>/pictures/confusion.csv",
        mistaken_samples="<made>/pictures/mistaken.csv",
    log:
        "<made_logs>/draw_pictures.log",
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
