# Stage 4: how sure the numbers are. From each seed's metrics to intervals, paired tests and verdicts, for
# each protocol; what the protocols say together; where the noise comes from; the factors' effects.
from study.snake.data_files import prepared_file
from study.snake.jobs import fields, growing
from study.snake.result_jobs import (
    chosen_of_protocol,
    fixed_files,
    judged_files,
    made_for_tuning,
    over_splits,
    primary_file,
    protocol_names,
    shown_files,
    told_of_effects,
    told_of_looks,
    told_of_noise,
    told_of_splits,
    told_to_judge,
    trials_of_protocol,
)
from study.snake.resources import result_memory, result_minutes
from study.store.files import folder_digest
from study.store.paths import STYLES


rule judge:
    """Compare the levels of every table and judge every claim by a protocol's runs."""
    input:
        values="<made>/{protocol}/values.csv",
        runs="<made>/{protocol}/runs.csv",
        # of fixed cells, for how much depends on which samples the splits have
        scores=per_job(DATA, shown_files, "scores.npz"),
        records=per_job(DATA, shown_files, "run.json"),
        samples=ancient(per_study(DATA, prepared_file, "samples.csv")),  # their groups
        data=ancient(per_study(DATA, prepared_file, "description.json")),
        # of tuned sides, what was chosen and among what
        chosen=per_job(DATA, chosen_of_protocol),
        trials=per_job(DATA, trials_of_protocol),
    output:
        levels="<made>/{protocol}/levels.csv",
        comparisons="<made>/{protocol}/comparisons.csv",
        claims="<made>/{protocol}/claims.csv",
        pairs="<made>/{protocol}/claim_pairs.csv",
    log:
        "<made_logs>/{protocol}/judge.log",
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=growing(per_study(DATA, result_memory)),
        runtime=growing(per_study(DATA, result_minutes)),
    params:
        told=per_job(DATA, told_to_judge),
        code=code_digest("judge"),
    message:
        "Judge the claims on {wildcards.dataset}: {wildcards.protocol}"
    script:
        "../../scripts/judge.py"


rule record_look:
    """Record with how many seeds each claim was judged, before and now, planned or not."""
    input:
        claims=per_study(STUDIES, primary_file, "claims.csv"),
    output:
        # update: what was recorded at earlier looks is kept while this job runs
        looks=update("<made>/statistics/looks.csv"),
    log:
        "<made_logs>/record_look.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        told=per_study(STUDIES, told_of_looks),
        code=code_digest("record_look"),
    message:
        "Record that the verdicts were seen"
    script:
        "../../scripts/record_look.py"


rule compare_splits:
    """Say where the validation and the test split disagree."""
    input:
        values="<made>/fixed/values.csv",
        runs="<made>/fixed/runs.csv",
        scores=per_study(DATA, fixed_files, "scores.npz"),
        records=per_study(DATA, fixed_files, "run.json"),
        samples=ancient(per_study(DATA, prepared_file, "samples.csv")),
        data=ancient(per_study(DATA, prepared_file, "description.json")),
    output:
        disagreements="<made>/statistics/disagreements.csv",
    log:
        "<made_logs>/compare_splits.log",
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=growing(per_study(DATA, result_memory)),
        runtime=growing(per_study(DATA, result_minutes)),
    params:
        told=per_study(DATA, told_of_splits),
        code=code_digest("compare_splits"),
    message:
        "Compare validation and test"
    script:
        "../../scripts/compare_splits.py"


rule compare_verdicts:
    """Set the verdicts of all protocols beside each other."""
    input:
        judged=per_study(DATA, judged_files),
    output:
        verdicts="<made>/statistics/verdicts.csv",
    log:
        "<made_logs>/compare_verdicts.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        told=per_study(STUDIES, protocol_names),
        code=code_digest("compare_verdicts"),
    message:
        "Compare the verdicts"
    script:
        "../../scripts/compare_verdicts.py"


rule estimate_noise:
    """Estimate where the noise of each comparison comes from: seeds, splits, samples, tuning."""
    input:
        values="<made>/fixed/values.csv",
        runs="<made>/fixed/runs.csv",
        over_splits=per_study(DATA, over_splits),  # the same two of the splits
        scores=per_study(DATA, fixed_files, "scores.npz"),
        records=per_study(DATA, fixed_files, "run.json"),
        samples=ancient(per_study(DATA, prepared_file, "samples.csv")),
        data=ancient(per_study(DATA, prepared_file, "description.json")),
        tuned=per_study(STUDIES, made_for_tuning, "tuned/comparisons.csv"),
    output:
        noise="<made>/statistics/noise.csv",
        rope="<made>/statistics/rope.csv",  # the comparisons' Bayesian reading, for `margins`
    log:
        "<made_logs>/estimate_noise.log",
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=growing(per_study(DATA, result_memory)),
        runtime=growing(per_study(DATA, result_minutes)),
    params:
        told=per_study(DATA, told_of_noise),
        code=code_digest("estimate_noise"),
    message:
        "Estimate where the noise comes from"
    script:
        "../../scripts/estimate_noise.py"


rule estimate_effects:
    """Estimate the main effects and two-way interactions of the grid's factors."""
    input:
        values="<made>/fixed/values.csv",
        runs="<made>/fixed/runs.csv",
    output:
        effects="<made>/statistics/effects.csv",
        means="<made>/statistics/marginal_means.csv",
        svg=report(
            "<made>/statistics/interactions.svg",
            category="Figures",
            caption="../report/interactions.rst",
        ),
        pdf="<made>/statistics/interactions.pdf",
        png="<made>/statistics/interactions.png",
    log:
        "<made_logs>/estimate_effects.log",
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=growing(per_study(DATA, result_memory)),
        runtime=growing(per_study(DATA, result_minutes)),
    params:
        told=per_study(STUDIES, told_of_effects),
        style=folder_digest(STYLES),
        code=code_digest("estimate_effects"),
    message:
        "Estimate the effects"
    script:
        "../../scripts/estimate_effects.py"
