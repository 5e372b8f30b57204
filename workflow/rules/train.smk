# Stage 2: one job a run, that is one cell, one block of seeds, one round.
# From the prepared arrays and the round before to its metrics, its scores and a checkpoint.

TRAINED_HERE = workflow.is_main_process and workflow.resource_settings.nodes is None
if workflow.is_main_process and not TRAINED_HERE and config.get("device") == "auto":
    raise WorkflowError(
        "device: auto is the device of this machine, and jobs run on others; write cuda or cpu"
    )


rule train:
    """Train one cell for one round, with each seed of a block."""
    input:
        # ancient: the digests in params decide what runs again, not time stamps
        data=ancient(cell_data(STUDY, DATA)),
        previous=previous_round(STUDY, here=TRAINED_HERE),
    output:
        metrics="<run>/metrics.csv",
        scores="<run>/scores.npz",
        run="<run>/run.json",
        checkpoint="<run>/checkpoint.pt",
        environment="<run>/environment.json",  # what it ran on and how long, for people
    log:
        "<logs>/train/{cell}/seeds_{first}-{last}/round{round}.log",
    benchmark:
        "<benchmarks>/train/{cell}/seeds_{first}-{last}/round{round}.tsv"
    conda:
        "../../envs/study.yaml"
    resources:
        **job_resources(STUDY),
    params:
        cell=training_cell(TRAINED),  # its parameters, and a digest of the code that they use
        epochs=lambda wildcards: STUDY["every_cell"][wildcards.cell]["epochs"],
        device=STUDY["device"],
        data=cell_digest(STUDY, DATA),
        checkpoint_every=untracked(STUDY["checkpoint_every"]),
    message:
        "Train {wildcards.cell}, seeds {wildcards.first}-{wildcards.last}, round {wildcards.round}"
    script:
        "../../scripts/train.py"
