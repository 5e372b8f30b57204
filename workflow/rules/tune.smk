# Stage 2b: tuning. The trials are training jobs like all others. Each arm's best one is chosen, and
# its tuned cell is trained with that, on the seeds that its verdicts are on.

TUNING = STUDY["tuning"]


ruleorder: train_tuned > train


rule choose_trial:
    """Choose an arm's best trial by its validation metric."""
    input:
        metrics=lambda wildcards: trial_files(STUDY, wildcards.cell, "metrics.csv"),
        scores=lambda wildcards: trial_files(STUDY, wildcards.cell, "scores.npz"),
        runs=lambda wildcards: trial_files(STUDY, wildcards.cell, "run.json"),
    output:
        trials=f"<results>/{TRIALS}",
        chosen=f"<results>/{CHOSEN}",
    log:
        "<logs>/choose_trial/{cell}.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        arm=lookup("{cell}", within=TUNING["arms"]),
        runs=lambda wildcards: trial_runs(STUDY, wildcards.cell),
        tuning={key: TUNING[key] for key in ("trials", "metric", "round")},
        study=selected(STUDY, "epochs_per_round", "warmup_epochs", "program")
        | {"cells": TUNING["trial_cells"]},
        code=code_digest("choose_trial"),
    message:
        "Choose the trial of {wildcards.cell}"
    script:
        "../../scripts/choose_trial.py"


rule train_tuned:
    """Train one cell for one round, with each seed of a block, with what tuning chose for it."""
    input:
        **dict(rules.train.input.items()),
        chosen=ancient(tuned_values(STUDY)),
    output:
        **{
            name: f"<tuned_run>/{Path(path).name}"
            for name, path in rules.train.output.items()
        },
    log:
        "<logs>/train/{cell}/seeds_{first}-{last}/round{round}.log",
    benchmark:
        "<benchmarks>/train/{cell}/seeds_{first}-{last}/round{round}.tsv"
    conda:
        "../../envs/study.yaml"
    threads: STUDY["program"]["threads"] if STUDY["program"] else 1
    resources:
        **job_resources(STUDY),
    params:
        **dict(rules.train.params.items()),
        script="run_program.py" if STUDY["program"] else "train.py",
        code=code_digest("train_tuned"),
    message:
        "Train {wildcards.cell}, seeds {wildcards.first}-{wildcards.last}, round {wildcards.round}"
    script:
        "../../scripts/train_tuned.py"
