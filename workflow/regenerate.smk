# The second half of the workflow on its own: everything that is made from the files of runs, from
# those that exist. It includes no rule that prepares data or trains, so it cannot train.
# `snakemake --cores 1 regenerate_report` runs it, see scripts/regenerate_report.py.


include: "rules/start.smk"


TRAINS = False


include: "rules/study.smk"
include: "rules/measure.smk"
include: "rules/judge.smk"
include: "rules/show.smk"
include: "rules/report.smk"
include: "rules/across.smk"
include: "rules/targets.smk"


from study.snake.ending import end_at_once
from study.snake.internals import look_as_jobs_end
from study.snake.served_jobs import can_serve, serve_jobs
from study.snake.stopping import stop_with_jobs


onstart:
    # by the scripts that make results, none of which trains
    stop_with_jobs(workflow, None, serve_jobs() if can_serve(workflow, []) else "")
    look_as_jobs_end(workflow)


onsuccess:
    end_at_once(workflow)


onerror:
    end_at_once(workflow)


rule all:
    default_target: True
    input:
        REPORT,
    message:
        "The report is complete"
