# Stage 1b: the data with other splits of training and validation samples, for `resample`.


ruleorder: redraw_split > prepare_data


rule redraw_split:
    """Divide the training and the validation samples of the prepared data anew."""
    input:
        data=ancient(DATA.files),
    output:
        description="<redrawn>/description.json",
        inputs="<redrawn>/inputs.npy",
        labels="<redrawn>/labels.npy",
        samples="<redrawn>/samples.csv",
    log:
        "<logs>/redraw_split/{digest}_split{split}.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    message:
        "Draw split {wildcards.split} anew"
    script:
        "../../scripts/redraw_split.py"
