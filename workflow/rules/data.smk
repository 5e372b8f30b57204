# Stage 1: the declared data set, read, checked and audited once.
# From its source to plain arrays that every training job maps into memory, and a data card.


rule prepare_data:
    """Check the data set, write it as plain arrays, and audit it."""

    # The source is no input, and no parameter is tracked: a digest of the content is in the folder's
    # name, so that this job runs where the folder is missing and never again. (Were it to, Snakemake
    # would not look at the parameters of the training jobs that come after it.)
    output:
        description="<prepared>/description.json",
        inputs="<prepared>/inputs.npy",
        labels="<prepared>/labels.npy",
        samples="<prepared>/samples.csv",
        audit="<prepared>/audit.json",
        sheet=report(
            "<prepared>/contact_sheet.png",
            category="Data",
            caption="../report/contact_sheet.rst",
        ),
    log:
        "<logs>/prepare_data/{data}.log",
    conda:
        "../../envs/study.yaml"
    threads: 4
    resources:
        mem_mb=preparation_memory(STUDY),
        runtime=preparation_minutes(STUDY),
    params:
        study=untracked(selected(STUDY, "dataset", "datasets", "audit")),
    message:
        "Prepare the data"
    script:
        "../../scripts/prepare_data.py"
