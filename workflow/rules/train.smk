# Stage 2: one job a run, that is one cell, one block of seeds, one round.
# From the prepared arrays and the round before to its metrics, its scores and a checkpoint.


rule train:
    """Train one cell for one round, with each seed of a block."""
    input:
        # ancient: the digests in params decide what runs again, not time stamps
        data=ancient(partial(prepared_files, STUDY, CODE)),
        previous=partial(previous_checkpoint, STUDY),
    output:
        metrics="<results>/runs/{cell}/seeds_{first}-{last}/round{round}/metrics.csv",
        scores="<results>/runs/{cell}/seeds_{first}-{last}/round{round}/scores.npz",
        run="<results>/runs/{cell}/seeds_{first}-{last}/round{round}/run.json",
        checkpoint="<results>/runs/{cell}/seeds_{first}-{last}/round{round}/checkpoint.pt",
    log:
        "<logs>/train/{cell}/seeds_{first}-{last}/round{round}.log",
    benchmark:
        "<benchmarks>/train/{cell}/seeds_{first}-{last}/round{round}.tsv"
    wildcard_constraints:
        cell="[^/]+",
        first=r"\d+",
        last=r"\d+",
        round=r"[1-9]\d*",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=partial(training_memory, STUDY),
        runtime=partial(training_minutes, STUDY),
        gpu=1 if STUDY["device"] == "cuda" else 0,
    params:
        run=partial(training_run, STUDY, CODE),
    message:
        "Train {wildcards.cell}, seeds {wildcards.first}-{wildcards.last}, round {wildcards.round}"
    script:
        "../../scripts/train.py"
