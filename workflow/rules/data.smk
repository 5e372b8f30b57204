# Stage 1: the declared data set, read and checked once.
# From its source to plain arrays that every training job maps into memory, and a description.


rule prepare_data:
    """Check the data set and write it as plain arrays."""
    input:
        # ancient: the content's digest, in params, decides what runs again, not a time stamp
        source=ancient(partial(source_file, STUDY)),
    output:
        inputs="<results>/data/inputs.npy",
        labels="<results>/data/labels.npy",
        description="<results>/data/description.json",
    log:
        "<logs>/prepare_data.log",
    conda:
        "../../envs/study.yaml"
    params:
        name=STUDY["dataset"],
        source=partial(data_source, STUDY),
        code=CODE["prepare_data"],
    script:
        "../../scripts/prepare_data.py"
