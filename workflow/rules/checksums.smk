# Last: what was written, for `sha256sum -c`, and so that the next run sees what changed since.


localrules:
    list_checksums,


rule list_checksums:
    """List the digests of all that the study wrote for people to read."""
    input:
        data=DATA_CARD,
        results=RESULTS,
    output:
        sums="<results>/SHA256SUMS",
    log:
        "<logs>/list_checksums.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        plan={"code": CODE["list_checksums"]},
    message:
        "List the checksums"
    script:
        "../../scripts/list_checksums.py"


onstart:
    remove_checksums(results_folder(STUDY))
