# Stage 1: the declared data set, read and checked once.
# From its source to plain arrays that every training job maps into memory, and a description.


rule prepare_data:
    """Check the data set and write it as plain arrays."""
    # The source file is no input: the digest of its content is in the folder's name, so that
    # this job runs where the folder is missing, and never for a time stamp or another path.
    output:
        inputs="<results>/data/{data}/inputs.npy",
        labels="<results>/data/{data}/labels.npy",
        description="<results>/data/{data}/description.json",
    log:
        "<logs>/prepare_data/{data}.log",
    wildcard_constraints:
        data="[0-9a-f]{12}",
    conda:
        "../../envs/study.yaml"
    message:
        "Prepare the data"
    script:
        "../../scripts/prepare_data.py"
