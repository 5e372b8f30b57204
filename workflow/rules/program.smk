# Stage 2, where the study has a program of its own: one job a run, that is one cell, one block of
# seeds, one round. From the prepared data to the metrics and the scores that the program writes.

PROGRAM = STUDY["program"]


rule collect_arrays:
    """Write the prepared data, scaled, as one .npz file, for programs that ask for {npz}."""
    input:
        data=ancient([f"<prepared>/{name}" for name in PREPARED_FILES]),
    output:
        npz=f"<prepared>/{ARRAYS}",
    log:
        "<logs>/collect_arrays/{data}.log",
    wildcard_constraints:
        data=r"[0-9a-f]{12}(_split\d+)?",
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=preparation_memory(STUDY),
        runtime=preparation_minutes(STUDY),
    params:
        code=code_digest("collect_arrays"),
    message:
        "Collect the data in one file"
    script:
        "../../scripts/collect_arrays.py"


rule train:
    """Run the program for one cell and round, with each seed of a block."""
    input:
        # ancient: the digests in params decide what runs again, not time stamps
        data=ancient(cell_data(STUDY, DATA)),
        npz=ancient(program_arrays(STUDY, cell_data(STUDY, DATA))),
        previous=previous_round(STUDY),
    output:
        metrics="<run>/metrics.csv",
        scores="<run>/scores.npz",
        run="<run>/run.json",
        environment="<run>/environment.json",  # what it ran on and how long, for people
    log:
        "<logs>/train/{cell}/seeds_{first}-{last}/round{round}.log",
    benchmark:
        "<benchmarks>/train/{cell}/seeds_{first}-{last}/round{round}.tsv"
    conda:
        "../../envs/study.yaml"
    threads: PROGRAM["threads"]
    resources:
        **job_resources(STUDY),
    params:
        cell=training_cell(TRAINED),  # its parameters, the command, a digest of the files
        epochs=STUDY["epochs_per_round"],
        data=cell_digest(STUDY, DATA),
    message:
        "Train {wildcards.cell}, seeds {wildcards.first}-{wildcards.last}, round {wildcards.round}"
    script:
        "../../scripts/run_program.py"
