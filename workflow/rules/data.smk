# Stage 1: the declared data set, read and checked once.
# From its source to plain arrays that every training job maps into memory, and a description.


rule prepare_data:
    """Check the data set and write it as plain arrays."""
    input:
        # ancient: a digest of the content, in the folder's name, stands in for time stamps
        source=ancient(partial(source_file, STUDY)),
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
    params:
        name=STUDY["dataset"],
        entry=data_entry(STUDY),
    message:
        "Prepare the data"
    script:
        "../../scripts/prepare_data.py"
