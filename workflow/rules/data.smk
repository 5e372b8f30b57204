# Stage 1: the declared data set, read, checked and audited once.
# From its source to plain arrays that every training job maps into memory, and a data card.
from snakemake.logging import logger

from study.data.limits import batch_notes
from study.design.single_samples import refuse_single_samples
from study.design.study import batch_sizes, plain
from study.snake.data_files import prepared_file, split_files
from study.snake.internals import is_main_process
from study.snake.jobs import growing, untracked
from study.snake.resources import preparation_memory, preparation_minutes
from study.store.paths import ARRAYS, PREPARED_FILES

# where data are already prepared, mistakes and likely mistakes are reported now
if is_main_process(workflow):
    for dataset, data in DATA.items():
        for description in (
            [] if data.problem else prepared_file(data, "description.json")
        ):
            refuse_single_samples(STUDIES[dataset], Path(description))
            for note in batch_notes(batch_sizes(STUDIES[dataset]), Path(description)):
                logger.warning(f"note: {note}")


rule prepare_data:
    """Check the data set and write it as plain arrays."""

    # No input, and no parameter that is tracked: a digest of the content of the source is in the
    # folder's name, so that this job runs where the folder is missing and never again.
    output:
        description="<prepared>/description.json",
        inputs="<prepared>/inputs.npy",
        labels="<prepared>/labels.npy",
        samples="<prepared>/samples.csv",
    log:
        "<logs>/{dataset}/prepare_data/{data}.log",
    conda:
        "../../envs/study.yaml"
    threads: 4
    resources:
        mem_mb=growing(per_study(STUDIES, preparation_memory)),
        runtime=growing(per_study(STUDIES, preparation_minutes)),
    params:
        study=untracked(per_study(STUDIES, plain)),
    message:
        "Prepare the data of {wildcards.dataset}"
    script:
        "../../scripts/prepare_data.py"


rule audit_data:
    """Look for duplicates, leaks and imbalance, and show a few samples."""
    input:
        data=ancient(per_study(DATA, split_files)),
    output:
        audit="<prepared>/audit.json",
        sheet=report(
            "<prepared>/contact_sheet.png",
            category="Data",
            caption="../report/contact_sheet.rst",
        ),
    log:
        "<logs>/{dataset}/audit_data/{data}.log",
    # before the training that could run instead: what it finds is worth knowing early
    priority: 1
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=growing(per_study(STUDIES, preparation_memory)),
        runtime=growing(60),
    params:
        code=code_digest("audit_data"),
    message:
        "Audit the data of {wildcards.dataset}"
    script:
        "../../scripts/audit_data.py"


rule redraw_split:
    """Divide the training and the validation samples of the prepared data anew."""

    # here the digest in the folder's name is of the data and of the code that draws
    input:
        data=ancient(per_study(DATA, split_files)),
    output:
        description="<prepared>_split{split}/description.json",
        inputs="<prepared>_split{split}/inputs.npy",
        labels="<prepared>_split{split}/labels.npy",
        samples="<prepared>_split{split}/samples.csv",
    log:
        "<logs>/{dataset}/redraw_split/{data}_split{split}.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    message:
        "Draw split {wildcards.split} of {wildcards.dataset} anew"
    script:
        "../../scripts/redraw_split.py"


rule collect_arrays:
    """Write the prepared data, scaled, as one .npz file, for programs that ask for {npz}."""
    input:
        data=ancient([f"<arrays>/{name}" for name in PREPARED_FILES]),
    output:
        npz=f"<arrays>/{ARRAYS}",
    log:
        "<logs>/{dataset}/collect_arrays/{folder}.log",
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=growing(per_study(STUDIES, preparation_memory)),
        runtime=growing(per_study(STUDIES, preparation_minutes)),
    params:
        code=code_digest("collect_arrays"),
    message:
        "Collect the data in one file"
    script:
        "../../scripts/collect_arrays.py"
