# Stage 3: from the metrics and the scores of all runs to one table of each seed's numbers, for each of
# the protocols by which sides are compared: fixed, tuned, on other splits, or both.
from study.snake.data_files import card
from study.snake.jobs import growing
from study.snake.result_jobs import (
    chosen_of_protocol,
    environments_here,
    protocol_files,
    told_of_cells,
    told_of_environments,
    told_to_measure,
)
from study.snake.resources import result_memory, result_minutes


rule list_cells:
    """List what every cell trains."""
    input:
        # only so that a study whose data cannot be prepared leaves existing results alone
        data=ancient(per_study(DATA, card)),
    output:
        cells="<made>/cells.csv",
    log:
        "<made_logs>/list_cells.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        told=per_study(STUDIES, told_of_cells),
        code=code_digest("list_cells"),
    message:
        "List the cells"
    script:
        "../../scripts/list_cells.py"


rule measure:
    """Take every metric of a protocol's runs, seed by seed."""
    input:
        metrics=per_job(DATA, protocol_files, "metrics.csv"),
        scores=per_job(DATA, protocol_files, "scores.npz"),
        runs=per_job(DATA, protocol_files, "run.json"),
        # of tuned sides, what their runs have to be trained with
        chosen=per_job(DATA, chosen_of_protocol),
    output:
        values="<made>/{protocol}/values.csv",
        runs="<made>/{protocol}/runs.csv",  # what each recorded of itself
        curves="<made>/{protocol}/curves.json",  # every epoch, for the report's explorer
        mistakes="<made>/{protocol}/mistakes.csv",  # the samples that are most often wrong
    log:
        "<made_logs>/{protocol}/measure.log",
    conda:
        "../../envs/study.yaml"
    resources:
        mem_mb=growing(per_study(DATA, result_memory)),
        runtime=growing(per_study(DATA, result_minutes)),
    params:
        told=per_job(DATA, told_to_measure),
        code=code_digest("measure"),
    message:
        "Measure the runs of {wildcards.dataset}: {wildcards.protocol}"
    script:
        "../../scripts/measure.py"


rule collect_environments:
    """List, for readers, what each run ran on and how long it took."""
    input:
        environments=per_study(DATA, environments_here),
    output:
        environments="<made>/environments.csv",
    log:
        "<made_logs>/collect_environments.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        told=per_study(DATA, told_of_environments),
        code=code_digest("collect_environments"),
    message:
        "Collect what the runs ran on"
    script:
        "../../scripts/collect_environments.py"
