# Stage 1: the declared data set, read, checked and audited once.
# From its source to plain arrays that every training job maps into memory, and a data card.


rule prepare_data:
    """Check the data set and write it as plain arrays."""

    # The source is no input: a digest of its content is in the folder's name, so that this job
    # runs where the folder is missing, and never for a time stamp or another path.
    output:
        description="<results>/data/{data}/description.json",
        inputs="<results>/data/{data}/inputs.npy",
        labels="<results>/data/{data}/labels.npy",
        samples="<results>/data/{data}/samples.csv",
    log:
        "<logs>/prepare_data/{data}.log",
    wildcard_constraints:
        data="[0-9a-f]{12}",
    conda:
        "../../envs/study.yaml"
    threads: 4
    resources:
        mem_mb=partial(preparation_memory, STUDY),
        runtime=partial(preparation_minutes, STUDY),
    message:
        "Prepare the data"
    script:
        "../../scripts/prepare_data.py"


rule audit_data:
    """Look for duplicates, leaks and imbalance, and show a few samples."""
    input:
        data=ancient(partial(prepared_files, STUDY, CODE)),
    output:
        audit="<results>/data/{data}/audit.json",
        sheet=report(
            "<results>/data/{data}/contact_sheet.png",
            category="Data",
            caption="../report/contact_sheet.rst",
        ),
    log:
        "<logs>/audit_data/{data}.log",
    wildcard_constraints:
        data="[0-9a-f]{12}",
    # before the training that could run instead: what it finds is worth knowing early
    priority: 1
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=partial(audit_memory, STUDY),
        runtime=partial(audit_minutes, STUDY),
    params:
        plan={"code": CODE["audit_data"]},
    message:
        "Audit the data"
    script:
        "../../scripts/audit_data.py"
