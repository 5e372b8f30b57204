# Stage 1: the declared data set, read, checked and audited once.
# From its source to plain arrays that every training job maps into memory, and a data card.
from snakemake.logging import logger

from study.data.limits import batch_notes

DATA = find_prepared(STUDY)
if workflow.is_main_process and isinstance(DATA.card, list):
    for note in batch_notes(STUDY, Path(DATA.files[0])):
        logger.warning(f"note: {note}")


rule prepare_data:
    """Check the data set and write it as plain arrays."""

    # The source is no input, and no parameter is tracked: a digest of the content is in the folder's
    # name, so that this job runs where the folder is missing and never again. (Were it to, Snakemake
    # would not look at the parameters of the training jobs that come after it.)
    output:
        description="<prepared>/description.json",
        inputs="<prepared>/inputs.npy",
        labels="<prepared>/labels.npy",
        samples="<prepared>/samples.csv",
    log:
        "<logs>/prepare_data/{data}.log",
    conda:
        "../../envs/study.yaml"
    threads: 4
    resources:
        mem_mb=preparation_memory(STUDY),
        runtime=preparation_minutes(STUDY),
    params:
        study=untracked(STUDY),
    message:
        "Prepare the data"
    script:
        "../../scripts/prepare_data.py"


rule audit_data:
    """Look for duplicates, leaks and imbalance, and show a few samples."""

    # Apart from preparing, so that nothing that is trained comes after it: see there.
    input:
        data=ancient(DATA.files),
    output:
        audit="<prepared>/audit.json",
        sheet=report(
            "<prepared>/contact_sheet.png",
            category="Data",
            caption="../report/contact_sheet.rst",
        ),
    log:
        "<logs>/audit_data/{data}.log",
    # before the training that could run instead: what it finds is worth knowing early
    priority: 1
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=preparation_memory(STUDY),
        runtime=growing(60),
    params:
        code=code_digest("audit_data"),
    message:
        "Audit the data"
    script:
        "../../scripts/audit_data.py"
