# Stage 5b: the same tables and claims where each side is tuned, and on splits that are drawn anew:
# protocols, beside the fixed one of the stages before.

PROTOCOLS = expand_protocols(STUDY, PRESENT)
NAMED = "{protocol,tuned|splits|tuned_splits}"  # and no other folder


rule measure_protocol:
    """Take every metric of a protocol's runs, seed by seed."""
    input:
        metrics=protocol_files(STUDY, PROTOCOLS, "metrics.csv"),
        scores=protocol_files(STUDY, PROTOCOLS, "scores.npz"),
        runs=protocol_files(STUDY, PROTOCOLS, "run.json"),
    output:
        values=f"<made>/{NAMED}/values.csv",
        runs=f"<made>/{NAMED}/runs.csv",
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
        trials=trial_tables(STUDY),
        data=ancient(DATA.description),
    output:
        levels=f"<made>/{NAMED}/levels.csv",
        comparisons=f"<made>/{NAMED}/comparisons.csv",
        claims=f"<made>/{NAMED}/claims.csv",
        pairs=f"<made>/{NAMED}/claim_pairs.csv",
    log:
        "<made_logs>/{protocol}/judge_protocol.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        protocol=lookup("{protocol}", within=PROTOCOLS),
        tuning=tuned_arms(STUDY),
        planned=selected(STUDY, "looks", "spending"),
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
        rope="<made>/statistics/rope.csv",
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
        curves_of_arms="<made>/tuned/curves.svg",
        budget="<made>/tuned/budget.svg",
        budgets="<made>/tuned/budgets.csv",
    log:
        "<made_logs>/draw_tuning.log",
    conda:
        "../../envs/study.yaml"
    params:
        tuning=tuned_arms(STUDY),
        tables=PROTOCOLS["tuned"]["tables"] if STUDY["tuning"] else {},
        code=code_digest("draw_tuning"),
    message:
        "Draw what tuning found"
    script:
        "../../scripts/draw_tuning.py"


# protocol -> its claims, their pairs, and its comparisons; the fixed one is that of the study itself
JUDGED = {"fixed": "statistics"} | {name: name for name in PROTOCOLS}
JUDGED = {
    name: [
        f"<made>/{folder}/{file}.csv"
        for file in ("claims", "claim_pairs", "comparisons")
    ]
    for name, folder in JUDGED.items()
}


rule compare_verdicts:
    """Set the verdicts of all protocols beside each other."""
    input:
        judged=[path for paths in JUDGED.values() for path in paths],
    output:
        verdicts="<made>/statistics/verdicts.csv",
    log:
        "<made_logs>/compare_verdicts.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        protocols=list(JUDGED),
        code=code_digest("compare_verdicts"),
    message:
        "Compare the verdicts"
    script:
        "../../scripts/compare_verdicts.py"


# What the report shows of all this, where a study has it.
FAIR = {}
if PROTOCOLS:
    FAIR["verdicts"] = rules.compare_verdicts.output.verdicts
if PROTOCOLS or STUDY["margins"]:
    FAIR |= {name: path for name, path in rules.estimate_noise.output.items()}
if STUDY["tuning"]:
    FAIR |= {name: path for name, path in rules.draw_tuning.output.items()}
