# Stage 2b, for `tune`: choosing each side's trial. The trials are trained as all cells are, and so is the
# side with the chosen values, and with those that might have been chosen, in places of its own.
from study.snake.run_jobs import told_to_choose, trial_files


rule choose_trial:
    """Choose a side's best trial by its validation metric."""
    input:
        metrics=per_job(DATA, trial_files, "metrics.csv"),
        scores=per_job(DATA, trial_files, "scores.npz"),
        runs=per_job(DATA, trial_files, "run.json"),
    output:
        trials="<tuning>/trials.csv",
        chosen="<tuning>/chosen.json",
    log:
        "<logs>/{dataset}/choose_trial/{cell}/{digest}.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        told=per_job(DATA, told_to_choose),
        code=code_digest("choose_trial"),
    message:
        "Choose the trial of {wildcards.cell}"
    script:
        "../../scripts/choose_trial.py"
