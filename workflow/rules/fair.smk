# Stage 5b: the same tables and claims where each side is tuned, and on splits that are drawn anew:
# protocols, beside the fixed one of the stages before.

PROTOCOLS = expand_protocols(STUDY, PRESENT)


rule measure_protocol:
    """Take every metric of a protocol's runs, seed by seed."""
    input:
        metrics=protocol_files(STUDY, PROTOCOLS, "metrics.csv"),
        scores=protocol_files(STUDY, PROTOCOLS, "scores.npz"),
        runs=protocol_files(STUDY, PROTOCOLS, "run.json"),
    output:
        values="<made>/{protocol}/values.csv",
        runs="<made>/{protocol}/runs.csv",
    log:
        "<made_logs>/{protocol}/measure_protocol.log",
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=growing(1500 + len(STUDY["every_run"])),
        runtime=growing(10 + len(STUDY["every_run"]) // 10),
    params:
        protocol=lookup("{protocol}", within=PROTOCOLS),
        study=selected(STUDY, "epochs_per_round", "warmup_epochs", "program"),
        code=code_digest("measure_protocol"),
    message:
        "Measure the runs of {wildcards.protocol}"
    script:
        "../../scripts/measure_protocol.py"


rule judge_protocol:
    """Compare the levels and judge the claims by a protocol's runs."""
    input:
        values="<made>/{protocol}/values.csv",
        runs="<made>/{protocol}/runs.csv",
        chosen=lambda wildcards: chosen_files(
            STUDY, PROTOCOLS[wildcards.protocol]["arms"]
        ),
        data=ancient(DATA.description),
    output:
        levels="<made>/{protocol}/levels.csv",
        comparisons="<made>/{protocol}/comparisons.csv",
        claims="<made>/{protocol}/claims.csv",
        pairs="<made>/{protocol}/claim_pairs.csv",
    log:
        "<made_logs>/{protocol}/judge_protocol.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        protocol=lookup("{protocol}", within=PROTOCOLS),
        trials=len(tuned_arms(STUDY)["trials"]),
        code=code_digest("judge_protocol"),
    message:
        "Judge by {wildcards.protocol}"
    script:
        "../../scripts/judge_protocol.py"


rule estimate_noise:
    """Estimate where the noise of each comparison comes from: seeds, splits, images, tuning."""
    input:
        summary="<made>/summary.csv",
        evaluation="<made>/evaluation.csv",
        scores=run_files(STUDY, shown_runs(STUDY, RUNS), "scores.npz"),
        records=run_files(STUDY, shown_runs(STUDY, RUNS), "run.json"),
        samples=ancient(DATA.samples),
        data=ancient(DATA.description),
        splits="<made>/splits/values.csv" if STUDY["resampling"] else [],
        trials=trial_tables(STUDY),
    output:
        noise="<made>/statistics/noise.csv",
        posterior="<made>/statistics/posterior.csv",
    log:
        "<made_logs>/estimate_noise.log",
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=growing(1500 + len(RUNS)),
        runtime=growing(10 + len(RUNS) // 10),
    params:
        runs=shown_runs(STUDY, RUNS),
        study=selected(STUDY, "tables", "margins"),
        tuning=tuned_arms(STUDY),
        code=code_digest("estimate_noise"),
    message:
        "Estimate where the noise comes from"
    script:
        "../../scripts/estimate_noise.py"


rule draw_tuning:
    """Draw each arm's trials, and what fewer of them would have chosen."""
    input:
        trials=trial_tables(STUDY),
        chosen=chosen_files(STUDY, tuned_arms(STUDY)["tuned"]),
    output:
        curves="<made>/tuned/curves.svg",
        budget="<made>/tuned/budget.svg",
        budgets="<made>/tuned/budgets.csv",
    log:
        "<made_logs>/draw_tuning.log",
    conda:
        "../../envs/study.yaml"
    params:
        tuning=tuned_arms(STUDY),
        tables=PROTOCOLS["tuned"]["tables"] if STUDY["tuning"] else {},
        table_names=list(STUDY["tables"]),
        code=code_digest("draw_tuning"),
    message:
        "Draw what tuning found"
    script:
        "../../scripts/draw_tuning.py"
